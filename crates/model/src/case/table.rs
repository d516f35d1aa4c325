//! The table of transitions: `transitions.json`, loaded and checked once.
//!
//! One row per event. Rows with a number are the rows of docs/workflow.md;
//! rows without are the events that custody, orders, copies and remarks need.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer};

use super::guard::Guard;
use super::name::EventName;
use super::standing::Slot;
use super::state::State;
use crate::edition::LimitName;
use crate::role::Role;

/// Who writes an event and who admits it (docs/workflow.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Stays on the device.
    Local,
    /// Written on a device or at any member's desk; admitted by the holder.
    Field,
    /// Written on a unit's page; admitted by the holder.
    Unit,
    /// A decision of the holder's desk: one change with its admission.
    Desk,
    /// Written by an upper member; admitted by the holder's server without a human.
    Order,
    /// Written by the holder's server itself; one change with its admission.
    Timer,
}

/// For which organisation an author of the event must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// The home grid's community.
    Grid,
    /// Any organisation with a desk: it becomes the holder.
    Desk,
    /// The holder.
    Holder,
    /// The lead unit.
    Unit,
    /// Any member.
    Member,
    /// A member above the holder.
    Above,
    /// The holder or a member above it.
    AboveOrHolder,
    /// The district's root.
    District,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "these are columns of a table, not states of a machine"
)]
pub struct Row {
    /// The row of docs/workflow.md.
    #[serde(rename = "row")]
    pub number: Option<u8>,
    /// The event.
    pub event: EventName,
    /// Who writes and who admits it.
    pub class: Class,
    /// The states in which it has an effect. In the file `open` and `ended` stand for all of them.
    #[serde(deserialize_with = "states")]
    pub from: BTreeSet<State>,
    /// The state after it; none when the state stays.
    pub to: Option<State>,
    /// The roles that may author it. `system` means the holder's server.
    pub actors: BTreeSet<Role>,
    /// For which organisation; does not bind `system`.
    pub seat: Seat,
    /// What it must name in `answers`: one of these that is current.
    #[serde(default)]
    pub answers: Vec<Slot>,
    /// What it makes itself the current one of.
    pub opens: Option<Slot>,
    /// What is no longer current after it.
    #[serde(default)]
    pub clears: Vec<Slot>,
    /// Whether what it answers is no longer current after it.
    #[serde(default)]
    pub clears_answered: bool,
    /// What must hold, in the order in which it is checked.
    #[serde(default)]
    pub guards: Vec<Guard>,
    /// What must hold when it is written; an admission does not look again.
    #[serde(default)]
    pub authoring: Vec<Guard>,
    /// Whether it counts while a hand-over waits for its answer.
    #[serde(default)]
    pub in_transfer: bool,
    /// Whether it comes back to its author as a task when it has no effect.
    #[serde(default)]
    pub asks: bool,
    /// Whether it may be written without a connection.
    #[serde(default)]
    pub offline: bool,
    /// The limit that it starts.
    pub limit: Option<LimitName>,
}

impl Row {
    /// Whether this role's event is the holder's own: a desk event, or an act of the server.
    pub fn is_own(&self, role: Role) -> bool {
        role == Role::System || matches!(self.class, Class::Desk | Class::Timer)
    }
}

/// Every row, one for each event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    rows: BTreeMap<EventName, Row>,
}

static TABLE: LazyLock<Table> = LazyLock::new(load);

#[expect(
    clippy::expect_used,
    reason = "the file is compiled in, and a test loads it"
)]
fn load() -> Table {
    Table::from_json(include_str!("transitions.json")).expect("transitions.json is valid")
}

/// The table of this program.
pub fn table() -> &'static Table {
    &TABLE
}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Not the JSON of a table.
    #[error("the table cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// Rows that contradict each other, one sentence each.
    #[error("the table is not complete: {0:?}")]
    Mistakes(Vec<String>),
}

impl Table {
    /// Reads and checks a table.
    pub fn from_json(text: &str) -> Result<Self, TableError> {
        let mut mistakes = Vec::new();
        let mut rows = BTreeMap::new();
        for row in serde_json::from_str::<Vec<Row>>(text)? {
            let event = row.event;
            if rows.insert(event, row).is_some() {
                mistakes.push(format!("two rows for {event}"));
            }
        }
        let table = Self { rows };
        mistakes.extend(table.mistakes());
        if mistakes.is_empty() {
            Ok(table)
        } else {
            Err(TableError::Mistakes(mistakes))
        }
    }

    /// The row of an event. [`Self::from_json`] has made sure that there is one.
    pub fn row(&self, event: EventName) -> Option<&Row> {
        self.rows.get(&event)
    }

    /// Every row, in the order of [`EventName`].
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let mut opened: BTreeSet<Slot> = self.rows().filter_map(|row| row.opens).collect();
        opened.insert(Slot::OnSpot);
        let mut reached = BTreeSet::from([State::New]);
        reached.extend(self.rows().filter_map(|row| row.to));
        for name in EventName::ALL {
            if self.row(*name).is_none() {
                mistakes.push(format!("no row for {name}"));
            }
        }
        for state in State::ALL {
            if !reached.contains(&state) {
                mistakes.push(format!("nothing leads to {state:?}"));
            }
        }
        for row in self.rows() {
            let event = row.event;
            if row.from.is_empty() || row.actors.is_empty() {
                mistakes.push(format!("{event} can never happen"));
            }
            if let Some(slot) = row.answers.iter().find(|slot| !opened.contains(slot)) {
                mistakes.push(format!("{event} answers {slot:?}, which nothing opens"));
            }
            if row.class == Class::Timer && row.actors != BTreeSet::from([Role::System]) {
                mistakes.push(format!("{event} is a timer and not the server's alone"));
            }
            if row.offline && row.class == Class::Desk {
                mistakes.push(format!(
                    "{event} is a desk event and cannot be written offline"
                ));
            }
        }
        let numbers: BTreeSet<u8> = self.rows().filter_map(|row| row.number).collect();
        if numbers != (1..=29).collect() {
            mistakes.push(format!("rows of docs/workflow.md are missing: {numbers:?}"));
        }
        mistakes
    }
}

/// A state, or a group of states.
#[derive(Deserialize)]
#[serde(untagged)]
enum From {
    State(State),
    Group(Group),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Group {
    /// Somebody still has to do something.
    Open,
    /// It ended, in whichever way.
    Ended,
}

fn states<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<State>, D::Error> {
    let words = Vec::<From>::deserialize(deserializer)?;
    let means = |word: &From, state: State| match word {
        From::State(one) => *one == state,
        From::Group(Group::Open) => state.is_open(),
        From::Group(Group::Ended) => state.is_ended(),
    };
    Ok(State::ALL
        .into_iter()
        .filter(|state| words.iter().any(|word| means(word, *state)))
        .collect())
}

#[cfg(test)]
mod tests;
