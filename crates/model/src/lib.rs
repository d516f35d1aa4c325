//! The words and rules that every part of Linli shares: ids, scopes, the organisation tree, roles,
//! editions of reference data, and the case workflow.
//!
//! Pure: no I/O, no clock, no randomness, no automerge, no SQL. Callers bring `now`, random bytes
//! and stored values; the functions here return values.

pub mod id;
pub mod scope;
pub mod time;

pub use id::{
    ActorId, BatchId, BlobHash, CategoryCode, ChangeHash, EntryId, GridCode, IdError, KeyId, OrgId,
    RecordId, StaffId,
};
pub use scope::{RecordKind, Scope};
pub use time::Timestamp;
