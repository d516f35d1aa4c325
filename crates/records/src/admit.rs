//! The gate for the changes of one document that others wrote.
//!
//! In order: scan, hash, actor, structure, schema, the caller's policy, then the engine on a copy
//! under a panic guard, and at last save, reload and compare heads. What fails at one step never
//! reaches the next, and what is refused takes everything that builds on it along. Accepted
//! changes are applied in one call: one call per change would be quadratic.

mod engine_check;
mod queue;
mod shape;

use std::collections::BTreeMap;

use linli_model::{ActorId, BlobHash, ChangeHash, GridCode, KeyId, RecordKind, Timestamp};

use crate::change::RawChange;
use crate::document::Document;
use crate::known::Known;
use crate::note::ChangeNote;
use crate::read::RawEntry;
use crate::rules::Rules;
use crate::schema::MemberMap;
use crate::value::FieldValue;

pub use shape::ShapeRefusal;

/// A change as it arrives in a verified batch.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The hash that the batch names and its signature covers.
    pub hash: ChangeHash,
    /// The change.
    pub bytes: &'a [u8],
    /// The key that signed the batch.
    pub actor_key: KeyId,
    /// The epoch in the batch's header.
    pub epoch: u64,
}

/// What became of a group of changes.
#[derive(Debug)]
pub struct Admission {
    /// The document with everything that was accepted; `None` when nothing was. It has been
    /// saved and loaded again, and its snapshot is at hand.
    pub document: Option<Document>,
    /// One outcome per incoming change, in the same order.
    pub outcomes: Vec<Outcome>,
}

/// What became of one change.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is part of the document now.
    Applied(Box<Applied>),
    /// The document had it already, or it came twice in this group.
    Duplicate,
    /// It cannot be judged before these changes are here.
    Missing(Vec<ChangeHash>),
    /// It is refused for ever.
    Refused(Refusal),
    /// It could not be judged because our own document is damaged: rebuild it from its raw
    /// changes and try again. Nothing is wrong with the change.
    Unjudged,
}

/// An accepted change.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The change.
    pub change: RawChange,
    /// What it does.
    pub facts: ChangeFacts,
}

/// Why a change is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Refusal {
    /// A stable word; see [`codes`] and the codes of the steps' own refusals.
    pub code: &'static str,
    /// For logs and the quarantine list. Names fields, never their values.
    pub detail: String,
}

impl Refusal {
    /// Whether the change itself is bad, so that everything which builds on it is refused too.
    /// Damaged bytes, or another's change under a wrong signature, say nothing about the change
    /// that the batch names: it may still arrive whole, from its author.
    pub fn is_about_change(&self) -> bool {
        self.code != codes::HASH && self.code != codes::FOREIGN_ACTOR
    }
}

/// Refusal codes that are not those of a single step.
pub mod codes {
    /// The bytes do not have the hash that the batch names.
    pub const HASH: &str = "hash";
    /// The author is not the actor of the key that signed the batch.
    pub const FOREIGN_ACTOR: &str = "foreign_actor";
    /// It builds on a change that was refused in the same call.
    pub const DEPENDS_ON_REFUSED: &str = "depends_on_refused";
    /// The engine failed, or the document did not survive being saved and loaded.
    pub const ENGINE: &str = "engine";
}

/// The caller's own refusal: role, scope, field rights.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct PolicyRefusal {
    /// A stable word.
    pub code: &'static str,
    /// For logs and the quarantine list.
    pub detail: String,
}

/// What a change does, for the policy and for projections.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeFacts {
    /// The change.
    pub hash: ChangeHash,
    /// Who wrote it.
    pub actor: ActorId,
    /// The author's running number in this record.
    pub seq: u64,
    /// The author's clock; evidence only.
    pub at: Timestamp,
    /// Whether it is the record's first change.
    pub creates: bool,
    /// The home that the first change sets.
    pub home: Option<GridCode>,
    /// Every register that it sets or clears, in order of name.
    pub fields_set: Vec<String>,
    /// The values of those that it sets.
    pub values: BTreeMap<String, FieldValue>,
    /// The entries that it appends.
    pub entries: Vec<RawEntry>,
    /// The photos that it adds.
    pub photos_added: Vec<BlobHash>,
    /// The members that it puts (`true`) or removes (`false`).
    pub members: Vec<(MemberMap, String, bool)>,
    /// Staff and basis.
    pub message: ChangeNote,
}

/// Judges a group of changes of one document and applies those that pass.
///
/// `doc` is the document as it stands, `None` before its first change. `kind` is the kind that
/// the batch's entries name. The policy is asked once for each change that has passed the schema,
/// after all changes that it builds on.
pub fn admit(
    doc: Option<&Document>,
    kind: RecordKind,
    incoming: &[Incoming<'_>],
    policy: &mut dyn FnMut(&ChangeFacts) -> Result<(), PolicyRefusal>,
) -> Admission {
    admit_with(doc, kind, incoming, policy, Rules::ALL)
}

/// [`admit`] with some rules switched off, for the tests that show what each is for.
#[doc(hidden)]
pub fn admit_with(
    doc: Option<&Document>,
    kind: RecordKind,
    incoming: &[Incoming<'_>],
    policy: &mut dyn FnMut(&ChangeFacts) -> Result<(), PolicyRefusal>,
    rules: Rules,
) -> Admission {
    let known = match doc.map(Document::known) {
        None => Known::default(),
        Some(Some(known)) => known.clone(),
        Some(None) => {
            let outcomes = incoming.iter().map(|_| Outcome::Unjudged).collect();
            return Admission {
                document: None,
                outcomes,
            };
        }
    };
    let judged = queue::judge(known, kind, incoming, policy, rules);
    engine_check::apply(doc, incoming, judged, rules)
}
