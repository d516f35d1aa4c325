//! The case: what is reported, who holds it, and every step of its life.
//!
//! A case is an append-only log ([`CaseLog`]) of events, admissions and receipts. [`fold()`] turns the
//! log into what people see ([`CaseView`]); [`decide()`] says whether a proposed event would have an
//! effect. Both read one table of transitions (`case/transitions.json`, [`table()`]).
//!
//! | rule of docs/workflow.md | file |
//! |---|---|
//! | custody, orders, hand-over | `transitions.json`, `guard`, `apply` |
//! | classes of events, answers, duplicates, two persons | `table`, `decide`, `guard` |
//! | admission, order, forks | `admission`, `fold/line`, `fold/order` |
//! | members and copies | `membership`, `automation` |
//! | receipts | `receipt`, `fold/receipts` |
//! | limits and due times (docs/workflow.md) | `deadline` |

pub mod admission;
mod admit;
mod apply;
pub mod automation;
pub mod custody;
pub mod deadline;
mod decide;
mod event;
mod fold;
mod guard;
mod head;
mod log;
pub mod membership;
mod name;
mod next_steps;
mod receipt;
mod rules;
mod standing;
mod state;
pub mod table;
mod view;

pub use admit::{Admit, Reason, Verdict};
pub use decide::{Admitting, OtherCase, Proposal, decide};
pub use event::{Author, Event, EventKind, Finding, Satisfaction, Source, SupervisionLevel};
pub use fold::fold;
pub use guard::Guard;
pub use head::{CaseHead, ContactRef, Position, PositionSource, SubjectKind, Urgency};
pub use log::{CaseLog, FieldValue, Photo, VOICE_BYTES, VOICE_MS, VOICE_TYPE};
pub use name::EventName;
pub use next_steps::next_steps;
pub use receipt::Receipt;
pub use rules::{Editions, Rules};
pub use standing::{CustodyOrder, Hold, Intent, Marks, OrderKind, Slot, Standing, Step, Transfer};
pub use state::{Outcome, State};
pub use table::table;
pub use view::{
    CaseView, Incident, IncidentKind, Place, ReceiptState, Task, TaskFor, TaskKind, TimelineEntry,
};
