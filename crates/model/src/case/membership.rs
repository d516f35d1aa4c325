//! Who gets a case (cases.md §5). Membership only grows, and only admitted events make members.

use std::collections::BTreeSet;

use super::event::{Event, EventKind};
use super::rules::Rules;
use super::standing::Standing;
use crate::id::OrgId;

/// The members after this event, if it is admitted and has its effect: those before, whoever the
/// event brings in, and every organisation on the tree path between them.
pub fn members_after(standing: &Standing, rules: &Rules, event: &Event) -> BTreeSet<OrgId> {
    let mut members = standing.members.clone();
    let Some(home) = &standing.home else {
        return members;
    };
    for org in brought_in(standing, event) {
        if rules.tree().find(org).is_some() {
            members.extend(rules.tree().path(home, org));
        }
    }
    members
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
