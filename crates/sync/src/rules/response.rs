//! The order of a response: welcome, then acknowledgements in the order of the offers, pages that
//! follow each other, digests after the last page of their scope, then the end; or an error at any
//! place.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::Scope;

use super::request::{OfferedBatch, RequestRules};
use crate::error::SyncError;
use crate::frames::{
    Ack, Digest, DigestAsk, Frame, Generation, InStep, OfferMode, Outcome, Page, Want,
};

/// Where one feed stands within a response.
#[derive(Debug, Clone, Copy)]
struct Place {
    at: u64,
    is_closed: bool,
}

/// What a response may still contain.
#[derive(Debug)]
pub(crate) struct ResponseRules {
    offered: Vec<OfferedBatch>,
    next_ack: usize,
    generation_seen: Option<Generation>,
    wants: Vec<Want>,
    places: BTreeMap<Scope, Place>,
    fetched: BTreeSet<Scope>,
    asked: Vec<DigestAsk>,
    is_welcomed: bool,
    is_void: bool,
    is_over: bool,
}

impl ResponseRules {
    /// The rules of the answer to a request.
    pub(crate) fn to(request: RequestRules) -> Result<Self, SyncError> {
        let hello = request.hello.filter(|_| request.ended);
        let hello = hello.ok_or(SyncError::Order("a request without its end"))?;
        let places = hello.wants.iter().map(|want| {
            let place = Place {
                at: want.since,
                is_closed: false,
            };
            (want.scope.clone(), place)
        });
        Ok(Self {
            offered: request.offered,
            next_ack: 0,
            generation_seen: hello.generation_seen,
            places: places.collect(),
            wants: hello.wants,
            fetched: request.fetched,
            asked: request.asked,
            is_welcomed: false,
            is_void: false,
            is_over: false,
        })
    }

    /// Whether the server's generation is another one than the client has seen. Then the response
    /// holds acknowledgements, and nothing that was asked for by place.
    pub(crate) fn is_void(&self) -> bool {
        self.is_void
    }

    /// Whether the last frame was seen.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// How many acknowledgements there were.
    pub(crate) fn acked(&self) -> usize {
        self.next_ack
    }

    /// The batch that the next acknowledgement belongs to.
    pub(crate) fn next_offered(&self) -> Option<&OfferedBatch> {
        self.offered.get(self.next_ack)
    }

    /// Takes note of the next frame, or refuses it.
    pub(crate) fn see(&mut self, frame: &Frame) -> Result<(), SyncError> {
        if self.is_over {
            return Err(SyncError::Order("a frame after the end"));
        }
        if let Frame::Error(_) = frame {
            self.is_over = true;
            return Ok(());
        }
        if self.is_welcomed == matches!(frame, Frame::Welcome(_)) {
            return Err(SyncError::Order("a response begins with one welcome"));
        }
        match frame {
            Frame::Welcome(welcome) => {
                self.is_welcomed = true;
                self.is_void = self
                    .generation_seen
                    .is_some_and(|seen| seen != welcome.generation);
                Ok(())
            }
            Frame::Ack(ack) => self.see_ack(ack),
            Frame::Page(page) => self.see_page(page),
            Frame::Digest(digest) => self.see_digest(digest),
            Frame::InStep(in_step) => self.see_in_step(in_step),
            Frame::Control(_) => self.see_unless_void(true, "control items"),
            Frame::Fetched(fetched) => {
                let is_asked = self.fetched.contains(&fetched.scope);
                self.see_unless_void(is_asked, "records that were not asked for")
            }
            Frame::Buckets(buckets) => self.see_answer(&buckets.scope, None),
            Frame::Bucket(bucket) => self.see_answer(&bucket.scope, Some(bucket.bucket)),
            Frame::Personal(_) | Frame::BlobWanted(_) | Frame::Error(_) => Ok(()),
            Frame::End(_) if self.next_ack < self.offered.len() => Err(SyncError::Order(
                "an end before every offer is acknowledged",
            )),
            Frame::End(_) => {
                self.is_over = true;
                Ok(())
            }
            Frame::Hello(_) | Frame::Offer(_) | Frame::Fetch(_) | Frame::DigestAsk(_) => {
                Err(SyncError::Order("a frame that belongs in a request"))
            }
        }
    }

    fn see_ack(&mut self, ack: &Ack) -> Result<(), SyncError> {
        let next = self.offered.get(self.next_ack);
        let offered = next
            .filter(|offered| ack.place as usize == self.next_ack && ack.batch == offered.batch);
        let offered = offered.ok_or(SyncError::Order("an acknowledgement of another offer"))?;
        let fits = ack.results.len() == offered.given.len()
            && ack
                .results
                .iter()
                .zip(&offered.given)
                .all(|(result, given)| is_possible(result, *given, offered.mode));
        if !fits {
            return Err(SyncError::malformed(
                "Ack",
                "outcomes that do not fit the offer",
            ));
        }
        self.next_ack += 1;
        Ok(())
    }

    fn see_page(&mut self, page: &Page) -> Result<(), SyncError> {
        let is_void = self.is_void;
        let place = self.places.get_mut(&page.scope).filter(|_| !is_void);
        let place = place.ok_or(SyncError::Order("a page that was not asked for"))?;
        if place.is_closed || page.from != place.at || page.to <= page.from {
            return Err(SyncError::Order("a page that does not follow the last one"));
        }
        place.at = page.to;
        Ok(())
    }

    fn see_digest(&mut self, digest: &Digest) -> Result<(), SyncError> {
        let is_void = self.is_void;
        let place = self.places.get_mut(&digest.scope).filter(|_| !is_void);
        let place = place.ok_or(SyncError::Order("a digest that was not asked for"))?;
        if place.is_closed || digest.seq != place.at {
            return Err(SyncError::Order(
                "a digest of another place than the last page's",
            ));
        }
        place.is_closed = true;
        Ok(())
    }

    fn see_in_step(&mut self, in_step: &InStep) -> Result<(), SyncError> {
        for want in &in_step.wants {
            let scope = self.unmoved(*want).map(|want| want.scope.clone());
            let place = scope.and_then(|scope| self.places.get_mut(&scope));
            let place = place.ok_or(SyncError::Order("in step where nothing can be compared"))?;
            place.is_closed = true;
        }
        Ok(())
    }

    /// The want with this number, when the client named its digest there and the answer has not
    /// moved its place.
    pub(crate) fn unmoved(&self, number: u16) -> Option<&Want> {
        let want = self.wants.get(usize::from(number))?;
        let place = self.places.get(&want.scope)?;
        let is_unmoved = !place.is_closed && place.at == want.since && !self.is_void;
        (is_unmoved && want.digest.is_some()).then_some(want)
    }

    fn see_answer(&mut self, scope: &Scope, bucket: Option<u8>) -> Result<(), SyncError> {
        let found = self
            .asked
            .iter()
            .position(|ask| ask.scope == *scope && ask.bucket == bucket);
        let Some(found) = found.filter(|_| !self.is_void) else {
            return Err(SyncError::Order("an answer that was not asked for"));
        };
        self.asked.swap_remove(found);
        Ok(())
    }

    fn see_unless_void(&self, is_asked: bool, what: &'static str) -> Result<(), SyncError> {
        if is_asked && !self.is_void {
            Ok(())
        } else {
            Err(SyncError::Order(what))
        }
    }
}

/// Whether this can become of an entry that was offered so.
fn is_possible(result: &Outcome, given: bool, mode: OfferMode) -> bool {
    match result {
        Outcome::Bare => !given,
        Outcome::Parked | Outcome::Quarantined(_) => given,
        Outcome::Stored { .. } | Outcome::Need(_) | Outcome::Duplicate | Outcome::Gone => {
            given || mode == OfferMode::Have
        }
    }
}
