//! Handling units and what each leads: some in every street, some for the whole district.

use std::fmt::Write as _;

use linli_model::{IdError, Level, Name, Org, OrgId, OrgKind, StaffId};

use super::DISTRICT;
use crate::divisions::Street;

/// A handling unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its code: that of the organisation it belongs to and its own word.
    pub id: String,
    /// Its name.
    pub name: String,
    english: &'static str,
    parent: String,
    level: Level,
    leads: &'static [&'static str],
}

/// A unit's word, name, English name, and the categories that it leads.
type Kind = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const OF_A_STREET: [Kind; 5] = [
    (
        "canlian",
        "残联",
        "Disabled Persons' Federation",
        &["06051", "06052", "09019", "10997"],
    ),
    (
        "huanwei",
        "环卫所",
        "Sanitation Station",
        &[
            "03998", "03999", "06010", "06012", "06994", "06995", "06997", "06998", "06999",
            "07999",
        ],
    ),
    (
        "chengguan",
        "综合行政执法队",
        "Street Order Team",
        &[
            "06992", "06993", "07998", "08997", "08998", "08999", "09012", "09996", "09997",
            "09998", "09999",
        ],
    ),
    (
        "fangguan",
        "房管所",
        "Housing Office",
        &[
            "01994", "01998", "05994", "05995", "05996", "05997", "05998", "05999", "06991",
            "09995", "10998",
        ],
    ),
    (
        "shequban",
        "社区建设办",
        "Community Office",
        &["03997", "10994", "10995", "10996", "10999"],
    ),
];
const OF_THE_DISTRICT: [Kind; 4] = [
    (
        "shizheng",
        "区市政中心",
        "Municipal Works Centre",
        &[
            "01001", "01005", "01992", "01993", "02003", "02998", "06996", "10991", "10992",
        ],
    ),
    (
        "yuanlin",
        "区园林绿化局",
        "Parks Bureau",
        &["04006", "04997", "04998", "04999"],
    ),
    (
        "jiaotong",
        "区交通支队",
        "Traffic Police",
        &["02997", "02999"],
    ),
    (
        "gongshui",
        "区供水供电保障组",
        "Water and Power Group",
        &["01995", "01996", "01999"],
    ),
];

/// The code of a unit of an organisation.
pub fn unit(org: &str, word: &str) -> String {
    format!("{org}-{word}")
}

/// Who leads a unit.
pub fn unit_lead(unit: &str) -> Result<StaffId, IdError> {
    StaffId::new(format!("ul-{unit}"))
}

/// Who works in a unit.
pub fn handler(unit: &str) -> Result<StaffId, IdError> {
    StaffId::new(format!("hd-{unit}"))
}

/// The units of these streets and of the district.
pub(super) fn units(streets: &[&Street]) -> Vec<Unit> {
    let mut units = Vec::new();
    for street in streets {
        let short = street.name.trim_end_matches("街道");
        for (word, name, english, leads) in OF_A_STREET {
            units.push(Unit {
                id: unit(street.code.as_str(), word),
                name: format!("{short}街道{name}"),
                english,
                parent: street.code.as_str().to_owned(),
                level: Level::Subdistrict,
                leads,
            });
        }
    }
    for (word, name, english, leads) in OF_THE_DISTRICT {
        units.push(Unit {
            id: unit(DISTRICT, word),
            name: name.to_owned(),
            english,
            parent: DISTRICT.to_owned(),
            level: Level::District,
            leads,
        });
    }
    units
}

pub(super) fn orgs(streets: &[&Street]) -> Result<Vec<Org>, IdError> {
    let org = |unit: Unit| {
        Ok(Org {
            id: OrgId::new(unit.id)?,
            parent: Some(OrgId::new(unit.parent)?),
            kind: OrgKind::HandlingUnit,
            level: unit.level,
            name: Name {
                zh: unit.name,
                en: unit.english.to_owned(),
            },
        })
    };
    units(streets).into_iter().map(org).collect()
}

/// The responsibility table of these units as the file of a rule book.
pub(super) fn responsibility(streets: &[&Street]) -> String {
    let mut text = String::from("category,area,lead,co_units\n");
    for unit in units(streets) {
        for category in unit.leads {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{category},{},{},", unit.parent, unit.id);
        }
    }
    text
}
