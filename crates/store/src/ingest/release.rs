//! A person decides that a refused change is accepted after all.

use std::rc::Rc;

use linli_model::{StaffId, Timestamp};
use linli_trust::EntryRef;

use crate::error::{Result, StoreError};
use crate::ingest::{Candidate, Gate, Ingested, Source, codes};
use crate::quarantine::{QuarantineState, Quarantined};
use crate::tx::Tx;

impl Tx<'_> {
    /// Puts a held change, and those held because they build on it, through the record gate again
    /// under the caller's policy. What is stored is marked as released by `by`.
    ///
    /// Refused when its signature or hash was wrong, or when it still does not pass; then nothing
    /// has changed.
    pub fn release_quarantined(
        &mut self,
        gate: &mut Gate<'_>,
        item: i64,
        by: &StaffId,
        at: Timestamp,
    ) -> Result<Ingested> {
        let chosen = self
            .quarantined(item)?
            .filter(|found| found.state == QuarantineState::Held)
            .ok_or_else(|| StoreError::unknown("undecided quarantine item", &item))?;
        if !chosen.is_authentic {
            return Err(StoreError::Refused(
                "nobody knows who wrote this change".to_owned(),
            ));
        }
        self.savepoint(|tx| tx.release(gate, &chosen, by, at))
    }

    fn release(
        &mut self,
        gate: &mut Gate<'_>,
        chosen: &Quarantined,
        by: &StaffId,
        at: Timestamp,
    ) -> Result<Ingested> {
        let mut candidates = vec![self.held_candidate(chosen)?];
        let mut items = vec![(chosen.item, chosen.hash)];
        for other in self.quarantine_of(&chosen.record)? {
            let follows = other.state == QuarantineState::Held
                && other.is_authentic
                && other.code == codes::DEPENDS_ON_REFUSED;
            if follows && other.item != chosen.item {
                candidates.push(self.held_candidate(&other)?);
                items.push((other.item, other.hash));
            }
        }
        let mut done = Ingested::default();
        self.judge_record(gate, &chosen.record, candidates, &mut done)?;
        for (item, hash) in items {
            if self.has_change(&hash)? {
                // Accepting a vouched change has settled its row already.
                match self.decide(item, QuarantineState::Released, by, at) {
                    Ok(()) | Err(StoreError::Unknown { .. }) => {}
                    Err(error) => return Err(error),
                }
            } else if item == chosen.item {
                return Err(StoreError::Refused(format!(
                    "change {hash} still does not pass"
                )));
            }
        }
        Ok(done)
    }

    fn held_candidate(&self, held: &Quarantined) -> Result<Candidate> {
        let context = Rc::new(self.context_of(self.batch_row(&held.batch)?)?);
        Ok(Candidate {
            entry: EntryRef {
                record: held.record,
                kind: held.kind,
                hash: held.hash,
            },
            body: self.quarantine_body(held.item)?,
            origin: context.arrival.origin,
            batch: context,
            source: Source::Quarantine(held.item),
        })
    }
}
