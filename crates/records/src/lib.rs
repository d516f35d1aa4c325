//! Records as CRDT documents: how a record is written, read and merged, and the gate that a foreign
//! change passes before the merge engine sees one byte of it.
//!
//! This is the only crate that names automerge. It is pure: no SQL, no network, no clock, no
//! randomness. Callers bring the time, the actor and the bytes.
//!
//! * [`Document`] is one record, loaded for as long as it is written or merged and then dropped.
//! * [`schema`] declares every field of every record kind. What is not declared cannot be stored.
//! * [`write`](mod@write) and [`read`] are the only ways in and out for our own code.
//! * [`admit`](mod@admit) is the gate for changes that others wrote: [`prescan`] reads a change
//!   with bounded memory and refuses everything but the canonical form, [`structure`] refuses
//!   what does not fit the document's history.

pub mod admit;
pub mod authority;
pub mod case;
pub mod change;
pub mod document;
mod engine;
mod known;
pub mod note;
pub mod prescan;
pub mod read;
#[doc(hidden)]
pub mod rules;
pub mod schema;
pub mod structure;
pub mod value;
pub mod write;

pub use admit::{Admission, ChangeFacts, Incoming, Outcome, PolicyRefusal, Refusal, admit};
pub use change::RawChange;
pub use document::{Document, Knowledge, LoadError};
pub use note::{Basis, ChangeNote, NoteError};
pub use read::{Deletion, RawEntry, Version, read_entries, read_fields};
pub use schema::{EntryMap, SCHEMA_VERSION};
pub use value::FieldValue;
pub use write::{NewContent, NewRecord, WriteError, create, write};
