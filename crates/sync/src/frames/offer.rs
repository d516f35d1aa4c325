//! Changes that the sender gives, or says that it holds.

use linli_model::Scope;
use linli_trust::Parcel;
use minicbor::{Decode, Encode};

use super::parcel::{self, ParcelMsg};
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

/// One batch on its way to a server: a device's own, or one that a child server forwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The feed that the receiver lists it in. A device's batch: its own scope. A forwarded batch:
    /// the receiver's desk.
    pub scope: Scope,
    /// The place in the sender's own feed that is reached with this offer; none for a device.
    pub to: Option<u64>,
    /// What it is for.
    pub mode: OfferMode,
    /// The batch.
    pub parcel: Parcel,
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
    parcel: ParcelMsg<'b>,
}

impl Wire for Offer {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        let have = self.mode == OfferMode::Have;
        if have && self.parcel.bodies.iter().any(Option::is_some) {
            return Err(SyncError::Caller("changes in an offer of hashes"));
        }
        let forms = parcel::forms(&self.parcel)?;
        let msg = OfferMsg {
            scope: Text(self.scope.to_string()),
            to: self.to,
            have,
            parcel: parcel::msg(&self.parcel, &forms),
        };
        put("Offer", &msg)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: OfferMsg<'_> = get("Offer", bytes)?;
        let parcel = parcel::parcel("Offer", msg.parcel)?;
        if msg.have && parcel.bodies.iter().any(Option::is_some) {
            return Err(SyncError::malformed(
                "Offer",
                "changes in an offer of hashes",
            ));
        }
        Ok(Self {
            scope: scope("Offer", &msg.scope.0)?,
            to: msg.to,
            mode: if msg.have {
                OfferMode::Have
            } else {
                OfferMode::Give
            },
            parcel,
        })
    }
}
