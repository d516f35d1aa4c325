//! How long records are kept, and when one is to be erased (docs/storage.md, "Forgetting").
//!
//! The terms are data of the edition; [`due`] reads them and what is known of a record. It knows no
//! clock: it names the moment, and whoever runs it compares.

use serde::{Deserialize, Serialize};

use crate::edition::Settings;
use crate::scope::RecordKind;
use crate::time::Timestamp;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Terms in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Contact data of a case, after its end.
    pub contact: i64,
    /// A visit, after it took place.
    pub visit: i64,
    /// A record of the register, after it was marked to be dropped.
    pub deleted: i64,
    /// A case, after its end.
    pub case: i64,
    /// Rows of the access log, and with them the proof of a consent that ended.
    pub log: i64,
}

impl From<&Settings> for Terms {
    fn from(settings: &Settings) -> Self {
        let days = |days: u32| i64::from(days).saturating_mul(DAY_MS);
        Self {
            contact: days(settings.contact_days),
            visit: days(settings.visit_days),
            deleted: days(settings.deleted_days),
            case: days(settings.case_days),
            log: days(settings.log_days),
        }
    }
}

/// Why a record is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The end that it names itself: its consent is over.
    Expired,
    /// The cases that it was kept for ended.
    CaseEnded,
    /// The term of visits.
    VisitTerm,
    /// The term of cases.
    CaseTerm,
    /// It was marked to be dropped.
    Deleted,
    /// The household that it belongs to is erased.
    HouseholdGone,
}

impl Why {
    /// The code in tombstones and reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::CaseEnded => "case_ended",
            Self::VisitTerm => "visit_term",
            Self::CaseTerm => "case_term",
            Self::Deleted => "deleted",
            Self::HouseholdGone => "household_gone",
        }
    }
}

/// Whether cases need a record, or how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cases {
    /// No case names it.
    #[default]
    None,
    /// A case in work names it.
    Open,
    /// Every case that names it ended, the last one then.
    Ended(Timestamp),
}

/// What is known of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// What it is.
    pub kind: RecordKind,
    /// The end that it names itself.
    pub expires_at: Option<Timestamp>,
    /// When the visit took place, by the visitor's clock.
    pub visited_at: Option<Timestamp>,
    /// When the server that looks got it first.
    pub received_at: Timestamp,
    /// Since when that server knows that it is marked to be dropped.
    pub deleted_since: Option<Timestamp>,
    /// Since when the household that it belongs to is erased.
    pub household_gone: Option<Timestamp>,
    /// Whether it is a contact that is held for cases only.
    pub is_for_case: bool,
    /// The cases that name it; of a case, the case itself.
    pub cases: Cases,
}

/// When a record is to be erased at the earliest, and why. `None`: not by what is known now.
///
/// What a case in work needs is never due. A device's clock may be wrong by years: a visit is kept
/// for no longer than its term after the server got it.
pub fn due(held: &Held, terms: &Terms) -> Option<(Timestamp, Why)> {
    let expired = held.expires_at.map(|at| (at, Why::Expired));
    let deleted = held
        .deleted_since
        .map(|at| (at.plus_ms(terms.deleted), Why::Deleted));
    let gone = held.household_gone.map(|at| (at, Why::HouseholdGone));
    let ended = match held.cases {
        Cases::Ended(at) => Some(at),
        Cases::Open | Cases::None => None,
    };
    let after_case = ended.map(|at| (at.plus_ms(terms.contact), Why::CaseEnded));
    let all: [Option<(Timestamp, Why)>; 4] = match held.kind {
        RecordKind::Contact => [
            expired,
            deleted,
            gone,
            after_case.filter(|_| held.is_for_case),
        ],
        RecordKind::Disclosure => [expired, deleted, None, after_case],
        RecordKind::Enrolment => [expired, deleted, gone, None],
        RecordKind::Visit => {
            let known = held
                .visited_at
                .map_or(held.received_at, |visited| visited.min(held.received_at));
            let term = (known.plus_ms(terms.visit), Why::VisitTerm);
            [expired, deleted, gone, Some(term)]
        }
        RecordKind::Household => [deleted, None, None, None],
        RecordKind::Case => {
            let term = ended.map(|at| (at.plus_ms(terms.case), Why::CaseTerm));
            [term, None, None, None]
        }
        RecordKind::Building
        | RecordKind::Entrance
        | RecordKind::Dwelling
        | RecordKind::Place
        | RecordKind::Component => [None; 4],
    };
    if held.cases == Cases::Open {
        return None;
    }
    all.into_iter().flatten().min()
}

#[cfg(test)]
mod tests;
