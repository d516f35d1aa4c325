//! Proofs of erasure: a device says that it has erased what an order named.

use linli_model::{GridCode, KeyId, Timestamp};
use minicbor::{Decode, Encode};

use crate::cbor;
use crate::error::TrustError;
use crate::key::{Domain, Suite};
use crate::signed::{Signed, SignedBody};
use crate::wipe::WipeOrderBody;

/// A proof of erasure with its signature.
pub type ErasureProof = Signed<ErasureProofBody>;

/// What a [`WipeOrder`](crate::WipeOrder) named is gone from the device. The proof is signed before the
/// keys go and given out only afterwards: a device that has erased everything can sign no more.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ErasureProofBody {
    /// The algorithms of the signature.
    #[cbor(n(0), with = "cbor::number")]
    pub suite: Suite,
    /// The device that signs.
    #[cbor(n(1), with = "cbor::fixed")]
    pub device: KeyId,
    /// The nonce of the order.
    #[cbor(n(2), with = "cbor::fixed")]
    pub nonce: [u8; 16],
    /// The grids that were erased, ascending; empty for everything.
    #[cbor(n(3), with = "cbor::list")]
    pub grids: Vec<GridCode>,
    /// When, by the device's clock.
    #[cbor(n(4), with = "cbor::number")]
    pub at: Timestamp,
}

impl ErasureProofBody {
    /// The proof of an order that is obeyed now.
    pub fn of(order: &WipeOrderBody, now: Timestamp) -> Self {
        Self {
            suite: Suite::CURRENT,
            device: order.device,
            nonce: order.nonce,
            grids: order.grids.clone(),
            at: now,
        }
    }
}

impl SignedBody for ErasureProofBody {
    const DOMAIN: Domain = Domain::ERASURE_PROOF;
    const NAME: &'static str = "proof of erasure";
    const MAX_BYTES: usize = 12 * 1024;

    fn signer(&self) -> KeyId {
        self.device
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
