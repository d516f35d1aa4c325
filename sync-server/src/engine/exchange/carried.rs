//! A request that came in a file: the same as over a line, but hours old. It says nothing about the
//! device's clock or that it was in contact, and as it always leaves open whether there is more, no
//! order to erase answers it (docs/adr/0019).

use linli_model::{KeyId, Timestamp};
use linli_store::Tx;
use linli_sync::frames::Outcome;

use super::Brought;
use crate::door::{Carried, CarriedTally, DoorResult};
use crate::engine::core::Core;

impl Core {
    /// Takes a carried request.
    pub(crate) fn carried(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        peer: &KeyId,
        body: &[u8],
    ) -> DoorResult<Carried> {
        let mut taken = Brought {
            is_carried: true,
            ..Brought::default()
        };
        let before = self.notice.changes;
        let answer = self.take_request(tx, now, peer, body, &mut taken)?;
        let new = self.notice.changes.saturating_sub(before);
        let new = usize::try_from(new).unwrap_or(usize::MAX);
        Ok(Carried {
            answer,
            tally: tally(taken.acks.iter().flatten(), new),
        })
    }
}

/// `new` changes were stored by this request; what is known already is answered with its place, too.
fn tally<'o>(outcomes: impl Iterator<Item = &'o Outcome>, new: usize) -> CarriedTally {
    let mut tally = CarriedTally {
        stored: new,
        ..CarriedTally::default()
    };
    for outcome in outcomes {
        match outcome {
            Outcome::Stored { .. } | Outcome::Duplicate | Outcome::Gone => tally.known += 1,
            Outcome::Need(_) | Outcome::Parked => tally.waiting += 1,
            Outcome::Quarantined(code) => {
                *tally.refused.entry(code.name().to_owned()).or_default() += 1;
            }
            Outcome::Bare => {}
        }
    }
    tally.known = tally.known.saturating_sub(new);
    tally
}
