//! What a role may see and write, by scope family and record kind.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::Role;
use crate::scope::{RecordKind, Scope};

/// A scope without its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeFamily {
    /// `register/<grid>`.
    Register,
    /// `places/<grid>`.
    Places,
    /// `cases/<grid>`.
    Cases,
    /// `desk/<org>`.
    Desk,
    /// `reference/<district>`.
    Reference,
}

impl From<&Scope> for ScopeFamily {
    fn from(scope: &Scope) -> Self {
        match scope {
            Scope::Register(_) => Self::Register,
            Scope::Places(_) => Self::Places,
            Scope::Cases(_) => Self::Cases,
            Scope::Desk(_) => Self::Desk,
            Scope::Reference(_) => Self::Reference,
        }
    }
}

/// How much of a record a role may see. Ordered: each level includes the ones before.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// Nothing.
    #[default]
    None,
    /// Only what the person submitted.
    Own,
    /// Only inside a task that was assigned, until the task ends.
    Task,
    /// The record with personal contact data masked.
    Masked,
    /// The record; a phone still stays masked until it is revealed with a purpose.
    Full,
}

/// One row of the answer: what a role may do with one kind of record in one family of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Permission {
    /// How much may be seen.
    pub see: Sight,
    /// Whether changes of this role are accepted at all. Which case events count is the transition
    /// table's business.
    pub write: bool,
}

/// One row of `permissions.json`: the product of its lists.
#[derive(Debug, Clone, Deserialize)]
struct PermissionRow {
    roles: Vec<Role>,
    families: Vec<ScopeFamily>,
    kinds: Vec<RecordKind>,
    #[serde(flatten)]
    permission: Permission,
}

static TABLE: LazyLock<Vec<PermissionRow>> = LazyLock::new(load);

#[expect(
    clippy::expect_used,
    reason = "the file is compiled in and a test reads it"
)]
fn load() -> Vec<PermissionRow> {
    serde_json::from_str(include_str!("permissions.json")).expect("permissions.json is valid")
}

/// The whole table as stored: rows are products of their lists, and what no row names is forbidden.
pub fn permissions() -> impl Iterator<Item = (Role, ScopeFamily, RecordKind, Permission)> {
    TABLE.iter().flat_map(|row| {
        row.roles.iter().flat_map(move |role| {
            row.families.iter().flat_map(move |family| {
                row.kinds
                    .iter()
                    .map(move |kind| (*role, *family, *kind, row.permission))
            })
        })
    })
}

/// What `role` may see and write of records of `kind` in scopes of `family`. Nothing, unless a row
/// of the table says otherwise.
pub fn permission(role: Role, family: ScopeFamily, kind: RecordKind) -> Permission {
    TABLE
        .iter()
        .find(|row| {
            row.roles.contains(&role) && row.families.contains(&family) && row.kinds.contains(&kind)
        })
        .map(|row| row.permission)
        .unwrap_or_default()
}
