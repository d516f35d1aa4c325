//! Changes that the sender gives, or says that it holds.

use linli_model::Scope;
use linli_trust::Parcel;
use minicbor::{Decode, Encode};

use super::stretch::{Stretch, StretchMsg};
use super::{Wire, get, put, scope};
use crate::codec::Text;
use crate::error::SyncError;
use crate::limits;

/// What an offer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfferMode {
    /// Changes for the receiver. Bare hashes are changes that are none of its business.
    Give,
    /// Only hashes: after a restore of the receiver, the sender says what it holds, and the
    /// receiver answers `Need` for what it lacks.
    Have,
}

/// Changes on their way to a server: a batch of a device, or a stretch of the feed that a child
/// server keeps for its parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The feed that the receiver lists it in. A device's batch: its own scope. A forwarded batch:
    /// the receiver's desk.
    pub scope: Scope,
    /// The place in the sender's own feed that is reached with this offer; none for a device.
    pub to: Option<u64>,
    /// What it is for.
    pub mode: OfferMode,
    /// The changes. One transaction of the receiver.
    pub changes: Stretch,
}

impl Offer {
    /// A device's own batch, for the batch's own scope.
    pub fn of_batch(parcel: Parcel) -> Self {
        Self {
            scope: parcel.batch.header.scope.clone(),
            to: None,
            mode: OfferMode::Give,
            changes: Stretch::of(vec![parcel]),
        }
    }

    /// The offer as bytes, the same for the same offer: for a server that cannot judge it yet.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SyncError> {
        self.to_wire()
    }

    /// Reads an offer that was kept.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SyncError> {
        Self::from_wire(bytes)
    }

    fn check_mode(&self) -> Result<(), SyncError> {
        if self.mode == OfferMode::Have && self.changes.changes().next().is_some() {
            return Err(SyncError::malformed(
                "Offer",
                "changes in an offer of hashes",
            ));
        }
        if self.changes.is_empty() {
            return Err(SyncError::malformed("Offer", "no batch"));
        }
        Ok(())
    }
}

#[derive(Encode, Decode)]
struct OfferMsg<'b> {
    #[n(0)]
    scope: Text<{ limits::SCOPE_TEXT }>,
    #[n(1)]
    to: Option<u64>,
    #[n(2)]
    have: bool,
    #[b(3)]
    changes: StretchMsg<'b>,
}

impl Wire for Offer {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        self.check_mode()?;
        self.changes.with_msg(|changes| {
            let msg = OfferMsg {
                scope: Text(self.scope.to_string()),
                to: self.to,
                have: self.mode == OfferMode::Have,
                changes,
            };
            put("Offer", &msg)
        })
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: OfferMsg<'_> = get("Offer", bytes)?;
        let offer = Self {
            scope: scope("Offer", &msg.scope.0)?,
            to: msg.to,
            mode: if msg.have {
                OfferMode::Have
            } else {
                OfferMode::Give
            },
            changes: Stretch::from_msg("Offer", msg.changes)?,
        };
        offer.check_mode()?;
        Ok(offer)
    }
}
