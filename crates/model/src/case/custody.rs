//! Who could ever write an event: the gate's question before anything is stored.
//!
//! [`may_author`] refuses only what the author could never do (wrong place, role without the right,
//! grant that does not exist). Everything else is stored and gets a verdict from the holder.

use super::event::Event;
use super::rules::Rules;
use super::table::{Class, table};
use crate::code::Code;
use crate::edition::GrantPlace;
use crate::id::GridCode;
use crate::role::Role;

/// Whether the author of an event could ever write it. `rules` are those of the edition that the
/// event names, `home` is the home grid of its case, `is_first` says whether the event creates the
/// document. The signature, the scope and the organisation of the key are checked elsewhere.
pub fn may_author(
    rules: &Rules,
    home: &GridCode,
    event: &Event,
    is_first: bool,
) -> Result<(), Code> {
    let row = table().row(event.name()).ok_or(Code::BadSchema)?;
    let by = &event.by;
    if row.class == Class::Local || event.kind.creates() != is_first {
        return Err(Code::BadStructure);
    }
    let from_device = by.device.is_some();
    if from_device && row.class != Class::Field {
        return Err(Code::NoRight);
    }
    if !row.actors.contains(&by.role) {
        return Err(Code::NoRight);
    }
    if rules.tree().find(&by.org).is_none() {
        return Err(Code::WrongScope);
    }
    if from_device && rules.community(home) != Some(&by.org) {
        return Err(Code::WrongScope);
    }
    let holds_grant = match by.role {
        // The server vouches for itself and for people without an account.
        Role::System | Role::Resident => !from_device,
        Role::GridManager
        | Role::GridAssistant
        | Role::GridSupervisor
        | Role::GridPartySecretary
        | Role::GridPolice
        | Role::GridJusticeWorker
        | Role::GridFire
        | Role::IntakeOfficer
        | Role::Dispatcher
        | Role::DutyLead
        | Role::UnitLead
        | Role::Handler
        | Role::EntranceLead
        | Role::Provider
        | Role::ResidentRep
        | Role::PrivacyOfficer
        | Role::Auditor
        | Role::SystemAdmin => holds_grant(rules, home, event),
    };
    if holds_grant {
        Ok(())
    } else {
        Err(Code::NoRight)
    }
}

/// A grant counts in the home grid, in another grid of the author's organisation (a neighbour helps
/// out) when the event is not from a device, or at the organisation itself.
fn holds_grant(rules: &Rules, home: &GridCode, event: &Event) -> bool {
    let by = &event.by;
    let Some(person) = rules.staff(&by.staff) else {
        return false;
    };
    person
        .grants
        .iter()
        .filter(|grant| grant.role == by.role)
        .any(|grant| match &grant.at {
            GrantPlace::Grid(grid) => {
                grid == home || (by.device.is_none() && rules.community(grid) == Some(&by.org))
            }
            GrantPlace::Org(org) => *org == by.org,
        })
}
