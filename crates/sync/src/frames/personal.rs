//! Signed items for one device alone. They are in no log: the server sends them while they apply.

use linli_trust::{Lease, ServerTime, Signed, SignedBody, WipeOrder};
use minicbor::{Decode, Encode};

use super::{Wire, get, put};
use crate::codec::Bytes;
use crate::error::SyncError;
use crate::limits;

/// A signed item for this device alone. Its signature is the receiver's to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Personal {
    /// How long the device may show household data without contact.
    Lease(Lease),
    /// The order to erase grids.
    Wipe(WipeOrder),
    /// The server's time, for a device that must not trust its own clock.
    Time(ServerTime),
}

const LEASE: u8 = 1;
const WIPE: u8 = 2;
const TIME: u8 = 3;

#[derive(Encode, Decode)]
struct PersonalMsg {
    #[n(0)]
    tag: u8,
    #[n(1)]
    bytes: Bytes<{ limits::PERSONAL_BYTES }>,
}

impl Wire for Personal {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        let (tag, bytes) = match self {
            Self::Lease(item) => (LEASE, item.encode()),
            Self::Wipe(item) => (WIPE, item.encode()),
            Self::Time(item) => (TIME, item.encode()),
        };
        let bytes = Bytes(bytes.map_err(|e| SyncError::malformed("item to send", e.to_string()))?);
        put("Personal", &PersonalMsg { tag, bytes })
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: PersonalMsg = get("Personal", bytes)?;
        match msg.tag {
            LEASE => signed(&msg.bytes.0).map(Self::Lease),
            WIPE => signed(&msg.bytes.0).map(Self::Wipe),
            TIME => signed(&msg.bytes.0).map(Self::Time),
            tag => Err(SyncError::Unknown {
                what: "personal item",
                number: tag.into(),
            }),
        }
    }
}

fn signed<B: SignedBody>(bytes: &[u8]) -> Result<Signed<B>, SyncError> {
    Signed::decode(bytes).map_err(|e| SyncError::malformed(B::NAME, e.to_string()))
}
