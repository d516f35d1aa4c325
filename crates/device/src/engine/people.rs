//! Who acts on this device.

use linli_model::case::Rules;
use linli_model::edition::{GrantPlace, Staff};
use linli_model::{GridCode, Role, StaffId, Timestamp};

use super::{Engine, Place};
use crate::dto::device::StaffDto;
use crate::error::{DeviceError, Result};

/// Roles in the order in which a device chooses when a person has several in its grid: what may do
/// most on the spot comes first.
const ROLES: [Role; 9] = [
    Role::GridAssistant,
    Role::GridManager,
    Role::EntranceLead,
    Role::GridSupervisor,
    Role::GridPartySecretary,
    Role::GridPolice,
    Role::GridJusticeWorker,
    Role::GridFire,
    Role::Handler,
];

/// A person in a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub staff: StaffId,
    /// As what.
    pub role: Role,
}

impl Engine {
    /// The people of the certificate, with names and roles of the newest edition.
    pub fn people(&self, now: Timestamp) -> Result<Vec<StaffDto>> {
        self.with_reference(|reference| {
            let place = Place::of(reference, &self.device(), now)?;
            let people = place.certificate.staff.iter().filter_map(|id| {
                let role = role_in(place.rules, id, self.grid())?;
                let name = place.rules.staff(id).map(name_of).unwrap_or_default();
                Some(StaffDto {
                    id: id.to_string(),
                    name: if name.is_empty() {
                        id.to_string()
                    } else {
                        name
                    },
                    role: role.as_str().to_owned(),
                })
            });
            Ok(people.collect())
        })
    }

    /// A person who may work in this grid now, in the role that the newest edition gives.
    pub fn sign_in(&self, staff: &StaffId, now: Timestamp) -> Result<By> {
        self.with_reference(|reference| {
            let place = Place::of(reference, &self.device(), now)?;
            let role = role_in(place.rules, staff, self.grid());
            match role.filter(|_| place.certificate.staff.contains(staff)) {
                Some(role) => Ok(By {
                    staff: staff.clone(),
                    role,
                }),
                None => Err(DeviceError::Refused("not_allowed".into())),
            }
        })
    }
}

fn name_of(staff: &Staff) -> String {
    staff.name.clone()
}

fn role_in(rules: &Rules, staff: &StaffId, grid: &GridCode) -> Option<Role> {
    let person = rules.staff(staff)?;
    let here = GrantPlace::Grid(grid.clone());
    let granted = |role: &Role| {
        let mut grants = person.grants.iter();
        grants.any(|grant| grant.role == *role && grant.at == here)
    };
    ROLES.into_iter().find(granted)
}
