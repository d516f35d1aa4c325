//! Tombstones: the signed, permanent drop of one record.

use linli_model::{KeyId, RecordId, RecordKind, Scope, Timestamp};
use minicbor::{Decode, Encode};

use crate::cbor;
use crate::key::{Domain, Suite};
use crate::signed::{ReasonCode, Signed, SignedBody};

/// A tombstone with its signature.
pub type Tombstone = Signed<TombstoneBody>;

/// The record is gone for ever, here and in every copy. Changes for it are acknowledged as gone and
/// never stored; the tombstone is kept outside backups and sent to the parent for every case.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TombstoneBody {
    /// The algorithms of the signature.
    #[cbor(n(0), with = "cbor::number")]
    pub suite: Suite,
    /// The dropped record.
    #[cbor(n(1), with = "cbor::fixed")]
    pub record: RecordId,
    /// What it was.
    #[cbor(n(2), with = "cbor::number")]
    pub kind: RecordKind,
    /// The scope that it lived in.
    #[cbor(n(3), with = "cbor::text")]
    pub scope: Scope,
    /// Why.
    #[cbor(n(4), with = "cbor::text")]
    pub reason: ReasonCode,
    /// When, by the signing server's clock.
    #[cbor(n(5), with = "cbor::number")]
    pub at: Timestamp,
    /// The signer's running number, from 1.
    #[n(6)]
    pub number: u64,
    /// The desk key that signs.
    #[cbor(n(7), with = "cbor::fixed")]
    pub signer: KeyId,
}

impl SignedBody for TombstoneBody {
    const DOMAIN: Domain = Domain::TOMBSTONE;
    const NAME: &'static str = "tombstone";

    fn signer(&self) -> KeyId {
        self.signer
    }
}
