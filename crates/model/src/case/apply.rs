//! The effect of an event on where a case stands. Total: what is not possible changes nothing and
//! says so.

use std::collections::BTreeSet;

use super::decide::{Proposal, answered};
use super::event::{Event, EventKind, SupervisionLevel};
use super::head::Urgency;
use super::membership::new_members;
use super::rules::Rules;
use super::standing::{CustodyOrder, Hold, OrderKind, Slot, Standing, Step, Transfer};
use super::state::{Outcome, State};
use super::table::{Row, table};
use crate::org::Level;

/// The effect cannot happen where the case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Impossible;

/// Applies an effective event.
pub(super) fn apply(
    standing: &mut Standing,
    rules: &Rules,
    proposal: &Proposal<'_>,
) -> Result<(), Impossible> {
    let event = proposal.event;
    let row = table().row(event.name()).ok_or(Impossible)?;
    if !row.from.contains(&standing.state) {
        return Err(Impossible);
    }
    let members = new_members(standing, rules, event);
    let answers = answered(standing, row, event);
    let before = standing.state;
    custody(standing, rules, proposal)?;
    standing.members.extend(members);
    standing.state = row.to.unwrap_or(before);
    content(standing, proposal);
    slots(standing, row, proposal, answers);
    turn(standing, before, row, proposal);
    danger(standing, rules, proposal);
    let arrived = standing.order.as_ref().map(|order| &order.target) == standing.holder.as_ref();
    if arrived {
        drop_order(standing);
    }
    standing.done.insert(proposal.intent());
    Ok(())
}

/// An event without effect still asks the desk when it fixed on the spot what was already filed.
pub(super) fn ask_desk(standing: &mut Standing, proposal: &Proposal<'_>) {
    standing.current.insert(Slot::OnSpot, step(proposal));
    standing.handlers.insert(proposal.event.by.staff.clone());
}

fn step(proposal: &Proposal<'_>) -> Step {
    let by = &proposal.event.by;
    Step {
        event: proposal.id,
        staff: by.staff.clone(),
        org: by.org.clone(),
        at: proposal.received_at,
    }
}

fn drop_order(standing: &mut Standing) {
    standing.order = None;
    standing.current.remove(&Slot::Order);
}

/// Orders and moves of custody.
fn custody(
    standing: &mut Standing,
    rules: &Rules,
    proposal: &Proposal<'_>,
) -> Result<(), Impossible> {
    let order = |kind, target: &crate::id::OrgId| CustodyOrder {
        kind,
        target: target.clone(),
        since: proposal.received_at,
    };
    let event = proposal.event;
    if let EventKind::Escalate { to, .. } = &event.kind {
        standing.order = Some(order(OrderKind::Escalate, to));
    } else if let EventKind::Refer { to, .. } = &event.kind {
        standing.order = Some(order(OrderKind::Refer, to));
    } else if let EventKind::Recall { .. } = &event.kind {
        standing.order = Some(order(OrderKind::Recall, &event.by.org));
    } else if let EventKind::Withdraw { .. } = &event.kind {
        standing.order = None;
    } else if let EventKind::HandOver { to, target } = &event.kind {
        let from = standing.holder.replace(to.clone()).ok_or(Impossible)?;
        let passed_on = standing.transfer.take();
        let ordered = standing.order.take();
        let kind = ordered
            .map(|order| order.kind)
            .or(passed_on.map(|transfer| transfer.kind));
        standing.transfer = Some(Transfer {
            from,
            target: target.clone(),
            kind: kind.unwrap_or(OrderKind::Refer),
            since: proposal.received_at,
        });
    } else if let EventKind::Take = &event.kind {
        standing.transfer.take().ok_or(Impossible)?;
        standing.level = standing.holder.as_ref().and_then(|org| rules.level(org));
    } else if let EventKind::SendBack { .. } = &event.kind {
        let transfer = standing.transfer.take().ok_or(Impossible)?;
        standing.holder = Some(transfer.from);
    } else if let EventKind::File { .. } | EventKind::Refile { .. } = &event.kind {
        standing.level = standing.holder.as_ref().and_then(|org| rules.level(org));
    } else if event.kind.creates() {
        standing.level = Some(Level::Grid);
    }
    Ok(())
}

/// What the event says about the matter itself.
fn content(standing: &mut Standing, proposal: &Proposal<'_>) {
    let event = proposal.event;
    if let EventKind::Report {
        category,
        urgency,
        severity,
        ..
    }
    | EventKind::Intake {
        category,
        urgency,
        severity,
        ..
    } = &event.kind
    {
        standing.category = Some(category.clone());
        standing.urgency = *urgency;
        standing.severity = *severity;
    } else if let EventKind::Amend {
        urgency: Some(urgency),
        ..
    } = &event.kind
    {
        // Anybody may say that it is worse; only the holder's desk that it is not.
        let desk = event.by.device.is_none() && standing.holder.as_ref() == Some(&event.by.org);
        if desk || *urgency > standing.urgency {
            standing.urgency = *urgency;
        }
    } else if let EventKind::File {
        category,
        standard,
        severity,
        ..
    }
    | EventKind::Refile {
        category,
        standard,
        severity,
    } = &event.kind
    {
        standing.category = Some(category.clone());
        standing.standard.clone_from(standard);
        standing.severity = *severity;
        standing.unit = None;
        standing.co_units.clear();
        standing.marks.filed = Some(proposal.received_at);
        standing.marks.dispatched = None;
        if let EventKind::File { case_number, .. } = &event.kind {
            standing
                .case_number
                .get_or_insert_with(|| case_number.clone());
        }
    } else if let Some((unit, co_units)) = event.kind.units() {
        standing.unit = Some(unit.clone());
        standing.co_units = co_units.iter().cloned().collect();
        standing
            .marks
            .dispatched
            .get_or_insert(proposal.received_at);
    } else {
        count(standing, proposal);
        flag(standing, event);
    }
}

/// Counters and who handled it.
fn count(standing: &mut Standing, proposal: &Proposal<'_>) {
    let event = proposal.event;
    if let EventKind::SelfHandle { .. } | EventKind::SubmitResult { .. } = &event.kind {
        standing.handlers.insert(event.by.staff.clone());
        standing.marks.handled = Some(proposal.received_at);
    } else if let EventKind::Assign { to } = &event.kind {
        standing.handlers.insert(to.clone());
    } else if let EventKind::ReturnCase { .. } = &event.kind {
        standing.return_count = standing.return_count.saturating_add(1);
        standing.unit = None;
        standing.co_units.clear();
    } else if let EventKind::CheckFail { .. } | EventKind::RejectResult { .. } = &event.kind {
        standing.rework_count = standing.rework_count.saturating_add(1);
    } else if let EventKind::Extend = &event.kind {
        standing.extension_count = standing.extension_count.saturating_add(1);
    } else if let EventKind::Hold { review_at } = &event.kind {
        standing.hold_count = standing.hold_count.saturating_add(1);
        standing.hold = Some(Hold {
            since: proposal.received_at,
            review_at: *review_at,
        });
    } else if let EventKind::Resume { .. } = &event.kind {
        end_hold(standing, proposal);
    } else if let EventKind::CheckPass { .. } | EventKind::ConfirmUnable = &event.kind {
        standing.marks.passed = Some(proposal.received_at);
    } else if let EventKind::Object { .. } = &event.kind {
        standing.objection_count = standing.objection_count.saturating_add(1);
    } else if let EventKind::Appeal { .. } = &event.kind {
        standing.appeal_count = standing.appeal_count.saturating_add(1);
    }
}

fn end_hold(standing: &mut Standing, proposal: &Proposal<'_>) {
    if let Some(hold) = standing.hold.take() {
        let until = proposal.received_at.max(hold.since);
        standing.marks.holds.push((hold.since, until));
    }
}

/// Board, supervision and links to other cases.
fn flag(standing: &mut Standing, event: &Event) {
    if let EventKind::Overdue { step, .. } = &event.kind {
        standing.is_on_board = true;
        standing.marks.overdue = standing.marks.overdue.max(Some(*step));
        standing.supervision = standing.supervision.max(Some(*step));
    } else if let EventKind::Supervision { level, .. } = &event.kind {
        standing.supervision = Some(*level);
    } else if let EventKind::CancelSupervision { .. } = &event.kind {
        standing.supervision = None::<SupervisionLevel>;
    } else if let EventKind::Reminder { due: Some(due), .. } = &event.kind {
        standing.marks.reminded.insert(*due);
    } else if let EventKind::ForceClose { .. } = &event.kind {
        standing.is_on_board = true;
    } else if let EventKind::AppealDecided { granted, .. } = &event.kind {
        standing.is_overdue_exempt |= *granted;
    } else if let EventKind::Merge { into } = &event.kind {
        standing.merged_into = Some(*into);
    } else if let EventKind::Unmerge { .. } = &event.kind {
        standing.merged_into = None;
    } else if let EventKind::Absorb { from } = &event.kind {
        standing.absorbed.insert(*from);
    }
}

/// What is current after the event.
fn slots(standing: &mut Standing, row: &Row, proposal: &Proposal<'_>, answers: Option<Slot>) {
    for slot in &row.clears {
        standing.current.remove(slot);
    }
    if let Some(slot) = answers
        && row.clears_answered
    {
        standing.current.remove(&slot);
    }
    if let Some(slot) = row.opens {
        standing.current.insert(slot, step(proposal));
    }
}

/// The case begins, ends or lives again: nothing of the life before stays current, except a hand-over
/// on its way.
fn turn(standing: &mut Standing, before: State, row: &Row, proposal: &Proposal<'_>) {
    let after = standing.state;
    if before.is_open() == after.is_open() {
        return;
    }
    let keep = [row.opens, Some(Slot::Transfer)];
    standing
        .current
        .retain(|slot, _| keep.contains(&Some(*slot)));
    standing.order = None;
    end_hold(standing, proposal);
    if after.is_open() {
        standing.outcome = None;
        standing.unit = None;
        standing.co_units = BTreeSet::new();
        standing.marks.reported = Some(proposal.received_at);
        standing.marks.happened.get_or_insert(proposal.happened_at);
        standing.marks.filed = None;
        standing.marks.dispatched = None;
        standing.marks.handled = None;
        standing.marks.passed = None;
        standing.marks.closed = None;
        standing.marks.overdue = None;
    } else {
        standing.outcome = outcome(proposal.event);
        standing.marks.closed = (after == State::Closed).then_some(proposal.received_at);
    }
}

fn outcome(event: &Event) -> Option<Outcome> {
    if let EventKind::SelfHandle { .. } | EventKind::AcceptOnSpot = &event.kind {
        Some(Outcome::SelfHandled)
    } else if let EventKind::ForceClose { .. } = &event.kind {
        Some(Outcome::Forced)
    } else if let EventKind::Close { is_referred, .. } = &event.kind {
        let referred = Outcome::Referred;
        Some(if *is_referred {
            referred
        } else {
            Outcome::Resolved
        })
    } else {
        None
    }
}

/// A case that becomes a danger goes to the district, unless an upper member has called it up.
fn danger(standing: &mut Standing, rules: &Rules, proposal: &Proposal<'_>) {
    let says_so = matches!(
        &proposal.event.kind,
        EventKind::Report {
            urgency: Urgency::Danger,
            ..
        } | EventKind::Intake {
            urgency: Urgency::Danger,
            ..
        } | EventKind::Amend {
            urgency: Some(Urgency::Danger),
            ..
        }
    );
    let recalled = standing.order.as_ref().map(|order| order.kind) == Some(OrderKind::Recall);
    if says_so && !recalled && standing.state.is_open() {
        standing.order = Some(CustodyOrder {
            kind: OrderKind::Danger,
            target: rules.district().clone(),
            since: proposal.received_at,
        });
        standing.current.insert(Slot::Order, step(proposal));
    }
}
