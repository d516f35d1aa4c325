//! What lists need to know of a case beside its columns: receipts, tasks, photos, who has it. Made
//! from the fold once, when the case changes; a function of the document and its edition alone.

use linli_model::case::{
    CaseLog, CaseView, EventKind, EventName, Photo, Rules, Slot, State, TaskFor,
    TaskKind as ViewTask, TimelineEntry, deadline,
};
use linli_model::{BlobHash, EntryId, Level, OrgId, StaffId, Timestamp};
use serde::{Deserialize, Serialize};

use super::news::{self, NewsFact};

/// The facts of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Facts {
    /// Community, street and district, as far as the tree has them.
    pub(super) levels: Vec<LevelFact>,
    /// What there is to do, for whom.
    pub(super) tasks: Vec<TaskFact>,
    /// Photos, oldest first.
    pub(super) photos: Vec<BlobHash>,
    /// Voice notes, oldest first.
    pub(super) voices: Vec<BlobHash>,
    /// Fields with more than one value.
    pub(super) conflicts: Vec<String>,
    /// Who holds it.
    pub(super) holder: Option<OrgId>,
    /// The unit that handles it.
    pub(super) unit: Option<OrgId>,
    /// Where it is on its way to, and since when.
    pub(super) sent_to: Option<(OrgId, Timestamp)>,
    /// When the running hold ends.
    pub(super) hold_until: Option<Timestamp>,
    /// The people who wrote something about it on a device.
    pub(super) crew: Vec<StaffId>,
    /// What others did with it, the newest first.
    pub(super) news: Vec<NewsFact>,
}

impl Facts {
    /// Photos and voice notes.
    pub(super) fn files(&self) -> impl Iterator<Item = &BlobHash> {
        self.photos.iter().chain(&self.voices)
    }
}

/// One level's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LevelFact {
    pub(super) level: Level,
    pub(super) org: OrgId,
    /// When it last received something; nothing when it has nothing.
    pub(super) at: Option<Timestamp>,
    /// The number it gave.
    pub(super) number: Option<String>,
    /// Events that it lacks.
    pub(super) waiting: u32,
    /// Whether the case will not come here as things stand.
    pub(super) is_not_needed: bool,
    /// When and why it sent the case back.
    pub(super) returned: Option<Returned>,
}

/// A return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Returned {
    pub(super) event: EntryId,
    pub(super) at: Timestamp,
    pub(super) reason: String,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TaskFact {
    pub(super) kind: TaskWord,
    /// The event that asks.
    pub(super) answers: EntryId,
    /// Whose; nothing for everybody in the grid.
    pub(super) staff: Option<StaffId>,
    /// Who must not do it: whoever handled it.
    pub(super) not_for: Vec<StaffId>,
    pub(super) due_at: Option<Timestamp>,
    /// What is missing, or why there was no effect.
    pub(super) reason: Option<String>,
}

/// What kind of task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TaskWord {
    Check,
    Verify,
    Amend,
    Overtaken,
}

/// Everything that a fold gives to a row.
pub(super) fn facts(log: &CaseLog, view: &CaseView, rules: &Rules) -> Facts {
    let sent_back = last_return(log, view);
    let sent_to = sent_to(view);
    let levels = levels(log, view, rules, sent_back.as_ref(), sent_to.as_ref());
    Facts {
        news: news::news(log, view, rules, &levels),
        crew: news::crew(log),
        levels,
        tasks: tasks(log, view, rules, sent_back.as_ref()),
        photos: files(log, |file| !file.is_voice()),
        voices: files(log, Photo::is_voice),
        conflicts: log.conflicts.keys().cloned().collect(),
        holder: view.confirmed.holder.clone(),
        unit: view.now.unit.clone(),
        sent_to,
        hold_until: view.now.hold.as_ref().map(|hold| hold.review_at),
    }
}

/// The present step's due time.
pub(super) fn due_at(view: &CaseView, rules: &Rules) -> Option<Timestamp> {
    deadline::running(&view.now, rules)
        .first()
        .map(|limit| limit.due)
}

fn files(log: &CaseLog, is_wanted: impl Fn(&Photo) -> bool) -> Vec<BlobHash> {
    let wanted = log.photos.iter().filter(|(_, file)| is_wanted(file));
    let mut files: Vec<_> = wanted.map(|(hash, file)| (file.at, *hash)).collect();
    files.sort_unstable();
    files.into_iter().map(|(_, hash)| hash).collect()
}

fn levels(
    log: &CaseLog,
    view: &CaseView,
    rules: &Rules,
    sent_back: Option<&(OrgId, Returned)>,
    sent_to: Option<&(OrgId, Timestamp)>,
) -> Vec<LevelFact> {
    let Some(home) = rules.community(&log.head.home) else {
        return Vec::new();
    };
    let tree = rules.tree();
    let is_decided = !matches!(
        view.now.state,
        State::New | State::Draft | State::Reported | State::Verifying
    );
    [Level::Community, Level::Subdistrict, Level::District]
        .into_iter()
        .filter_map(|level| {
            let org = rules.at_level(home, level)?;
            let known = view.receipts.get(org);
            let on_the_way = sent_to.is_some_and(|(to, _)| tree.is_within(org, to));
            let is_member = view.members.contains(org) || org == home;
            let returned = sent_back.filter(|(by, _)| by == org);
            Some(LevelFact {
                level,
                org: org.clone(),
                at: known.map(|known| known.at),
                number: known.and_then(|known| known.number.clone()),
                waiting: known.map_or(0, |known| known.waiting),
                is_not_needed: !is_member && !on_the_way && (is_decided || sent_to.is_some()),
                returned: returned.map(|(_, returned)| returned.clone()),
            })
        })
        .collect()
}

/// Where the case is on its way to: an order, or a hand-over without an answer.
fn sent_to(view: &CaseView) -> Option<(OrgId, Timestamp)> {
    let standing = &view.confirmed;
    if let Some(transfer) = &standing.transfer {
        return Some((transfer.target.clone(), transfer.since));
    }
    let order = standing.order.as_ref()?;
    Some((order.target.clone(), order.since))
}

/// The last return of the case to those below, unless somebody has answered it or the case moved on.
fn last_return(log: &CaseLog, view: &CaseView) -> Option<(OrgId, Returned)> {
    let effective = view
        .timeline
        .iter()
        .filter(|entry| entry.verdict.is_effective());
    let mut last = None;
    for entry in effective {
        if entry.name == EventName::SendBack {
            last = returned_by(log, entry);
        } else if matches!(
            entry.name,
            EventName::HandOver | EventName::Take | EventName::Decline | EventName::File
        ) {
            last = None;
        }
    }
    let (org, returned) = last?;
    let is_answered = log
        .events
        .values()
        .any(|event| event.answers == Some(returned.event));
    (!is_answered && view.now.state.is_open()).then_some((org, returned))
}

fn returned_by(log: &CaseLog, entry: &TimelineEntry) -> Option<(OrgId, Returned)> {
    let EventKind::SendBack { reason } = &log.events.get(&entry.event)?.kind else {
        return None;
    };
    let returned = Returned {
        event: entry.event,
        at: entry.received_at.unwrap_or(entry.at),
        reason: reason.clone(),
    };
    Some((entry.by.org.clone(), returned))
}

fn tasks(
    log: &CaseLog,
    view: &CaseView,
    rules: &Rules,
    sent_back: Option<&(OrgId, Returned)>,
) -> Vec<TaskFact> {
    let mut tasks = Vec::new();
    let unable = view.now.current.contains_key(&Slot::Unable);
    if let (State::Checking, Some(step), false) =
        (view.now.state, view.now.current.get(&Slot::Check), unable)
    {
        tasks.push(TaskFact {
            kind: TaskWord::Check,
            answers: step.event,
            staff: None,
            not_for: view.now.handlers.iter().cloned().collect(),
            due_at: due_at(view, rules),
            reason: None,
        });
    }
    if let (State::Verifying, Some(step)) =
        (view.now.state, view.now.current.get(&Slot::Verification))
    {
        tasks.push(TaskFact {
            kind: TaskWord::Verify,
            answers: step.event,
            staff: None,
            not_for: Vec::new(),
            due_at: due_at(view, rules),
            reason: None,
        });
    }
    let reporter = log.events.values().find(|event| event.kind.creates());
    if let (Some((_, returned)), Some(reporter)) = (sent_back, reporter)
        && reporter.by.device.is_some()
    {
        tasks.push(TaskFact {
            kind: TaskWord::Amend,
            answers: returned.event,
            staff: Some(reporter.by.staff.clone()),
            not_for: Vec::new(),
            due_at: None,
            reason: Some(returned.reason.clone()),
        });
    }
    for task in &view.tasks {
        if let (TaskFor::Staff { staff, .. }, ViewTask::NoEffect(reason)) = (&task.to, task.kind) {
            tasks.push(TaskFact {
                kind: TaskWord::Overtaken,
                answers: task.event,
                staff: Some(staff.clone()),
                not_for: Vec::new(),
                due_at: None,
                reason: Some(reason.as_str().to_owned()),
            });
        }
    }
    tasks
}

impl TaskFact {
    /// Whether the task is this person's.
    pub(super) fn is_for(&self, staff: &StaffId) -> bool {
        self.staff.as_ref().is_none_or(|other| other == staff) && !self.not_for.contains(staff)
    }
}
