//! The order of a request: hello, then control items, offers and questions, then the end.

use std::collections::BTreeSet;

use linli_model::{BatchId, Scope};

use crate::error::SyncError;
use crate::frames::{DigestAsk, Frame, Hello, OfferMode};
use crate::limits;

/// What both ends remember of an offered batch to check its acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfferedBatch {
    pub(crate) scope: Scope,
    pub(crate) batch: BatchId,
    pub(crate) mode: OfferMode,
    /// Whether each entry travels with its bytes.
    pub(crate) given: Vec<bool>,
}

/// What a request has asked and offered so far.
#[derive(Debug, Default)]
pub(crate) struct RequestRules {
    pub(crate) hello: Option<Hello>,
    pub(crate) offered: Vec<OfferedBatch>,
    pub(crate) fetched: BTreeSet<Scope>,
    pub(crate) asked: Vec<DigestAsk>,
    pub(crate) ended: bool,
}

impl RequestRules {
    /// Takes note of the next frame, or refuses it.
    pub(crate) fn see(&mut self, frame: &Frame) -> Result<(), SyncError> {
        if self.ended {
            return Err(SyncError::Order("a frame after the end"));
        }
        if self.hello.is_none() != matches!(frame, Frame::Hello(_)) {
            return Err(SyncError::Order("a request begins with one hello"));
        }
        match frame {
            Frame::Hello(hello) => self.see_hello(hello)?,
            Frame::Control(_) => {}
            Frame::Offer(offer) => {
                for parcel in offer.changes.parcels() {
                    self.offered.push(OfferedBatch {
                        scope: offer.scope.clone(),
                        batch: parcel.batch.id(),
                        mode: offer.mode,
                        given: parcel.bodies.iter().map(Option::is_some).collect(),
                    });
                }
                let (size, cap) = (self.offered.len(), limits::OFFERED_BATCHES);
                if size > cap {
                    return Err(SyncError::too_large("number of offered batches", size, cap));
                }
            }
            Frame::Fetch(fetch) => {
                if !self.fetched.insert(fetch.scope.clone()) {
                    return Err(SyncError::Order("two fetches of one scope"));
                }
            }
            Frame::DigestAsk(ask) => {
                if self.asked.contains(ask) || self.asked.len() >= limits::WANTS {
                    return Err(SyncError::Order("a question twice, or too many"));
                }
                self.asked.push(ask.clone());
            }
            Frame::End(_) => self.ended = true,
            Frame::Error(_)
            | Frame::Welcome(_)
            | Frame::Ack(_)
            | Frame::Page(_)
            | Frame::Fetched(_)
            | Frame::Digest(_)
            | Frame::InStep(_)
            | Frame::Buckets(_)
            | Frame::Bucket(_)
            | Frame::Personal(_)
            | Frame::BlobWanted(_) => {
                return Err(SyncError::Order("a frame that belongs in a response"));
            }
        }
        Ok(())
    }

    fn see_hello(&mut self, hello: &Hello) -> Result<(), SyncError> {
        if hello.max_bytes < limits::LEAST_RESPONSE_BYTES {
            return Err(SyncError::malformed("Hello", "asks for less than one page"));
        }
        let scopes: BTreeSet<_> = hello.wants.iter().map(|want| &want.scope).collect();
        if scopes.len() < hello.wants.len() {
            return Err(SyncError::malformed("Hello", "wants a scope twice"));
        }
        let is_new = hello.generation_seen.is_none();
        if is_new && (hello.control_since > 0 || hello.wants.iter().any(|want| want.since > 0)) {
            return Err(SyncError::malformed("Hello", "places of no generation"));
        }
        self.hello = Some(hello.clone());
        Ok(())
    }
}
