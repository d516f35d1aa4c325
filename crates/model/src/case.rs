//! The case: what is reported, who holds it, and every step of its life.
//!
//! A case is an append-only log ([`CaseLog`]) of events, admissions and receipts. The fold turns the
//! log into what people see ([`CaseView`]); `decide` says whether a proposed event would have an
//! effect. Both read one table of transitions (`case/transitions.json`).

pub mod admit;
pub mod event;
pub mod head;
pub mod log;
pub mod name;
pub mod receipt;
pub mod state;
pub mod view;

pub use admit::{Admit, Reason, Verdict};
pub use event::{Author, Event, EventKind};
pub use head::{CaseHead, ContactRef, Position, PositionSource, SubjectKind, Urgency};
pub use log::{CaseLog, FieldValue, Photo};
pub use name::EventName;
pub use receipt::Receipt;
pub use state::{Outcome, State};
pub use view::CaseView;
