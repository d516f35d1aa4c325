//! Checkpoints: a server's signed statement of what a feed held at a number.

use linli_model::{KeyId, Scope, Timestamp};
use minicbor::{Decode, Encode};

use crate::cbor;
use crate::key::{Domain, Suite};
use crate::signed::{Signed, SignedBody};

/// A checkpoint with its signature. [`Signed::digest`] names it as the next one's `prev`.
pub type Checkpoint = Signed<CheckpointBody>;

/// The head of one feed. A server that later shows less without a new generation has lost data or
/// lies; whoever kept the checkpoint can prove it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CheckpointBody {
    /// The algorithms of the signature.
    #[cbor(n(0), with = "cbor::number")]
    pub suite: Suite,
    /// The feed.
    #[cbor(n(1), with = "cbor::text")]
    pub scope: Scope,
    /// The server's generation: one more after each restore.
    #[n(2)]
    pub generation: u64,
    /// The highest number listed.
    #[n(3)]
    pub seq: u64,
    /// The digest of the live records of the feed at `seq`.
    #[cbor(n(4), with = "cbor::fixed")]
    pub digest: [u8; 32],
    /// The digest of the signer's checkpoint of this feed before.
    #[cbor(n(5), with = "cbor::fixed", has_nil)]
    pub prev: Option<[u8; 32]>,
    /// SHA-256 of the pack that holds the feed up to `seq`, if one was made.
    #[cbor(n(6), with = "cbor::fixed", has_nil)]
    pub pack_hash: Option<[u8; 32]>,
    /// When, by the signing server's clock.
    #[cbor(n(7), with = "cbor::number")]
    pub at: Timestamp,
    /// The desk key that signs.
    #[cbor(n(8), with = "cbor::fixed")]
    pub signer: KeyId,
}

impl SignedBody for CheckpointBody {
    const DOMAIN: Domain = Domain::CHECKPOINT;
    const NAME: &'static str = "checkpoint";

    fn signer(&self) -> KeyId {
        self.signer
    }
}
