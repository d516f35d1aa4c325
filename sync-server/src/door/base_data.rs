//! What an import of base data asks and is answered, and what an export reads.

use std::collections::BTreeMap;

use linli_intake::BaseRow;
use linli_model::{RecordId, StaffId};
use serde::{Deserialize, Serialize};

/// Rows of a file, at most 1,000 at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportRows {
    /// In whose name they are written.
    pub staff: StaffId,
    /// Whether they are written; else only looked at.
    pub confirm: bool,
    /// The rows, in the order of the file.
    pub rows: Vec<BaseRow>,
}

/// What became of a row, or would become of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum RowOutcome {
    /// A record that was not there.
    New {
        /// The entrance that is made with it, by building and name, when that is new as well.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entrance: Option<String>,
    },
    /// A record that differs in these fields.
    Changed {
        /// Names of fields; `phones` for a telephone that is added.
        fields: Vec<String>,
    },
    /// A record that is as the row says.
    Same,
    /// The row cannot be used.
    Refused(RowRefusal),
}

/// Why a row cannot be used. Nothing is guessed: what is not clear is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum RowRefusal {
    /// The grid is in no edition.
    UnknownGrid {
        /// The grid.
        grid: String,
    },
    /// The row does not say in which grid the record lies, and nothing else does.
    NoGrid,
    /// The grid belongs to an organisation whose desk is on another server.
    Elsewhere {
        /// The grid.
        grid: String,
        /// The organisation.
        org: String,
    },
    /// The member of staff may not write such records in this grid.
    NoRight {
        /// Who.
        staff: String,
        /// The grid.
        grid: String,
    },
    /// What the row refers to is not there.
    NotThere {
        /// `building`, `dwelling` or `household`.
        what: String,
    },
    /// Several records go by that name or code.
    Ambiguous {
        /// `building`, `entrance`, `dwelling`, `household`, `contact` or `component`.
        what: String,
        /// How many.
        count: usize,
    },
    /// The record lies in another grid, and a record's grid never changes.
    OtherGrid {
        /// The grid it lies in.
        grid: String,
    },
    /// A household of that name is in the grid and names no dwelling: it may be the same.
    WithoutDwelling,
    /// The dwelling's code and its door name different records.
    OtherDoor,
    /// The record does not take a value.
    Value {
        /// What its schema says.
        detail: String,
    },
}

/// What an export lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportOf {
    /// Every case of this server.
    Cases,
    /// Buildings.
    Buildings,
    /// Components.
    Components,
}

/// A row of an export: the record, its grid, and values by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportRow {
    /// The record.
    pub record: RecordId,
    /// Its home grid.
    pub grid: String,
    /// Values by the names of fields.
    pub values: BTreeMap<String, serde_json::Value>,
}

/// Whose own data are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Person {
    /// The contact record.
    Contact(RecordId),
    /// A telephone number.
    Phone(String),
    /// The name as it is held.
    Name(String),
}

/// A resident's request for the data about themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRequest {
    /// Who answers it.
    pub staff: StaffId,
    /// The number of the request, for the audit log.
    pub request: String,
    /// Whose.
    pub person: Person,
}
