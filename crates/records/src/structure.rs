//! Whether a scanned change fits the history of its document.
//!
//! A change can be canonical and still name operations that do not exist, or that its author
//! could not have known. The engine then panics, or merges it into a document that can never be
//! loaded again. So every object, element and predecessor must exist in the history of the
//! change's dependencies, or earlier in the change itself, and must be of the right sort.

mod fact;
mod history;
mod operation;

use linli_model::{ActorId, ChangeHash, KeyId};

pub use history::History;

use crate::prescan::{MAX_COUNTER, ScannedChange};
use crate::rules::{Broken, Rule, Rules};
use fact::Fact;

/// The largest increment of a counter, in either direction.
pub const MAX_INCREMENT: u64 = 1 << 32;
/// The largest start of a counter, in either direction.
pub const MAX_COUNTER_VALUE: u64 = 1 << 52;

/// Why a change does not fit the history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StructureRefusal {
    /// Changes below it are not known. It may fit once they are here.
    #[error("{} changes below it are missing", .0.len())]
    Missing(Vec<ChangeHash>),
    /// A rule is broken, for ever.
    #[error("rule {} is broken", .0.code())]
    Rule(Rule),
}

impl StructureRefusal {
    /// The word for logs and quarantine rows.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "missing",
            Self::Rule(rule) => rule.code(),
        }
    }
}

impl From<Broken> for StructureRefusal {
    fn from(Broken(rule): Broken) -> Self {
        Self::Rule(rule)
    }
}

/// Checks a change against the history that it claims to continue.
pub fn check(history: &History, change: &ScannedChange<'_>) -> Result<(), StructureRefusal> {
    check_with(history, change, Rules::ALL)
}

/// [`check`] with some rules switched off, for the tests that show what each is for.
#[doc(hidden)]
pub fn check_with(
    history: &History,
    change: &ScannedChange<'_>,
    rules: Rules,
) -> Result<(), StructureRefusal> {
    examine(history, change, rules).map(drop)
}

/// Checks that the author of a change is the actor of this key in this epoch.
pub fn check_actor(
    change: &ScannedChange<'_>,
    key: &KeyId,
    epoch: u64,
) -> Result<(), StructureRefusal> {
    check_actor_with(change, key, epoch, Rules::ALL)
}

/// [`check_actor`] with some rules switched off.
#[doc(hidden)]
pub fn check_actor_with(
    change: &ScannedChange<'_>,
    key: &KeyId,
    epoch: u64,
    rules: Rules,
) -> Result<(), StructureRefusal> {
    let own = epoch <= ActorId::MAX_EPOCH && change.actor() == ActorId::new(key, epoch);
    Ok(rules.require(Rule::ActorOfKey, own)?)
}

/// A change that fits, with what the history will remember of it.
pub(crate) struct Examined<'a> {
    clock: Vec<u32>,
    facts: Vec<Fact<'a>>,
}

/// Checks a change and works out what the history will remember of it.
pub(crate) fn examine<'a>(
    history: &History,
    change: &ScannedChange<'a>,
    rules: Rules,
) -> Result<Examined<'a>, StructureRefusal> {
    let missing = history.missing(&change.deps);
    if !missing.is_empty() {
        return Err(StructureRefusal::Missing(missing));
    }
    let (clock, top) = history.clock_of(&change.deps);
    let author = history.place_of(&change.actor());
    let last = history.last_seq(author);
    rules.require(Rule::NextSeq, change.seq == u64::from(last) + 1)?;
    let seen = clock.get(author.index()).copied().unwrap_or(0);
    rules.require(Rule::OwnLastIsAncestor, seen >= last)?;
    let start = change.start_op;
    rules.require(
        Rule::StartOp,
        Some(start) == top.checked_add(1) && start <= MAX_COUNTER,
    )?;
    let mut checker = operation::Checker::new(history, change, &clock, author, rules);
    for op in &change.ops {
        checker.check(op)?;
    }
    let facts = checker.into_facts();
    Ok(Examined { clock, facts })
}
