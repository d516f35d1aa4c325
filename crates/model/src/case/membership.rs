//! Who gets a case (docs/workflow.md). Membership only grows, and only admitted events make members.

use std::collections::BTreeSet;

use super::event::{Event, EventKind};
use super::rules::Rules;
use super::standing::Standing;
use crate::id::OrgId;

/// The members after this event, if it is admitted and has its effect: those before, whoever the
/// event brings in, and every organisation on the tree path between them.
pub fn members_after(standing: &Standing, rules: &Rules, event: &Event) -> BTreeSet<OrgId> {
    let mut members = standing.members.clone();
    members.extend(new_members(standing, rules, event));
    members
}

/// Those whom the event brings in, with everybody on the path to them.
pub(super) fn new_members(standing: &Standing, rules: &Rules, event: &Event) -> Vec<OrgId> {
    let Some(home) = &standing.home else {
        return Vec::new();
    };
    brought_in(standing, event)
        .into_iter()
        .flat_map(|org| rules.tree().path(home, org))
        .collect()
}

fn brought_in<'a>(standing: &'a Standing, event: &'a Event) -> Vec<&'a OrgId> {
    if event.kind.creates() {
        return standing
            .home
            .iter()
            .chain(&standing.holder)
            .chain([&event.by.org])
            .collect();
    }
    if let Some((unit, co_units)) = event.kind.units() {
        return std::iter::once(unit).chain(co_units).collect();
    }
    if let EventKind::HandOver { to, .. } = &event.kind {
        return vec![to];
    }
    if let EventKind::Cc { to } = &event.kind {
        return to.iter().collect();
    }
    Vec::new()
}
