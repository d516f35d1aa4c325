//! Whether an event has an effect: one function for the device's form, the desk, the holder's
//! admission and every replica that recomputes it.

use super::admit::{Reason, Verdict};
use super::event::{Author, Event};
use super::guard::Asked;
use super::name::EventName;
use super::rules::Rules;
use super::standing::{Intent, Slot, Standing};
use super::state::State;
use super::table::{Row, Seat, table};
use crate::id::{ActorId, EntryId, OrgId, RecordId};
use crate::role::Role;
use crate::time::Timestamp;

/// An event and the circumstances under which it is looked at.
#[derive(Debug, Clone)]
pub struct Proposal<'a> {
    /// Its entry.
    pub id: EntryId,
    /// The event.
    pub event: &'a Event,
    /// Who admits it.
    pub admitting: Admitting<'a>,
    /// When the first server got it; for a proposal, now.
    pub received_at: Timestamp,
    /// When it happened, corrected; for a proposal, now.
    pub happened_at: Timestamp,
}

impl Proposal<'_> {
    /// What the event means to do once.
    pub(super) fn intent(&self) -> Intent {
        Intent {
            first: self.event.again_of.unwrap_or(self.id),
            at: self.event.at,
        }
    }
}

/// Who admits an event.
#[derive(Debug, Clone)]
pub enum Admitting<'a> {
    /// An organisation's server under one of its actors.
    Server {
        /// The organisation.
        org: &'a OrgId,
        /// The actor that writes the admission.
        actor: ActorId,
    },
    /// Nobody yet: what would it do?
    Nobody,
    /// It is being written now; a desk event will be admitted in the same change.
    Authoring {
        /// The case that a merge names.
        other: Option<OtherCase<'a>>,
    },
}

/// What a merge must know about the other case.
#[derive(Debug, Clone)]
pub struct OtherCase<'a> {
    /// The case that the event is written into.
    pub this: RecordId,
    /// The other one.
    pub id: RecordId,
    /// Where it stands by admitted events.
    pub confirmed: &'a Standing,
}

/// Whether the event has an effect where the case stands. Pure and total.
pub fn decide(standing: &Standing, rules: &Rules, proposal: &Proposal<'_>) -> Verdict {
    match judge(standing, rules, proposal) {
        Ok(()) => Verdict::Effective,
        Err(reason) => Verdict::NoEffect(reason),
    }
}

fn judge(standing: &Standing, rules: &Rules, proposal: &Proposal<'_>) -> Result<(), Reason> {
    let event = proposal.event;
    let row = table().row(event.name()).ok_or(Reason::WrongState)?;
    if standing.done.contains(&proposal.intent()) {
        return Err(Reason::Duplicate);
    }
    is_held_here(standing, row, proposal)?;
    if standing.transfer.is_some() && !counts_in_transfer(row, event.by.role) {
        return Err(Reason::InTransfer);
    }
    if !row.answers.is_empty() && answered(standing, row, event).is_none() {
        return Err(Reason::Overtaken);
    }
    may_author(standing, rules, row, &event.by)?;
    let asked = Asked {
        standing,
        rules,
        proposal,
    };
    row.guards.iter().try_for_each(|guard| guard.check(asked))?;
    if let Admitting::Authoring { .. } = proposal.admitting {
        row.authoring
            .iter()
            .try_for_each(|guard| guard.check(asked))?;
    }
    Ok(())
}

/// A desk event counts only when its author's organisation is the holder and the actor that wrote it
/// admits it.
fn is_held_here(standing: &Standing, row: &Row, proposal: &Proposal<'_>) -> Result<(), Reason> {
    let by = &proposal.event.by;
    if !row.is_own(by.role) {
        return Ok(());
    }
    let same_hand = match &proposal.admitting {
        Admitting::Server { org, actor } => **org == by.org && *actor == proposal.id.actor,
        Admitting::Nobody => false,
        Admitting::Authoring { .. } => true,
    };
    if same_hand && by.device.is_none() && standing.holder.as_ref() == Some(&by.org) {
        Ok(())
    } else {
        Err(Reason::Superseded)
    }
}

/// While a hand-over waits for its answer no desk event counts but the answer, and the server's own
/// decisions wait as well; its timers do not.
fn counts_in_transfer(row: &Row, role: Role) -> bool {
    row.in_transfer || !row.is_own(role)
}

/// The slot that the event answers, when what it names is current there.
pub(super) fn answered(standing: &Standing, row: &Row, event: &Event) -> Option<Slot> {
    row.answers.iter().copied().find(|slot| {
        let step = standing.current.get(slot);
        step.is_some_and(|step| Some(step.event) == event.answers)
    })
}

/// State, role and seat: what a button needs to know.
pub(super) fn may_author(
    standing: &Standing,
    rules: &Rules,
    row: &Row,
    by: &Author,
) -> Result<(), Reason> {
    if !row.from.contains(&standing.state) {
        return Err(wrong_state(row, standing));
    }
    if !row.actors.contains(&by.role) {
        return Err(Reason::NotAllowed);
    }
    if by.role == Role::System || sits(standing, rules, row.seat, &by.org) {
        return Ok(());
    }
    Err(match row.seat {
        Seat::Grid | Seat::Desk | Seat::Member => Reason::NotAllowed,
        Seat::Holder => Reason::Superseded,
        Seat::Unit => Reason::NotTheUnit,
        Seat::Above | Seat::AboveOrHolder | Seat::District => Reason::NotAbove,
    })
}

/// Whether an organisation has this seat in the case.
fn sits(standing: &Standing, rules: &Rules, seat: Seat, org: &OrgId) -> bool {
    let tree = rules.tree();
    let holds = standing.holder.as_ref() == Some(org);
    let is_member = || standing.members.contains(org);
    let is_above = || {
        let holder = standing.holder.as_ref();
        is_member() && holder.is_some_and(|holder| tree.is_above(org, holder))
    };
    match seat {
        Seat::Grid => standing.home.as_ref() == Some(org),
        Seat::Desk => tree.find(org).is_some_and(|org| org.kind.has_desk()),
        Seat::Holder => holds,
        Seat::Unit => standing.unit.as_ref() == Some(org),
        Seat::Member => is_member(),
        Seat::Above => is_above(),
        Seat::AboveOrHolder => holds || is_above(),
        Seat::District => rules.district() == org,
    }
}

/// A fix on the spot that comes after the desk began is not lost: the desk is asked whether to close.
fn wrong_state(row: &Row, standing: &Standing) -> Reason {
    let desk_has_it = matches!(
        standing.state,
        State::Verifying | State::Filed | State::Dispatched | State::Handling | State::OnHold
    );
    if row.event == EventName::SelfHandle && desk_has_it {
        Reason::DeskHasIt
    } else {
        Reason::WrongState
    }
}
