//! A batch on the move.

use super::{MAX_BODY_BYTES, MAX_CHANGE_BYTES, SealedBatch};
use crate::error::TrustError;

/// A batch with the bytes of its changes. `bodies[i]` belongs to `batch.entries[i]` and is absent
/// where the receiver may not or need not see that change: its bare hash still proves the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The batch as it was signed.
    pub batch: SealedBatch,
    /// The raw changes, one place for each entry.
    pub bodies: Vec<Option<Vec<u8>>>,
}

impl Parcel {
    /// Puts a parcel together and checks sizes and the number of places. That a body has the hash
    /// of its entry is checked by whoever reads changes.
    pub fn new(batch: SealedBatch, bodies: Vec<Option<Vec<u8>>>) -> Result<Self, TrustError> {
        let parcel = Self { batch, bodies };
        parcel.check()?;
        Ok(parcel)
    }

    /// Checks sizes and the number of places.
    pub fn check(&self) -> Result<(), TrustError> {
        if self.bodies.len() != self.batch.entries.len() {
            return Err(TrustError::ContentMismatch);
        }
        let mut total = 0usize;
        for body in self.bodies.iter().flatten() {
            if body.is_empty() || body.len() > MAX_CHANGE_BYTES {
                return Err(TrustError::TooLarge {
                    what: "change",
                    limit: MAX_CHANGE_BYTES,
                });
            }
            total = total.saturating_add(body.len());
        }
        if total > MAX_BODY_BYTES {
            return Err(TrustError::TooLarge {
                what: "batch with its changes",
                limit: MAX_BODY_BYTES,
            });
        }
        Ok(())
    }

    /// Whether every change is present.
    pub fn is_complete(&self) -> bool {
        self.bodies.iter().all(Option::is_some)
    }
}
