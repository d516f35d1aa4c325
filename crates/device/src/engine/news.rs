//! What a case has to tell to those who reported it or worked on it: what others did with it. Made from
//! the fold once, like every fact of a row.

use linli_model::case::{CaseLog, CaseView, EventName, Rules};
use linli_model::{EntryId, Level, OrgId, StaffId, Timestamp};
use serde::{Deserialize, Serialize};

use super::facts::LevelFact;
use super::texts::{note_of, params_of, reason_of};
use crate::dto::code::{CodeDto, Params};

/// The newest of a case are enough: its timeline has all of them.
const MOST: usize = 8;

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NewsFact {
    pub(super) what: News,
    pub(super) at: Timestamp,
    pub(super) org: OrgId,
    /// Who did it, if a person on a device: nobody is told of what they did themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<StaffId>,
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    pub(super) params: Params,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<CodeDto>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
}

/// What it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum News {
    /// An event that had an effect.
    Event { entry: EntryId, name: EventName },
    /// A level above the community took the case in.
    Received { level: Level },
}

/// The people who wrote something about the case on a device.
pub(super) fn crew(log: &CaseLog) -> Vec<StaffId> {
    let on_devices = log
        .events
        .values()
        .filter(|event| event.by.device.is_some());
    let mut crew: Vec<StaffId> = on_devices.map(|event| event.by.staff.clone()).collect();
    crew.sort_unstable();
    crew.dedup();
    crew
}

/// What there is to tell, the newest first.
pub(super) fn news(
    log: &CaseLog,
    view: &CaseView,
    rules: &Rules,
    levels: &[LevelFact],
) -> Vec<NewsFact> {
    let effective = view.timeline.iter().filter(|entry| {
        entry.received_at.is_some() && entry.verdict.is_effective() && is_told(entry.name)
    });
    let events = effective.filter_map(|entry| {
        let kind = &log.events.get(&entry.event)?.kind;
        Some(NewsFact {
            what: News::Event {
                entry: entry.event,
                name: entry.name,
            },
            at: entry.received_at.unwrap_or(entry.at),
            org: entry.by.org.clone(),
            by: entry.by.device.is_some().then(|| entry.by.staff.clone()),
            params: params_of(kind, rules),
            reason: reason_of(kind),
            note: note_of(kind).map(ToOwned::to_owned),
        })
    });
    let above = levels.iter().filter(|fact| fact.level != Level::Community);
    let receipts = above.filter_map(|fact| {
        Some(NewsFact {
            what: News::Received { level: fact.level },
            at: fact.at?,
            org: fact.org.clone(),
            by: None,
            params: Params::new(),
            reason: None,
            note: None,
        })
    });
    let mut news: Vec<NewsFact> = events.chain(receipts).collect();
    news.sort_by_key(|fact| std::cmp::Reverse(fact.at));
    news.truncate(MOST);
    news
}

/// Whether people on the street want to know of it at once. What only moves between desks stands in
/// the timeline.
fn is_told(event: EventName) -> bool {
    matches!(
        event,
        EventName::RequestVerification
            | EventName::Decline
            | EventName::File
            | EventName::Merge
            | EventName::Dispatch
            | EventName::Acknowledge
            | EventName::Hold
            | EventName::Resume
            | EventName::SubmitResult
            | EventName::RequestCheck
            | EventName::CheckFail
            | EventName::Close
            | EventName::ForceClose
            | EventName::Void
            | EventName::Reopen
            | EventName::RequestReject
            | EventName::RefuseRequest
            | EventName::SendBack
            | EventName::Reminder
            | EventName::Supervision
            | EventName::Instruction
            | EventName::Note
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_on_a_device_is_told_only_where_it_concerns_others() {
        assert!(is_told(EventName::SendBack));
        assert!(is_told(EventName::CheckFail));
        for quiet in [EventName::Report, EventName::CheckPass, EventName::Amend] {
            assert!(!is_told(quiet), "{quiet:?}");
        }
    }

    #[test]
    fn news_reads_back_as_it_was_written() {
        let fact = NewsFact {
            what: News::Received {
                level: Level::Subdistrict,
            },
            at: Timestamp(5),
            org: OrgId::new("street-1").unwrap(),
            by: None,
            params: Params::new(),
            reason: None,
            note: None,
        };
        let json = serde_json::to_string(&fact).unwrap();
        assert_eq!(serde_json::from_str::<NewsFact>(&json).unwrap(), fact);
        assert!(!json.contains("params"), "{json}");
    }
}
