//! The sample world: Dongcheng's real divisions, one street worked out with units, staff and grids,
//! and invented residents only.
//!
//! The names and codes of divisions come from `tests/fixtures/divisions` (sources beside the file).
//! Everything below a community, every person and every telephone number is invented.

mod catalogue;
mod places;

use linli_model::edition::{
    Calendar, CopyRule, EDITION_FORMAT, Edition, Grant, GrantPlace, Limits, Responsibility,
    Settings, Staff,
};
use linli_model::{GridCode, IdError, Level, Name, Org, OrgId, OrgKind, Role, StaffId};

pub use places::{DemoHousehold, DemoPlace, demo_households, demo_places};

/// The district: 东城区.
pub const DISTRICT: &str = "110101";
/// The street of the demo: 东直门街道.
pub const STREET: &str = "110101009";
/// The community of the demo: 东外大街社区.
pub const COMMUNITY: &str = "110101009010";
/// The unit that looks after barrier-free access in the street: 残联.
pub const FEDERATION: &str = "110101009-canlian";
/// The unit that keeps the street clean.
pub const SANITATION: &str = "110101009-huanwei";
/// The district's unit for roads, covers and lamps.
pub const MUNICIPAL: &str = "110101-shizheng";
/// How many grids the demo's community has.
pub const GRIDS: u32 = 4;

const DIVISIONS: &str = include_str!("../../../tests/fixtures/divisions/divisions.csv");

/// Why the sample data cannot be used: a row of the divisions file is not of its form.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A row has too few columns or an unknown level.
    #[error("divisions.csv line {line}: {reason}")]
    Row {
        /// 1 for the header.
        line: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// A code is not an identifier.
    #[error(transparent)]
    Id(#[from] IdError),
}

/// The reference data of the demo as edition 1.
pub fn edition() -> Result<Edition, WorldError> {
    let mut orgs = divisions()?;
    orgs.extend(units()?);
    Ok(Edition {
        format: EDITION_FORMAT,
        number: 1,
        district: OrgId::new(DISTRICT)?,
        orgs,
        grids: places::grids()?,
        staff: staff()?,
        catalogue: catalogue::categories()?,
        responsibility: responsibilities()?,
        limits: Limits::default(),
        calendar: Calendar::default(),
        copy_rules: CopyRule::defaults(),
        settings: Settings {
            auto_dispatch: true,
            ..Settings::default()
        },
    })
}

/// The grid of the demo's community with this number, from 1.
pub fn grid(number: u32) -> Result<GridCode, IdError> {
    GridCode::new(format!("{COMMUNITY}G{number:02}"))
}

/// The assistant of the grid with this number.
pub fn assistant(number: u32) -> Result<StaffId, IdError> {
    StaffId::new(format!("ga-010-{number:02}"))
}

fn divisions() -> Result<Vec<Org>, WorldError> {
    DIVISIONS
        .lines()
        .enumerate()
        .skip(1)
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| division(index + 1, line))
        .collect()
}

fn division(line: usize, text: &str) -> Result<Org, WorldError> {
    let mut columns = text.trim().split(',');
    let (Some(level), Some(code), Some(name), Some(parent)) = (
        columns.next(),
        columns.next(),
        columns.next(),
        columns.next(),
    ) else {
        return Err(WorldError::Row {
            line,
            reason: "needs level, code, name and parent",
        });
    };
    let (kind, level) = match level {
        "district" => (OrgKind::DistrictCentre, Level::District),
        "street" => (OrgKind::SubCentre, Level::Subdistrict),
        "community" => (OrgKind::Station, Level::Community),
        _ => {
            return Err(WorldError::Row {
                line,
                reason: "unknown level",
            });
        }
    };
    let parent = (level != Level::District)
        .then(|| OrgId::new(parent))
        .transpose()?;
    Ok(Org {
        id: OrgId::new(code)?,
        parent,
        kind,
        level,
        name: name_of(code, name),
    })
}

fn name_of(code: &str, zh: &str) -> Name {
    let en = match code {
        DISTRICT => "Dongcheng District",
        STREET => "Dongzhimen Subdistrict",
        COMMUNITY => "Dongwai Dajie Community",
        _ => zh,
    };
    Name {
        zh: zh.into(),
        en: en.into(),
    }
}

fn units() -> Result<Vec<Org>, WorldError> {
    let rows = [
        (
            FEDERATION,
            STREET,
            Level::Subdistrict,
            "东直门街道残联",
            "Disabled Persons' Federation",
        ),
        (
            SANITATION,
            STREET,
            Level::Subdistrict,
            "东直门环卫所",
            "Sanitation Station",
        ),
        (
            MUNICIPAL,
            DISTRICT,
            Level::District,
            "区市政中心",
            "Municipal Works Centre",
        ),
    ];
    rows.into_iter()
        .map(|(id, parent, level, zh, en)| {
            Ok(Org {
                id: OrgId::new(id)?,
                parent: Some(OrgId::new(parent)?),
                kind: OrgKind::HandlingUnit,
                level,
                name: Name {
                    zh: zh.into(),
                    en: en.into(),
                },
            })
        })
        .collect()
}

fn staff() -> Result<Vec<Staff>, WorldError> {
    let desks = [
        ("io-community", "受理员甲", Role::IntakeOfficer, COMMUNITY),
        ("dp-community", "派遣员甲", Role::Dispatcher, COMMUNITY),
        ("dl-community", "值班长甲", Role::DutyLead, COMMUNITY),
        ("io-street", "受理员乙", Role::IntakeOfficer, STREET),
        ("dp-street", "派遣员乙", Role::Dispatcher, STREET),
        ("dl-street", "值班长乙", Role::DutyLead, STREET),
        ("io-district", "受理员丙", Role::IntakeOfficer, DISTRICT),
        ("dp-district", "派遣员丙", Role::Dispatcher, DISTRICT),
        ("dl-district", "值班长丙", Role::DutyLead, DISTRICT),
        ("ul-canlian", "残联负责人", Role::UnitLead, FEDERATION),
        ("hd-canlian", "残联处置人", Role::Handler, FEDERATION),
        ("ul-huanwei", "环卫负责人", Role::UnitLead, SANITATION),
        ("hd-huanwei", "环卫处置人", Role::Handler, SANITATION),
        ("ul-shizheng", "市政负责人", Role::UnitLead, MUNICIPAL),
        ("hd-shizheng", "市政处置人", Role::Handler, MUNICIPAL),
    ];
    let mut staff = Vec::new();
    for (id, name, role, org) in desks {
        staff.push(person(
            StaffId::new(id)?,
            name,
            role,
            GrantPlace::Org(OrgId::new(org)?),
        ));
    }
    for number in 1..=GRIDS {
        let at = GrantPlace::Grid(grid(number)?);
        staff.push(person(
            assistant(number)?,
            &format!("助理员{number}"),
            Role::GridAssistant,
            at.clone(),
        ));
        let manager = StaffId::new(format!("gm-010-{number:02}"))?;
        staff.push(person(
            manager,
            &format!("格长{number}"),
            Role::GridManager,
            at,
        ));
    }
    Ok(staff)
}

fn person(id: StaffId, name: &str, role: Role, at: GrantPlace) -> Staff {
    Staff {
        id,
        name: name.into(),
        phone: None,
        grants: vec![Grant { role, at }],
    }
}

fn responsibilities() -> Result<Vec<Responsibility>, WorldError> {
    catalogue::LEADS
        .iter()
        .map(|(category, area, lead)| {
            Ok(Responsibility {
                category: category.parse()?,
                area: OrgId::new(*area)?,
                lead: OrgId::new(*lead)?,
                co_units: Vec::new(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
