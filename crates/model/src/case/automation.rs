//! What the holder's server writes by itself: timers, passing on, copies and the automatic steps that
//! the edition allows. Pure: the engine asks for the next one, writes it, folds and asks again until
//! there is none.

use std::collections::BTreeSet;

use super::deadline::{self, Deadline};
use super::event::{EventKind, SupervisionLevel};
use super::head::Urgency;
use super::rules::Rules;
use super::standing::{OrderKind, Slot, Standing};
use super::state::State;
use super::view::CaseView;
use crate::edition::{CopyTo, CopyWhen, LimitName};
use crate::id::{EntryId, OrgId};
use crate::time::Timestamp;

/// An event that the server should write as [`crate::role::Role::System`], with its admission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Automatic {
    /// What.
    pub kind: EventKind,
    /// What it answers.
    pub answers: Option<EntryId>,
}

impl Automatic {
    fn new(kind: EventKind) -> Self {
        Self {
            kind,
            answers: None,
        }
    }

    fn answering(kind: EventKind, standing: &Standing, slot: Slot) -> Option<Self> {
        let answers = Some(standing.current.get(&slot)?.event);
        Some(Self { kind, answers })
    }
}

/// What the server knows beside the case.
#[derive(Debug, Clone)]
pub struct Surroundings<'a> {
    /// The server's time.
    pub now: Timestamp,
    /// Neighbours with which an exchange is going on.
    pub live: &'a BTreeSet<OrgId>,
    /// Where the case it was merged into stands by admitted events; None when that is not known here.
    pub merged_into: Option<Target>,
}

/// The fate of the case that this one was merged into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// It exists, in this state.
    In(State),
    /// It was dropped.
    Dropped,
}

/// The next event that the holder's server should write, if any. Every event changes what made it
/// due, so that asking again ends.
pub fn next(
    view: &CaseView,
    rules: &Rules,
    org: &OrgId,
    around: &Surroundings<'_>,
) -> Option<Automatic> {
    let standing = &view.confirmed;
    if standing.holder.as_ref() != Some(org) || standing.state == State::New {
        return None;
    }
    copies(view, rules)
        .or_else(|| hand_over(standing, rules, org, around))
        .or_else(|| take(standing, rules, org))
        .or_else(|| unmerge(standing, around))
        .or_else(|| steps(standing, rules, around))
        .or_else(|| overdue(standing, rules, around))
        .or_else(|| reminder(standing, rules, around))
}

/// The first moment after `now` at which time alone can give [`next`] an answer, when it gives none
/// now. Nothing when only something that is written about the case, or a neighbour on the line, can.
pub fn wakes_at(view: &CaseView, rules: &Rules, now: Timestamp) -> Option<Timestamp> {
    let standing = &view.confirmed;
    let calendar = &rules.edition().calendar;
    let mut moments = Vec::new();
    moments.extend(standing.hold.as_ref().map(|hold| hold.review_at));
    if let (State::Closed, Some(closed)) = (standing.state, standing.marks.closed) {
        let limit = rules.limit(LimitName::Reopen);
        // It counts once the whole limit has passed.
        moments.push(deadline::due(calendar, closed, limit, &[]).plus_ms(1));
    }
    if matches!(standing.state, State::Dispatched | State::Handling) {
        let steps = [100, 150, 200].map(|percent| deadline::handling_at(standing, rules, percent));
        moments.extend(steps.into_iter().flatten());
    }
    if standing.state.is_open() {
        let limits = deadline::running(standing, rules).into_iter();
        moments.extend(limits.filter_map(|limit| remind_at(standing, rules, &limit)));
    }
    moments.into_iter().filter(|at| *at > now).min()
}

/// Copy rules of the edition; a danger is copied to the whole path at once.
fn copies(view: &CaseView, rules: &Rules) -> Option<Automatic> {
    let standing = &view.confirmed;
    let home = standing.home.as_ref()?;
    let danger = standing.urgency == Urgency::Danger;
    let mut to: BTreeSet<OrgId> = rules
        .edition()
        .copy_rules
        .iter()
        .filter(|rule| match rule.when {
            CopyWhen::Board => standing.is_on_board,
            CopyWhen::Severity(least) => standing.severity >= least,
            CopyWhen::Danger => danger,
        })
        .filter_map(|rule| match &rule.to {
            CopyTo::Level(level) => rules.at_level(home, *level).cloned(),
            CopyTo::Org(org) => Some(org.clone()),
        })
        .collect();
    if danger {
        to.extend(rules.tree().ancestors(home).cloned());
    }
    to.retain(|org| {
        let has_desk = rules
            .tree()
            .find(org)
            .is_some_and(|org| org.kind.has_desk());
        has_desk && !standing.members.contains(org)
    });
    let to: Vec<OrgId> = to.into_iter().collect();
    (!to.is_empty()).then(|| Automatic::new(EventKind::Cc { to }))
}

/// Custody moves in a live exchange: an order is carried out, a case on its way is passed on.
fn hand_over(
    standing: &Standing,
    rules: &Rules,
    org: &OrgId,
    around: &Surroundings<'_>,
) -> Option<Automatic> {
    if !standing.state.is_open() {
        return None;
    }
    let to = |target: &OrgId| {
        let next = rules.tree().next_hop(org, target);
        next.filter(|next| around.live.contains(next))
    };
    let move_on = |target: &OrgId, slot| {
        let kind = EventKind::HandOver {
            to: to(target)?,
            target: target.clone(),
        };
        Automatic::answering(kind, standing, slot)
    };
    let order = standing.order.as_ref();
    let order = order.filter(|order| {
        standing.transfer.is_none() || matches!(order.kind, OrderKind::Recall | OrderKind::Danger)
    });
    match (order, &standing.transfer) {
        (Some(order), _) => move_on(&order.target, Slot::Order),
        (None, Some(transfer)) => move_on(&transfer.target, Slot::Transfer),
        (None, None) => None,
    }
}

/// A recalled case is taken by the one who recalled it. Where the city dispatches automatically, a
/// filed case whose unit is beyond doubt is taken too.
fn take(standing: &Standing, rules: &Rules, org: &OrgId) -> Option<Automatic> {
    let transfer = standing.transfer.as_ref()?;
    let arrived = transfer.target == *org;
    let recalled = transfer.kind == OrderKind::Recall;
    let certain = standing.state == State::Filed && lead_unit(standing, rules).is_some();
    (arrived && (recalled || certain))
        .then(|| Automatic::answering(EventKind::Take, standing, Slot::Transfer))
        .flatten()
}

/// The unit that the responsibility table names, when it belongs to the holder or below, the city
/// dispatches automatically and no unit has sent the case back. A desk never hands work to a unit of
/// a desk above it: it escalates.
fn lead_unit<'a>(
    standing: &Standing,
    rules: &'a Rules,
) -> Option<&'a crate::edition::Responsibility> {
    let may = rules.edition().settings.auto_dispatch && standing.return_count == 0;
    let category = standing.category.as_ref().filter(|_| may)?;
    let holder = standing.holder.as_ref()?;
    let row = rules.responsible(category, standing.home.as_ref()?)?;
    rules.tree().is_within(holder, &row.lead).then_some(row)
}

/// A target that ended without solving it gives back what was merged into it.
fn unmerge(standing: &Standing, around: &Surroundings<'_>) -> Option<Automatic> {
    let from = standing
        .merged_into
        .filter(|_| standing.state == State::Merged)?;
    let ended = match around.merged_into? {
        Target::Dropped => true,
        Target::In(state) => matches!(state, State::Declined | State::Voided),
    };
    ended.then(|| Automatic::new(EventKind::Unmerge { from }))
}

/// Automatic dispatch, the request for a check, the end of a hold, the evaluation.
fn steps(standing: &Standing, rules: &Rules, around: &Surroundings<'_>) -> Option<Automatic> {
    if standing.state == State::Filed && standing.transfer.is_none() {
        let row = lead_unit(standing, rules)?;
        return Some(Automatic::new(EventKind::Dispatch {
            unit: row.lead.clone(),
            co_units: row.co_units.clone(),
        }));
    }
    if standing.state == State::Handled && standing.transfer.is_none() {
        let reviewed = standing.current.contains_key(&Slot::Review);
        let ready = reviewed || !rules.edition().settings.unit_review;
        return ready
            .then(|| Automatic::answering(EventKind::RequestCheck, standing, Slot::Result))
            .flatten();
    }
    if let Some(hold) = &standing.hold
        && hold.review_at <= around.now
        && standing.transfer.is_none()
    {
        let due = Some(hold.review_at);
        return Automatic::answering(EventKind::Resume { due }, standing, Slot::Hold);
    }
    let closed = standing
        .marks
        .closed
        .filter(|_| standing.state == State::Closed)?;
    let limit = rules.limit(LimitName::Reopen);
    let due = deadline::due(&rules.edition().calendar, closed, limit, &[]);
    let appeal = standing.current.contains_key(&Slot::Appeal);
    (due < around.now && !appeal)
        .then(|| Automatic::answering(EventKind::Evaluate { due }, standing, Slot::Closing))
        .flatten()
}

/// Overdue: board and supervision; half a limit later yellow; a whole one later, or after three
/// reworks, red.
fn overdue(standing: &Standing, rules: &Rules, around: &Surroundings<'_>) -> Option<Automatic> {
    if !matches!(standing.state, State::Dispatched | State::Handling) {
        return None;
    }
    let limit = deadline::handling(standing, rules)?;
    let passed = |percent| {
        let at = deadline::handling_at(standing, rules, percent);
        at.is_some_and(|at| at <= around.now)
    };
    let step = if passed(200) || (limit.due <= around.now && standing.rework_count >= 3) {
        SupervisionLevel::Red
    } else if passed(150) {
        SupervisionLevel::Yellow
    } else if limit.due <= around.now {
        SupervisionLevel::Normal
    } else {
        return None;
    };
    (standing.marks.overdue < Some(step)).then(|| {
        Automatic::new(EventKind::Overdue {
            due: limit.due,
            step,
        })
    })
}

/// One reminder for each running limit, when most of it has passed.
fn reminder(standing: &Standing, rules: &Rules, around: &Surroundings<'_>) -> Option<Automatic> {
    let limit = deadline::running(standing, rules)
        .into_iter()
        .find_map(|limit| {
            let at = remind_at(standing, rules, &limit)?;
            let is_new = !standing.marks.reminded.contains(&at);
            (at <= around.now && is_new).then_some(at)
        })?;
    standing.state.is_open().then(|| {
        Automatic::new(EventKind::Reminder {
            due: Some(limit),
            text: String::new(),
        })
    })
}

/// When most of a limit has passed. The edition says how much.
fn remind_at(standing: &Standing, rules: &Rules, limit: &Deadline) -> Option<Timestamp> {
    let percent = rules.edition().settings.reminder_percent;
    if limit.name == LimitName::Handle {
        return deadline::handling_at(standing, rules, percent);
    }
    let calendar = &rules.edition().calendar;
    let whole = rules.limit(limit.name);
    Some(deadline::at_percent(calendar, limit.since, whole, percent))
}
