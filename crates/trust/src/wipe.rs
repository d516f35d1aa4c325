//! Wipe orders: a desk tells one device to erase its keys.

use linli_model::{GridCode, KeyId, Timestamp};
use minicbor::{Decode, Encode};

use crate::cbor;
use crate::error::TrustError;
use crate::key::{Domain, Suite};
use crate::signed::{Signed, SignedBody};

/// A wipe order with its signature.
pub type WipeOrder = Signed<WipeOrderBody>;

/// Erase the wrapped keys first, then the files, then acknowledge.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WipeOrderBody {
    /// The algorithms of the signature.
    #[cbor(n(0), with = "cbor::number")]
    pub suite: Suite,
    /// The only device that may obey.
    #[cbor(n(1), with = "cbor::fixed")]
    pub device: KeyId,
    /// Random; the device keeps the nonces that it has obeyed and ignores them when they come again.
    #[cbor(n(2), with = "cbor::fixed")]
    pub nonce: [u8; 16],
    /// The grids to erase, ascending; empty for everything.
    #[cbor(n(3), with = "cbor::list")]
    pub grids: Vec<GridCode>,
    /// When, by the signing server's clock.
    #[cbor(n(4), with = "cbor::number")]
    pub at: Timestamp,
    /// The desk key that signs.
    #[cbor(n(5), with = "cbor::fixed")]
    pub signer: KeyId,
}

impl WipeOrderBody {
    /// Whether this device has to obey: it is named, and has not obeyed this order before.
    pub fn concerns(&self, device: &KeyId, mut obeyed: impl Iterator<Item = [u8; 16]>) -> bool {
        self.device == *device && !obeyed.any(|nonce| nonce == self.nonce)
    }
}

impl SignedBody for WipeOrderBody {
    const DOMAIN: Domain = Domain::WIPE;
    const NAME: &'static str = "wipe order";
    const MAX_BYTES: usize = 12 * 1024;

    fn signer(&self) -> KeyId {
        self.signer
    }

    fn check(&self) -> Result<(), TrustError> {
        if self.grids.len() > cbor::list::MAX_CODES || !self.grids.is_sorted_by(|a, b| a < b) {
            return Err(TrustError::malformed(
                Self::NAME,
                "grids are too many or not in ascending order",
            ));
        }
        Ok(())
    }
}
