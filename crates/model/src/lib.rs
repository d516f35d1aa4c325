//! The words and rules that every part of Linli shares: ids, scopes, the organisation tree, roles,
//! editions of reference data, and the case workflow.
//!
//! Pure: no I/O, no clock, no randomness, no automerge, no SQL. Callers bring `now`, random bytes
//! and stored values; the functions here return values.

pub mod case;
pub mod case_number;
pub mod code;
pub mod deny;
pub mod edition;
pub mod id;
pub mod org;
pub mod retention;
pub mod role;
pub mod scope;
pub mod short_code;
pub mod standard;
pub mod text_hint;
pub mod time;

pub use case_number::CaseNumber;
pub use code::{Code, ErrorClass};
pub use id::{
    ActorId, BatchId, BlobHash, CategoryCode, ChangeHash, ClassCode, EntryId, GridCode, IdError,
    KeyId, OrgId, RecordId, StaffId,
};
pub use org::{Level, Name, Org, OrgKind, OrgTree};
pub use role::Role;
pub use scope::{RecordKind, Scope};
pub use short_code::ShortCode;
pub use time::Timestamp;
