//! The questions that guards ask.

use super::super::deadline;
use super::super::decide::{Admitting, Proposal};
use super::super::event::{EventKind, Finding};
use super::super::head::Urgency;
use super::super::rules::Rules;
use super::super::standing::{OrderKind, Slot, Standing};
use super::super::table::table;
use crate::edition::LimitName;
use crate::id::OrgId;
use crate::org::OrgKind;
use crate::role::Role;
use crate::time::Timestamp;

const YEAR_MS: i64 = 366 * 24 * 60 * 60 * 1000;

/// What a guard looks at.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) standing: &'a Standing,
    pub(crate) rules: &'a Rules,
    pub(crate) proposal: &'a Proposal<'a>,
}

impl Asked<'_> {
    fn kind(&self) -> &EventKind {
        &self.proposal.event.kind
    }

    pub(super) fn role(&self) -> Role {
        self.proposal.event.by.role
    }

    fn has_desk(&self, org: &OrgId) -> bool {
        let found = self.rules.tree().find(org);
        found.is_some_and(|org| org.kind.has_desk())
    }

    // Content

    pub(super) fn has_photo_or_reason(&self) -> bool {
        let EventKind::Report {
            category,
            photos,
            no_photo,
            ..
        } = self.kind()
        else {
            return false;
        };
        let required = self.rules.category(category);
        let required = required.is_some_and(|row| row.photo_required);
        !required || !photos.is_empty() || no_photo.as_ref().is_some_and(|why| is_said(why))
    }

    pub(super) fn has_photos(&self) -> bool {
        if let EventKind::SelfHandle { before, .. } = self.kind()
            && before.is_empty()
        {
            return false;
        }
        if let EventKind::Verify { finding, .. } = self.kind()
            && *finding == Finding::Unable
        {
            return true;
        }
        !self.kind().photos().is_empty()
    }

    pub(super) fn has_reason(&self) -> bool {
        self.kind().reason().is_some_and(is_said)
    }

    pub(super) fn category_is_offered(&self) -> bool {
        let code = self.kind().category();
        code.and_then(|code| self.rules.category(code))
            .is_some_and(|category| !category.retired)
    }

    pub(super) fn standard_is_known(&self) -> bool {
        let (EventKind::File {
            category, standard, ..
        }
        | EventKind::Refile {
            category, standard, ..
        }) = self.kind()
        else {
            return false;
        };
        match standard {
            None => self.rules.category(category).is_some(),
            Some(code) => self.rules.standard(category, code).is_some(),
        }
    }

    pub(super) fn other_case_is_ready(&self) -> bool {
        let EventKind::Merge { into } = self.kind() else {
            return false;
        };
        let Admitting::Authoring { other: Some(other) } = &self.proposal.admitting else {
            return false;
        };
        let there = other.confirmed;
        other.id == *into
            && other.id != other.this
            && there.state.is_open()
            && there.transfer.is_none()
            && there.holder == self.standing.holder
    }

    pub(super) fn merged_there(&self) -> bool {
        let EventKind::Unmerge { from } = self.kind() else {
            return false;
        };
        self.standing.merged_into == Some(*from)
    }

    // Units

    pub(super) fn units_are_suitable(&self) -> bool {
        let Some((unit, co_units)) = self.kind().units() else {
            return false;
        };
        let is_unit = |id: &OrgId| {
            let org = self.rules.tree().find(id);
            org.is_some_and(|org| org.kind == OrgKind::HandlingUnit)
        };
        is_unit(unit) && co_units.iter().all(|co| is_unit(co) && co != unit)
    }

    pub(super) fn follows_the_table(&self) -> bool {
        if self.role() != Role::System {
            return true;
        }
        let row = self
            .standing
            .category
            .as_ref()
            .zip(self.standing.home.as_ref())
            .and_then(|(category, home)| self.rules.responsible(category, home));
        let named = self.kind().units().map(|(unit, _)| unit);
        row.is_some() && row.map(|row| &row.lead) == named
    }

    pub(super) fn reviews(&self) -> bool {
        self.rules.edition().settings.unit_review
    }

    pub(super) fn is_not_handler(&self) -> bool {
        let by = &self.proposal.event.by;
        !self.standing.handlers.contains(&by.staff) && self.standing.unit.as_ref() != Some(&by.org)
    }

    // Custody

    pub(super) fn goes_up(&self) -> bool {
        let EventKind::Escalate { to, .. } = self.kind() else {
            return false;
        };
        let Some(holder) = &self.standing.holder else {
            return false;
        };
        let tree = self.rules.tree();
        let skips = self.standing.urgency == Urgency::Danger && tree.is_above(to, holder);
        self.has_desk(to) && (tree.parent(holder) == Some(to) || skips)
    }

    pub(super) fn target_is_known(&self) -> bool {
        let EventKind::Refer { to, .. } = self.kind() else {
            return false;
        };
        let holder = self.standing.holder.as_ref();
        self.has_desk(to)
            && holder.is_some_and(|holder| self.rules.tree().next_hop(holder, to).is_some())
    }

    pub(super) fn order_is(&self, kinds: &[OrderKind]) -> bool {
        let order = self.standing.order.as_ref();
        order.is_some_and(|order| kinds.contains(&order.kind))
    }

    pub(super) fn follows_one_link(&self) -> bool {
        let EventKind::HandOver { to, target } = self.kind() else {
            return false;
        };
        let holder = self.standing.holder.as_ref();
        self.has_desk(to)
            && holder
                .and_then(|holder| self.rules.tree().next_hop(holder, target))
                .as_ref()
                == Some(to)
    }

    /// A hand-over follows the order that it answers. While the case is itself on its way here, only
    /// passing it on to its target counts, or a recall or danger.
    pub(super) fn is_ordered(&self) -> bool {
        let EventKind::HandOver { target, .. } = self.kind() else {
            return false;
        };
        let answers = self.proposal.event.answers;
        let is_current = |slot| {
            let step = self.standing.current.get(&slot);
            step.is_some_and(|step| Some(step.event) == answers)
        };
        let passes_on = self.standing.transfer.as_ref().is_some_and(|transfer| {
            is_current(Slot::Transfer)
                && transfer.target == *target
                && self.standing.holder.as_ref() != Some(target)
        });
        let follows = self.standing.order.as_ref().is_some_and(|order| {
            let overrides = matches!(order.kind, OrderKind::Recall | OrderKind::Danger);
            is_current(Slot::Order)
                && order.target == *target
                && (self.standing.transfer.is_none() || overrides)
        });
        passes_on || follows
    }

    pub(super) fn may_stay(&self) -> bool {
        !self.transfer_is_recall()
            || self
                .standing
                .transfer
                .as_ref()
                .map(|transfer| &transfer.target)
                == self.standing.holder.as_ref()
    }

    pub(super) fn transfer_is_recall(&self) -> bool {
        let transfer = self.standing.transfer.as_ref();
        transfer.is_some_and(|transfer| transfer.kind == OrderKind::Recall)
    }

    pub(super) fn is_taken_over(&self) -> bool {
        let filed = self.standing.current.get(&Slot::Filing);
        filed.is_none_or(|step| Some(&step.org) != self.standing.holder.as_ref())
    }

    pub(super) fn has_new_member(&self) -> bool {
        let EventKind::Cc { to } = self.kind() else {
            return false;
        };
        to.iter()
            .any(|org| self.has_desk(org) && !self.standing.members.contains(org))
    }

    // People

    /// Whether the first step that the event answers is another person's.
    pub(super) fn is_other_person(&self) -> bool {
        let by = &self.proposal.event.by;
        let row = table().row(self.proposal.event.name());
        let first = row
            .into_iter()
            .flat_map(|row| &row.answers)
            .find_map(|slot| {
                let step = self.standing.current.get(slot)?;
                (Some(step.event) == self.proposal.event.answers).then_some(step)
            });
        first.is_some_and(|step| step.staff != by.staff)
    }

    // Times and numbers

    pub(super) fn in_same_shift(&self) -> bool {
        let limit = self.rules.limit(LimitName::SelfHandle);
        let calendar = &self.rules.edition().calendar;
        let reported = self.standing.marks.happened;
        reported.is_none_or(|reported| {
            self.proposal.happened_at <= deadline::due(calendar, reported, limit, &[])
        })
    }

    pub(super) fn is_before_due(&self) -> bool {
        let limit = deadline::handling(self.standing, self.rules);
        limit.is_none_or(|limit| self.proposal.happened_at <= limit.due)
    }

    pub(super) fn extension_is_left(&self) -> bool {
        self.standing.extension_count < self.rules.edition().settings.max_extensions
    }

    pub(super) fn review_date_fits(&self) -> bool {
        let (EventKind::Hold { review_at } | EventKind::RequestHold { review_at, .. }) =
            self.kind()
        else {
            return false;
        };
        let ahead = review_at.ms_since(self.proposal.received_at);
        ahead > 0 && ahead <= YEAR_MS
    }

    pub(super) fn is_due(&self) -> bool {
        if self.role() != Role::System {
            return true;
        }
        let due = self.kind().due();
        let hold = self.standing.hold.as_ref().map(|hold| hold.review_at);
        let at_least = if let EventKind::Resume { .. } = self.kind() {
            hold
        } else {
            None
        };
        let repeats = matches!(self.kind(), EventKind::Reminder { .. })
            && due.is_some_and(|due| self.standing.marks.reminded.contains(&due));
        due.is_some_and(|due| due <= self.proposal.received_at) && due >= at_least && !repeats
    }

    fn reopen_until(&self) -> Option<Timestamp> {
        let limit = self.rules.limit(LimitName::Reopen);
        let closed = self.standing.marks.closed?;
        Some(deadline::due(
            &self.rules.edition().calendar,
            closed,
            limit,
            &[],
        ))
    }

    pub(super) fn may_reopen(&self) -> bool {
        let until = self.reopen_until();
        until.is_none_or(|until| self.proposal.happened_at <= until)
    }

    pub(super) fn reopening_is_over(&self) -> bool {
        let until = self.reopen_until();
        let appeal = self.standing.current.contains_key(&Slot::Appeal);
        !appeal && until.is_none_or(|until| self.proposal.received_at > until)
    }

    pub(super) fn steps_up(&self) -> bool {
        if let EventKind::Overdue { step, .. } = self.kind() {
            self.standing.marks.overdue < Some(*step)
        } else if let EventKind::Supervision { level, .. } = self.kind() {
            self.standing.supervision < Some(*level)
        } else {
            false
        }
    }
}

fn is_said(text: &str) -> bool {
    !text.trim().is_empty()
}
