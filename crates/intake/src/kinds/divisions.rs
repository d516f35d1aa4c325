//! Divisions: the communities, subdistricts and the district, each the seat of an organisation.

use linli_model::edition::Day;
use linli_model::standard::{Division, DivisionCode, DivisionLevel, Validity};

use super::{Parsed, Row, With};
use crate::column::{Column, may, must};
use crate::fields::Fields;
use crate::reason::{CodeOf, Reason};

/// A division of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct DivisionRow {
    /// The line.
    pub line: u64,
    /// Code, name and days.
    pub division: Division,
    /// The name in English; empty when there is none.
    pub name_en: String,
    /// Whether it is in use today and stands for a real place.
    pub is_in_use: bool,
}

pub(super) const COLUMNS: &[Column] = &[
    must(
        ["code", "区划代码", "division code"],
        &["代码", "行政区划代码", "统计用区划代码", "编码"],
        [
            "区 6 位、街道 9 位、社区 12 位",
            "district 6, subdistrict 9, community 12 digits",
        ],
        "990101001001",
    ),
    must(
        ["name", "名称", "name"],
        &["区划名称"],
        ["全称", "full name"],
        "示例社区",
    ),
    may(
        ["name_en", "英文名称", "name in english"],
        &[],
        ["英文名称，可不填", "may be empty"],
        "Example Community",
    ),
    may(
        ["level", "级别", "level"],
        &["层级"],
        [
            "区、街道或社区；填写时与代码核对",
            "district, street or community; checked against the code",
        ],
        "社区",
    ),
    may(
        ["parent", "上级代码", "parent code"],
        &["上级", "上级区划代码"],
        ["填写时与代码核对", "checked against the code"],
        "990101001",
    ),
    may(
        ["valid_from", "启用日期", "valid from"],
        &[],
        ["从这一天起使用", "first day in use"],
        "2026-01-01",
    ),
    may(
        ["valid_to", "停用日期", "valid to"],
        &[],
        ["从这一天起不再使用", "first day no longer in use"],
        "",
    ),
];

const LEVELS: &[(&str, DivisionLevel)] = &[
    ("区", DivisionLevel::District),
    ("县", DivisionLevel::District),
    ("district", DivisionLevel::District),
    ("街道", DivisionLevel::Subdistrict),
    ("镇", DivisionLevel::Subdistrict),
    ("乡", DivisionLevel::Subdistrict),
    ("street", DivisionLevel::Subdistrict),
    ("subdistrict", DivisionLevel::Subdistrict),
    ("社区", DivisionLevel::Community),
    ("村", DivisionLevel::Community),
    ("community", DivisionLevel::Community),
];

pub(super) fn parse(fields: &mut Fields<'_>, with: With) -> Option<Parsed> {
    let code: Option<DivisionCode> = fields.need_code("code", CodeOf::Division);
    let name = fields.need_text("name", 128);
    let name_en = fields.text("name_en", 128);
    let level = fields.choice("level", LEVELS);
    let parent = fields.code_text("parent");
    let validity = Validity {
        valid_from: fields.day("valid_from"),
        valid_to: fields.day("valid_to"),
    };
    let (code, name) = (code?, name?);
    if let Some(said) = level.filter(|level| *level != code.level()) {
        fields.wrong(
            "level",
            word(said),
            Reason::OtherLevel {
                level: word(code.level()),
            },
        );
    }
    // The district lies in a city, whose code is not among ours.
    let above = code.parent();
    if let (Some(parent), Some(above)) = (parent, &above)
        && parent != above.as_str()
    {
        let reason = Reason::OtherParent {
            parent: above.to_string(),
        };
        fields.wrong("parent", &parent, reason);
    }
    let days = |day: Option<Day>| day.map_or(String::new(), |day| day.to_string());
    let same = format!(
        "{code} {} {}",
        days(validity.valid_from),
        days(validity.valid_to)
    );
    let is_in_use = validity.holds_on(with.today) && !code.is_virtual();
    let row = DivisionRow {
        line: fields.line(),
        division: Division {
            code,
            name,
            validity,
        },
        name_en: name_en.unwrap_or_default(),
        is_in_use,
    };
    Some(Parsed {
        row: Row::Division(row),
        at: None,
        same,
    })
}

fn word(level: DivisionLevel) -> &'static str {
    match level {
        DivisionLevel::District => "区 / district",
        DivisionLevel::Subdistrict => "街道 / street",
        DivisionLevel::Community => "社区 / community",
    }
}
