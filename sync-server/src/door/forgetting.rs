//! What forgetting asks and is answered.

use std::collections::BTreeMap;

use linli_model::{GridCode, KeyId, OrgId, RecordId, StaffId, Timestamp};
use serde::{Deserialize, Serialize};

/// A request to erase a record, or a household with everything that hangs on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseRequest {
    /// The household, contact, enrolment or visit.
    pub record: RecordId,
    /// Who answers the request.
    pub staff: StaffId,
    /// The number of the request, for the audit log.
    pub request: String,
    /// Why, as a code; it stands in the tombstone.
    pub reason: String,
    /// Erases also what a case in work names.
    pub despite_cases: bool,
    /// Whether it is erased; else only shown.
    pub confirm: bool,
}

/// What an erasure takes, or took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The grid.
    pub grid: GridCode,
    /// How many records of each kind.
    pub kinds: BTreeMap<String, usize>,
    /// Cases in work that name one of them, by short code.
    pub cases: Vec<String>,
    /// Whether it is done.
    pub is_done: bool,
    /// The numbers of the tombstones.
    pub numbers: Vec<u64>,
}

/// What one run of the retention job erased of one kind for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgetRun {
    /// When.
    pub at: Timestamp,
    /// The name of a record kind, or `access_log`.
    pub kind: String,
    /// Why, a code.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// The retention job's report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgetting {
    /// The terms of the current edition in days, by their names in the settings.
    pub terms_days: BTreeMap<String, i64>,
    /// The newest runs that erased something, newest first, at most 200.
    pub runs: Vec<ForgetRun>,
    /// When everything that is held was last looked through to its end.
    pub looked_at: Option<Timestamp>,
    /// How many records were looked at then.
    pub looked: u64,
    /// Whether copies in gaps of pages wait until the database is written anew.
    pub is_compaction_due: bool,
}

/// Who holds a household's data, or may still hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holders {
    /// The household or other record that was asked for.
    pub record: RecordId,
    /// Its grid.
    pub grid: GridCode,
    /// How many records of each kind hang on it; empty when it is erased.
    pub kinds: BTreeMap<String, usize>,
    /// When the first of them came to this server; of an erased one when it was erased.
    pub since: Timestamp,
    /// Whether it is erased for ever.
    pub is_erased: bool,
    /// The number of the newest tombstone of the grid's register.
    pub last_drop: Option<u64>,
    /// Everybody.
    pub holders: Vec<Holder>,
}

/// Where data lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolderKind {
    /// A handheld.
    Device,
    /// A server.
    Server,
    /// A backup of a server.
    Backup,
}

/// A member of staff who may use a handheld.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The code.
    pub staff: StaffId,
    /// Their roles.
    pub roles: Vec<String>,
}

/// One place where data lies or may lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// What it is.
    pub kind: HolderKind,
    /// The asset tag, the organisation, or the backup's folder.
    pub name: String,
    /// Its key; none of a backup.
    pub key: Option<KeyId>,
    /// Whose it is.
    pub org: Option<OrgId>,
    /// Who uses it.
    pub staff: Vec<Person>,
    /// Since when it may hold the data.
    pub since: Timestamp,
    /// The last exchange with it.
    pub exchanged_at: Option<Timestamp>,
    /// Whether it has erased everything of the register that was to be erased.
    pub has_confirmed: bool,
    /// The tombstone number up to which it has, and since when that is known.
    pub confirmed: Option<(u64, Timestamp)>,
    /// `active`, `leaving`, `left`, `revoked`, `expired` for a device; `serving`; `in_term`, `past_term`.
    pub state: String,
    /// Of a backup: when its term is over. Of a device that has proved that it erased its copy: when
    /// the proof came.
    pub until: Option<Timestamp>,
}
