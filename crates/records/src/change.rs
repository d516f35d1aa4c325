//! One change of a record as it is stored and sent.

use linli_model::{ActorId, ChangeHash};

use crate::prescan::{ScannedChange, scan};

/// A change in the bytes that its hash covers, with the facts that callers sort and look up by.
///
/// The bytes are never deflated: zstd already wraps the wire, and the engine's own deflated form
/// is not what the hash covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawChange {
    /// SHA-256 over the change.
    pub hash: ChangeHash,
    /// The uncompressed chunk.
    pub bytes: Vec<u8>,
    /// Who wrote it.
    pub actor: ActorId,
    /// The author's running number in this record, from 1.
    pub seq: u64,
    /// The changes it was written on top of, ascending.
    pub deps: Vec<ChangeHash>,
    /// The number of its first operation.
    pub start_op: u64,
    /// The number of its last operation.
    pub max_op: u64,
    /// The note in JSON; see [`crate::ChangeNote`].
    pub message: Option<String>,
    /// The author's clock in milliseconds; evidence only.
    pub time: i64,
}

impl RawChange {
    /// A change from its bytes; `None` when the scan refuses them.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        scan(bytes).ok().map(|change| Self::from_scan(&change))
    }

    /// The change as the engine holds it; `None` for an actor that is not one of ours.
    pub(crate) fn from_engine(change: &automerge::Change) -> Option<Self> {
        Some(Self {
            hash: ChangeHash(change.hash().0),
            bytes: change.raw_bytes().to_vec(),
            actor: ActorId::from_slice(change.actor_id().to_bytes())?,
            seq: change.seq(),
            deps: change.deps().iter().map(|dep| ChangeHash(dep.0)).collect(),
            start_op: change.start_op().get(),
            max_op: change.max_op(),
            message: change.message().map(str::to_owned),
            time: change.timestamp(),
        })
    }

    /// The change as the scan read it.
    pub(crate) fn from_scan(change: &ScannedChange<'_>) -> Self {
        Self {
            hash: change.hash,
            bytes: change.bytes.to_vec(),
            actor: change.actor(),
            seq: change.seq,
            deps: change.deps.clone(),
            start_op: u64::from(change.start_op),
            max_op: u64::from(change.max_op()),
            message: change.message.map(str::to_owned),
            time: change.time,
        }
    }
}
