//! The rules of the gate by name, and the set of those in force.
//!
//! Production code runs with [`Rules::ALL`]. Tests take one rule away at a time and show that a
//! crafted change then passes, so that no rule is there for nothing.

/// A rule that a foreign change must obey; see `docs/adr/0006-scan-before-the-engine.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rule {
    /// The checksum is the first four bytes of the hash.
    Checksum,
    /// Integers are written in the fewest bytes.
    ShortestInteger,
    /// A run repeats a value at least twice.
    RunOfOne,
    /// Neighbouring runs and literals could not be written as one.
    MergeableRuns,
    /// A null run is not empty and has no null run beside it.
    NullRun,
    /// A column with nothing but nulls is left out.
    AllNull,
    /// Only the first count of a boolean column may be zero.
    BooleanZero,
    /// A column ends after the last operation.
    ColumnEnds,
    /// Columns are listed in ascending order, each once.
    ColumnOrder,
    /// A column without bytes is not listed.
    EmptyColumn,
    /// Only the columns that we know are listed.
    UnknownColumn,
    /// Nothing follows the columns.
    TrailingBytes,
    /// Dependencies ascend.
    DepsAscending,
    /// Other actors ascend.
    ActorsAscending,
    /// Every other actor is used.
    ActorsUsed,
    /// The author is not listed among the other actors.
    AuthorAmongOthers,
    /// The predecessors of an operation ascend by counter, then actor.
    PredsAscending,
    /// A value is of a known type.
    ValueType,
    /// Nulls and booleans carry no bytes.
    ValueLength,
    /// Makes and deletes carry null.
    NullValue,
    /// An increment carries a signed integer.
    IncrementInteger,
    /// An operation id has a counter above zero.
    ZeroCounter,
    /// A change holds at least one operation.
    EmptyChange,
    /// The actor belongs to the signing key and the epoch of the batch.
    ActorOfKey,
    /// The sequence number follows the actor's last one.
    NextSeq,
    /// The actor's own last change is among the ancestors.
    OwnLastIsAncestor,
    /// The first operation follows the highest of the dependencies.
    StartOp,
    /// The object exists.
    ObjectExists,
    /// The object is in the history of the dependencies.
    ObjectInHistory,
    /// Map objects take names, lists take elements.
    KeyKind,
    /// The element exists, in the history of the dependencies, as an insert of that list.
    ElementExists,
    /// The predecessor exists.
    PredExists,
    /// The predecessor is in the history of the dependencies or earlier in this change.
    PredInHistory,
    /// The predecessor has the same object and the same key or element.
    PredSamePlace,
    /// The predecessor is a put or a make.
    PredIsValue,
    /// An insert has no predecessor.
    InsertNoPred,
    /// A delete has a predecessor.
    DeleteNeedsPred,
    /// An increment has a predecessor.
    IncrementNeedsPred,
    /// The update of a list element has a predecessor.
    UpdateNeedsPred,
    /// At least one predecessor of an increment is a counter.
    IncrementOfCounter,
    /// At most one operation per object and key in a change.
    OncePerKey,
    /// An increment is at most 2^32 in size.
    IncrementSize,
    /// A counter is at most 2^52 in size.
    CounterSize,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 43] = [
        Self::Checksum,
        Self::ShortestInteger,
        Self::RunOfOne,
        Self::MergeableRuns,
        Self::NullRun,
        Self::AllNull,
        Self::BooleanZero,
        Self::ColumnEnds,
        Self::ColumnOrder,
        Self::EmptyColumn,
        Self::UnknownColumn,
        Self::TrailingBytes,
        Self::DepsAscending,
        Self::ActorsAscending,
        Self::ActorsUsed,
        Self::AuthorAmongOthers,
        Self::PredsAscending,
        Self::ValueType,
        Self::ValueLength,
        Self::NullValue,
        Self::IncrementInteger,
        Self::ZeroCounter,
        Self::EmptyChange,
        Self::ActorOfKey,
        Self::NextSeq,
        Self::OwnLastIsAncestor,
        Self::StartOp,
        Self::ObjectExists,
        Self::ObjectInHistory,
        Self::KeyKind,
        Self::ElementExists,
        Self::PredExists,
        Self::PredInHistory,
        Self::PredSamePlace,
        Self::PredIsValue,
        Self::InsertNoPred,
        Self::DeleteNeedsPred,
        Self::IncrementNeedsPred,
        Self::UpdateNeedsPred,
        Self::IncrementOfCounter,
        Self::OncePerKey,
        Self::IncrementSize,
        Self::CounterSize,
    ];

    /// The word for logs, quarantine rows and texts.
    pub fn code(self) -> &'static str {
        match self {
            Self::Checksum => "checksum",
            Self::ShortestInteger => "integer_not_shortest",
            Self::RunOfOne => "run_of_one",
            Self::MergeableRuns => "mergeable_runs",
            Self::NullRun => "null_run",
            Self::AllNull => "all_null_column",
            Self::BooleanZero => "boolean_zero_count",
            Self::ColumnEnds => "column_too_long",
            Self::ColumnOrder => "column_order",
            Self::EmptyColumn => "empty_column",
            Self::UnknownColumn => "unknown_column",
            Self::TrailingBytes => "trailing_bytes",
            Self::DepsAscending => "deps_order",
            Self::ActorsAscending => "actors_order",
            Self::ActorsUsed => "actor_unused",
            Self::AuthorAmongOthers => "author_among_others",
            Self::PredsAscending => "preds_order",
            Self::ValueType => "value_type",
            Self::ValueLength => "value_length",
            Self::NullValue => "value_where_null_belongs",
            Self::IncrementInteger => "increment_not_integer",
            Self::ZeroCounter => "zero_counter",
            Self::EmptyChange => "empty_change",
            Self::ActorOfKey => "foreign_actor",
            Self::NextSeq => "seq",
            Self::OwnLastIsAncestor => "own_last_not_ancestor",
            Self::StartOp => "start_op",
            Self::ObjectExists => "no_such_object",
            Self::ObjectInHistory => "object_not_in_history",
            Self::KeyKind => "key_kind",
            Self::ElementExists => "no_such_element",
            Self::PredExists => "no_such_pred",
            Self::PredInHistory => "pred_not_in_history",
            Self::PredSamePlace => "pred_elsewhere",
            Self::PredIsValue => "pred_not_a_value",
            Self::InsertNoPred => "insert_with_pred",
            Self::DeleteNeedsPred => "delete_without_pred",
            Self::IncrementNeedsPred => "increment_without_pred",
            Self::UpdateNeedsPred => "update_without_pred",
            Self::IncrementOfCounter => "increment_of_non_counter",
            Self::OncePerKey => "key_twice",
            Self::IncrementSize => "increment_size",
            Self::CounterSize => "counter_size",
        }
    }
}

/// The rules in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules(u64);

impl Rules {
    /// All of them: what production code runs with.
    pub const ALL: Self = Self(u64::MAX);

    /// All of these but one. For tests that show what a rule is for; never for production.
    #[doc(hidden)]
    #[must_use]
    pub fn without(self, rule: Rule) -> Self {
        Self(self.0 & !(1 << rule as u8))
    }

    /// Passes when the condition holds or the rule is not in force.
    pub(crate) fn require(self, rule: Rule, holds: bool) -> Result<(), Broken> {
        if holds || self.0 & (1 << rule as u8) == 0 {
            Ok(())
        } else {
            Err(Broken(rule))
        }
    }
}

/// A rule that does not hold; turned into the refusal of whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) Rule);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_is_listed_once_in_its_place_with_a_code_of_its_own() {
        for (place, rule) in Rule::ALL.into_iter().enumerate() {
            assert_eq!(rule as usize, place);
            assert!(Rules::ALL.require(rule, false).is_err());
            assert!(Rules::ALL.without(rule).require(rule, false).is_ok());
        }
        let codes: BTreeSet<_> = Rule::ALL.into_iter().map(Rule::code).collect();
        assert_eq!(codes.len(), Rule::ALL.len());
    }
}
