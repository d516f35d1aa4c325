//! Organisations that are no division: handling units, building stations, and corrections of all.

use linli_model::org::{Level, Name, Org, OrgKind};
use linli_model::standard::DepartmentCode;

use super::{Parsed, Row};
use crate::column::{Column, may, must};
use crate::fields::Fields;
use crate::reason::{CodeOf, Reason};

/// An organisation of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct OrgRow {
    /// The line.
    pub line: u64,
    /// The organisation.
    pub org: Org,
}

pub(super) const COLUMNS: &[Column] = &[
    must(
        ["code", "机构代码", "organisation code"],
        &["代码", "统一社会信用代码", "uscc"],
        [
            "区划代码，或处置单位的 18 位统一社会信用代码，或本市自定的代码",
            "a division's code, a handling unit's 18-sign social credit code, or a code of your own",
        ],
        "990101001901",
    ),
    may(
        ["parent", "上级代码", "parent code"],
        &["上级", "上级机构", "上级机构代码"],
        [
            "上级机构的代码；区中心不填",
            "code of the organisation above; empty for the district centre",
        ],
        "990101001",
    ),
    must(
        ["kind", "机构类型", "kind"],
        &["类型"],
        [
            "区中心、街道分中心、社区工作站、楼宇服务站、处置单位",
            "district centre, sub-centre, station, building station, handling unit",
        ],
        "处置单位",
    ),
    may(
        ["level", "级别", "level"],
        &["层级"],
        [
            "区、街道、社区；不填时按类型",
            "district, street, community; by the kind when empty",
        ],
        "街道",
    ),
    must(
        ["name", "名称", "name"],
        &["机构名称"],
        ["全称", "full name"],
        "示例环卫所",
    ),
    may(
        ["name_en", "英文名称", "name in english"],
        &[],
        ["英文名称，可不填", "may be empty"],
        "Example Sanitation Office",
    ),
];

const KINDS: &[(&str, OrgKind)] = &[
    ("区中心", OrgKind::DistrictCentre),
    ("district_centre", OrgKind::DistrictCentre),
    ("街道分中心", OrgKind::SubCentre),
    ("sub_centre", OrgKind::SubCentre),
    ("社区工作站", OrgKind::Station),
    ("station", OrgKind::Station),
    ("楼宇服务站", OrgKind::BuildingStation),
    ("building_station", OrgKind::BuildingStation),
    ("处置单位", OrgKind::HandlingUnit),
    ("handling_unit", OrgKind::HandlingUnit),
];

const LEVELS: &[(&str, Level)] = &[
    ("区", Level::District),
    ("district", Level::District),
    ("街道", Level::Subdistrict),
    ("street", Level::Subdistrict),
    ("subdistrict", Level::Subdistrict),
    ("社区", Level::Community),
    ("community", Level::Community),
];

pub(super) fn parse(fields: &mut Fields<'_>) -> Option<Parsed> {
    let id: Option<linli_model::OrgId> = fields.need_code("code", CodeOf::Org);
    let parent = fields.code("parent", CodeOf::Org);
    let before = fields.mistake_count();
    let kind = fields.choice("kind", KINDS);
    let kind = fields.needed("kind", kind, before);
    let level = fields.choice("level", LEVELS);
    let name = fields.need_text("name", 128);
    let name_en = fields.text("name_en", 128);
    let (id, kind, name) = (id?, kind?, name?);
    // Eighteen signs are a social credit code, and its check sign finds every typing mistake.
    if id.as_str().len() == 18
        && let Err(error) = id.as_str().parse::<DepartmentCode>()
    {
        let check = error.reason.to_owned();
        fields.wrong(
            "code",
            id.as_str(),
            Reason::Code {
                what: CodeOf::Department,
                check,
            },
        );
    }
    let same = id.to_string();
    let org = Org {
        id,
        parent,
        kind,
        level: level.unwrap_or(match kind {
            OrgKind::DistrictCentre => Level::District,
            OrgKind::SubCentre | OrgKind::HandlingUnit => Level::Subdistrict,
            OrgKind::Station | OrgKind::BuildingStation => Level::Community,
        }),
        name: Name {
            zh: name,
            en: name_en.unwrap_or_default(),
        },
    };
    let line = fields.line();
    Some(Parsed {
        row: Row::Organisation(OrgRow { line, org }),
        at: None,
        same,
    })
}
