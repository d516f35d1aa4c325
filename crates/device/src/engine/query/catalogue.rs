//! What may be reported.

use linli_model::case::Rules;
use linli_model::edition::{Category, GrantPlace};
use linli_model::{CategoryCode, OrgId, Role, Timestamp};

use super::icons::{group, icon};
use super::name_dto;
use crate::dto::case::CategoryRef;
use crate::dto::report::{CategoryDto, EmergencyCall};
use crate::engine::{Engine, Place};
use crate::error::Result;

/// Numbers that answer everywhere in the country.
const FIRE: &str = "119";
const POLICE: &str = "110";

/// What a case is about.
pub(in crate::engine) fn category_ref(rules: &Rules, code: &CategoryCode) -> CategoryRef {
    CategoryRef {
        code: code.to_string(),
        name: name_dto(rules.category(code).map(|row| &row.name), code.as_str()),
        icon: icon(code.as_str()).to_owned(),
    }
}

impl Engine {
    /// The categories that may be reported now, in the order of the edition.
    pub fn list_categories(&self, now: Timestamp) -> Result<Vec<CategoryDto>> {
        self.with_reference(|reference| {
            let place = Place::of(reference, &self.device(), now)?;
            let station = station_phone(place.rules, place.org());
            let offered = place.rules.edition().catalogue.iter();
            let offered = offered.filter(|category| !category.retired);
            Ok(offered
                .map(|category| category_dto(place.rules, category, station.as_deref()))
                .collect())
        })
    }
}

fn category_dto(rules: &Rules, category: &Category, station: Option<&str>) -> CategoryDto {
    let call = |code: &str, number: &str| EmergencyCall {
        code: code.to_owned(),
        number: number.to_owned(),
    };
    let mut emergency_calls = vec![call("fire", FIRE), call("police", POLICE)];
    emergency_calls.extend(station.map(|number| call("station", number)));
    CategoryDto {
        category: category_ref(rules, &category.code),
        group: group(category.code.as_str()).to_owned(),
        is_photo_required: category.photo_required,
        emergency_calls,
    }
}

/// The telephone of the community's duty lead or intake, when the public notice shows one.
fn station_phone(rules: &Rules, org: &OrgId) -> Option<String> {
    let desk = GrantPlace::Org(org.clone());
    [Role::DutyLead, Role::IntakeOfficer]
        .into_iter()
        .find_map(|role| {
            rules.edition().staff.iter().find_map(|person| {
                let mut grants = person.grants.iter();
                grants
                    .any(|grant| grant.role == role && grant.at == desk)
                    .then(|| person.phone.clone())?
            })
        })
}
