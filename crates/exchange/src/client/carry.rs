//! An exchange whose request and answer are carried in files (docs/adr/0019): the request is written
//! without a line, and its answer is read days later by another run of the program.

use std::collections::{BTreeSet, VecDeque};

use linli_model::{BatchId, Scope};
use linli_store::{SealAs, Tx};
use linli_sync::PROTOCOL;
use linli_sync::client::{OfferedNote, Request, RequestNote};
use linli_sync::frames::{Hello, Recovery};

use super::offer::{self, Kind, Offered};
use super::{Client, Offering, Plan, wants};
use crate::error::ExchangeError;
use crate::reference::Reference;

/// A request that is carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedRequest {
    /// What the server reads.
    pub body: Vec<u8>,
    /// What this end keeps to read the answer.
    pub note: RequestNote,
}

impl CarriedRequest {
    fn last_batch(&self) -> Option<BatchId> {
        self.note.offered.last().map(|offered| offered.batch)
    }
}

impl Client {
    /// Seals what waits and writes all of it as requests; only the last one asks for what is wanted.
    /// Each says that there may be more: nobody knows what was written since when it is read, so no
    /// order to erase is ever the answer to one.
    pub fn carry(
        tx: &mut Tx<'_>,
        reference: &Reference,
        plan: &Plan<'_>,
    ) -> Result<Vec<CarriedRequest>, ExchangeError> {
        tx.seal_outbox(&SealAs {
            key: plan.key,
            org: plan.org,
            app: plan.app,
            at: plan.now,
        })?;
        let known = tx.peer(&plan.peer)?;
        let mut hello = Hello {
            protocol: PROTOCOL,
            app: plan.app.to_owned(),
            clock: plan.now,
            epoch: tx.epoch()?,
            generation_seen: (known.generation > 0).then_some(known.generation),
            edition: reference.newest_number(),
            control_since: known.control_since,
            wants: Vec::new(),
            max_bytes: plan.max_bytes,
            ask_chains: false,
            whole: false,
            recovery: Recovery::None,
        };
        let mut requests: Vec<CarriedRequest> = Vec::new();
        let (mut after, mut is_asking) = (None, false);
        loop {
            let mut offered = VecDeque::new();
            let mut request = Request::new(hello.clone())?;
            let has_more = offer::outbox_after(tx, after, &mut request, &mut offered)?;
            after = offered.back().map(|offered| offered.batch).or(after);
            if has_more || is_asking {
                requests.push(finish(request, &hello, offered)?);
            }
            if is_asking && !has_more {
                return Ok(requests);
            }
            if !has_more {
                // The rest goes with the questions.
                is_asking = true;
                after = requests.last().and_then(CarriedRequest::last_batch);
                hello.wants = wants(tx, plan, known.generation)?;
                for want in &mut hello.wants {
                    // When the answer is read, both ends have gone on.
                    want.digest = None;
                }
            }
        }
    }

    /// The reader of the answer to a request that was carried. Refuses one that was written before the
    /// server's present generation was heard of: what it names means nothing any more.
    pub fn carried(
        tx: &Tx<'_>,
        plan: &Plan<'_>,
        note: &RequestNote,
    ) -> Result<Self, ExchangeError> {
        let known = tx.peer(&plan.peer)?;
        let seen = note.hello.generation_seen.unwrap_or_default();
        if seen != known.generation {
            return Err(ExchangeError::OldGeneration {
                seen: known.generation,
                now: seen,
            });
        }
        let offered = note.offered.iter().map(|offered| Offered {
            scope: offered.scope.clone(),
            batch: offered.batch,
            kind: Kind::Own,
            hashes: offered.hashes.clone(),
        });
        Ok(Self {
            peer: plan.peer,
            offering: Offering::Outbox,
            response: note.response()?,
            offered: offered.collect(),
            given: BTreeSet::new(),
            wants: plan.wants.clone(),
            generation: known.generation,
            has_more_to_offer: false,
            is_peer_recovering: false,
            holds_pages: false,
            is_whole: false,
            is_carried: true,
        })
    }

    /// Whether a page of a carried answer begins where this end is, or before.
    pub(super) fn follows(
        &self,
        tx: &Tx<'_>,
        scope: &Scope,
        from: u64,
    ) -> Result<bool, ExchangeError> {
        let cursor = tx.cursor(&self.peer, scope)?;
        let is_same = cursor.generation == self.generation && cursor.pulled >= from;
        Ok(from == 0 || is_same)
    }
}

fn finish(
    request: Request,
    hello: &Hello,
    offered: VecDeque<Offered>,
) -> Result<CarriedRequest, ExchangeError> {
    let (body, _) = request.finish(true)?;
    let offered = offered.into_iter().map(|offered| OfferedNote {
        scope: offered.scope,
        batch: offered.batch,
        hashes: offered.hashes,
    });
    let note = RequestNote {
        hello: hello.clone(),
        offered: offered.collect(),
    };
    Ok(CarriedRequest { body, note })
}
