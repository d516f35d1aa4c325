//! Revocations: from when a key is no longer heard.

use linli_model::{KeyId, Timestamp};
use minicbor::{Decode, Encode};

use crate::cbor;
use crate::key::{Domain, Suite};
use crate::signed::{ReasonCode, Signed, SignedBody};

/// A revocation with its signature.
pub type Revocation = Signed<RevocationBody>;

/// The end of a key. Whatever a server receives from the key at or after [`RevocationBody::at`] is
/// quarantined, whatever time it claims. There is no way back: enrol a new key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RevocationBody {
    /// The algorithms of the signature.
    #[cbor(n(0), with = "cbor::number")]
    pub suite: Suite,
    /// The revoked key.
    #[cbor(n(1), with = "cbor::fixed")]
    pub key: KeyId,
    /// From when it counts. May lie in the past: certificates that the key issued and that were
    /// received since then fall with it.
    #[cbor(n(2), with = "cbor::number")]
    pub at: Timestamp,
    /// The signer's running number, from 1. A restored server compares the highest number that its
    /// neighbours have seen before it serves anyone.
    #[n(3)]
    pub number: u64,
    /// Why.
    #[cbor(n(4), with = "cbor::text")]
    pub reason: ReasonCode,
    /// The desk key that signs: the issuer, or one of an organisation above.
    #[cbor(n(5), with = "cbor::fixed")]
    pub signer: KeyId,
}

impl SignedBody for RevocationBody {
    const DOMAIN: Domain = Domain::REVOCATION;
    const NAME: &'static str = "revocation";

    fn signer(&self) -> KeyId {
        self.signer
    }
}
