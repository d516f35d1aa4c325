//! Who works in the sample: desks of every organisation, an assistant and a manager for every grid,
//! units with a lead and a handler. No person behind them exists.

use linli_model::edition::{Grant, GrantPlace, Staff};
use linli_model::{GridCode, IdError, OrgId, Role, StaffId};

use super::units::{handler, unit_lead, units};
use super::{DISTRICT, Sample};

/// The assistant who walks a grid.
pub fn assistant(grid: &GridCode) -> Result<StaffId, IdError> {
    StaffId::new(format!("ga-{grid}"))
}

/// The first responsible of a grid.
pub fn manager(grid: &GridCode) -> Result<StaffId, IdError> {
    StaffId::new(format!("gm-{grid}"))
}

/// Who takes cases in at a desk.
pub fn desk_clerk(org: &str) -> Result<StaffId, IdError> {
    StaffId::new(format!("io-{org}"))
}

/// Who dispatches at a desk.
pub fn dispatcher(org: &str) -> Result<StaffId, IdError> {
    StaffId::new(format!("dp-{org}"))
}

/// Who leads the shift at a desk.
pub fn duty_lead(org: &str) -> Result<StaffId, IdError> {
    StaffId::new(format!("dl-{org}"))
}

pub(super) fn staff(sample: &Sample) -> Result<Vec<Staff>, IdError> {
    let mut staff = Vec::new();
    let streets = sample.staffed_streets();
    let desks = streets.iter().map(|street| street.code.as_str());
    let desks = desks.chain(sample.communities().map(|one| one.code.as_str()));
    for org in std::iter::once(DISTRICT).chain(desks) {
        let at = GrantPlace::Org(OrgId::new(org)?);
        staff.push(person(desk_clerk(org)?, "受理员", Role::IntakeOfficer, &at));
        staff.push(person(dispatcher(org)?, "派遣员", Role::Dispatcher, &at));
        staff.push(person(duty_lead(org)?, "值班长", Role::DutyLead, &at));
    }
    for street in &streets {
        let at = GrantPlace::Org(OrgId::new(street.code.as_str())?);
        let id = StaffId::new(format!("gs-{}", street.code))?;
        staff.push(person(id, "督导员", Role::GridSupervisor, &at));
    }
    for unit in units(&streets) {
        let at = GrantPlace::Org(OrgId::new(unit.id.as_str())?);
        let lead = format!("{}负责人", unit.name);
        staff.push(person(unit_lead(&unit.id)?, &lead, Role::UnitLead, &at));
        let name = format!("{}处置人", unit.name);
        staff.push(person(handler(&unit.id)?, &name, Role::Handler, &at));
    }
    for area in sample.grids() {
        let at = GrantPlace::Grid(area.code.clone());
        let (walks, leads) = (assistant(&area.code)?, manager(&area.code)?);
        staff.push(person(walks, "助理员", Role::GridAssistant, &at));
        staff.push(person(leads, "格长", Role::GridManager, &at));
    }
    Ok(staff)
}

fn person(id: StaffId, name: &str, role: Role, at: &GrantPlace) -> Staff {
    Staff {
        id,
        name: name.to_owned(),
        phone: None,
        grants: vec![Grant {
            role,
            at: at.clone(),
        }],
    }
}
