//! The ledger that devices and servers share: changes, batches, documents, feeds, cursors, what was
//! refused and what waits, reference data and files, in one encrypted SQLite file.
//!
//! * A change is stored once, by its hash; a feed lists it, a document contains it, a batch proves
//!   who wrote it.
//! * Documents are a cache of their changes: one row with heads, a packed snapshot and a short tail.
//! * Rows for lists and search are derived by [`Projector`]s in the same transaction and can be
//!   dropped and rebuilt at any time.
//! * Everything happens in [`Ledger::write`] or [`Ledger::read`]; the methods of [`Tx`] and
//!   [`Reader`] live beside their subjects.
//! * [`ingest`](mod@ingest) is the one gate for what others wrote.
//!
//! Absent on purpose: the network, clocks, the meaning of fields and the rules of roles.

pub mod audit;
pub mod batch;
pub mod blob;
pub mod change;
mod codec;
pub mod conformance;
pub mod control;
pub mod cursor;
pub mod digest;
pub mod document;
pub mod error;
pub mod feed;
pub mod inbox;
pub mod ingest;
pub mod key;
pub mod ledger;
pub mod meta;
pub mod outbox;
pub mod pack;
pub mod parked;
pub mod project;
pub mod quarantine;
pub mod schema;
mod scopes;
mod sql;
pub mod testing;
pub mod tombstone;
pub mod tx;

pub use batch::{Arrival, ChainLink};
pub use blob::{Blob, BlobState};
pub use change::{ChangeInfo, Place, Stored};
pub use control::{ControlEntry, ControlItem, ControlPage};
pub use cursor::{Cursor, Peer};
pub use digest::Digest;
pub use document::DocumentInfo;
pub use error::{Class, Result, StoreError};
pub use feed::{FeedState, PageOut, PageRequest};
pub use inbox::InboxItem;
pub use ingest::{
    BatchReport, FromFeed, Gate, Incident, Ingested, Judgement, Proposal, StoredChange, Verdict,
};
pub use key::DbKey;
pub use ledger::{Flush, Integrity, Ledger, Options, Profile, verify_backup};
pub use outbox::{Answer, Authorship, Delivery, Discarded, OutboxItem, SealAs};
pub use pack::{Installed, Pack, PackArrival, PackDocument, PackDocuments};
pub use parked::{Parked, ParkedFor};
pub use project::{Projected, Projector};
pub use quarantine::{QuarantineState, Quarantined};
pub use rusqlite;
pub use schema::Module;
pub use tombstone::Erased;
pub use tx::{Reader, Tx};
