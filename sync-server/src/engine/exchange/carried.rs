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
        let answer = self.take_request(tx, now, peer, body, &mut taken)?;
        Ok(Carried {
            answer,
            tally: tally(taken.acks.iter().flatten()),
        })
    }
}

fn tally<'o>(outcomes: impl Iterator<Item = &'o Outcome>) -> CarriedTally {
    let mut tally = CarriedTally::default();
    for outcome in outcomes {
        match outcome {
            Outcome::Stored { .. } => tally.stored += 1,
            Outcome::Duplicate | Outcome::Gone => tally.known += 1,
            Outcome::Need(_) | Outcome::Parked => tally.waiting += 1,
            Outcome::Quarantined(code) => {
                *tally.refused.entry(code.name().to_owned()).or_default() += 1;
            }
            Outcome::Bare => {}
        }
    }
    tally
}
