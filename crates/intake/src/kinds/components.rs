//! Components: the numbered things of a city.

use linli_model::RecordKind;
use linli_model::standard::{ComponentCode, ComponentLayout, DepartmentCode};

use super::households::midnight_ms;
use super::shared::{BUILDING, CRS, Collected, GRID, LAT, LON, grid, short};
use super::{BaseRow, Door, Parsed, Row, With};
use crate::column::{Column, may, must};
use crate::fields::Fields;
use crate::mistake::NoteKind;
use crate::reason::{CodeOf, Reason};

pub(super) const COLUMNS: &[Column] = &[
    GRID,
    must(
        ["code", "部件编码", "component code"],
        &["编码", "部件代码", "部件标识码"],
        [
            "17 位（GB/T 47678.5），旧 16 位自动换算",
            "17 digits (GB/T 47678.5); old ones of 16 are converted",
        ],
        "99010101001000017",
    ),
    may(
        ["name", "部件名称", "component name"],
        &["名称"],
        ["例如 上水井盖", "such as manhole cover"],
        "上水井盖",
    ),
    may(
        ["place", "位置描述", "place"],
        &["位置", "地址"],
        ["文字位置", "where it is, in words"],
        "示例路1号门前",
    ),
    Column {
        about_zh: "楼内设备填写所在楼栋",
        about_en: "for equipment of a building",
        example: "",
        ..BUILDING
    },
    may(
        ["state", "状态", "state"],
        &["部件状态"],
        [
            "完好、破损、丢失、废弃、移除",
            "intact, damaged, lost, disused, removed",
        ],
        "完好",
    ),
    may(
        ["owner", "权属单位代码", "owner"],
        &["权属单位", "主管单位代码"],
        [
            "统一社会信用代码或机构代码",
            "social credit code or an organisation's code",
        ],
        "",
    ),
    may(
        ["checked", "普查日期", "checked"],
        &["检查日期", "checked_at"],
        ["最近一次查看的日期", "day of the last check"],
        "2026-09-01",
    ),
    may(
        ["note", "备注", "note"],
        &[],
        ["备注，不写人", "a note, never about people"],
        "",
    ),
    LON,
    LAT,
    CRS,
];

/// The states of GB/T 47678.5.
const STATES: &[(&str, &str)] = &[
    ("完好", "intact"),
    ("intact", "intact"),
    ("破损", "damaged"),
    ("damaged", "damaged"),
    ("丢失", "lost"),
    ("lost", "lost"),
    ("废弃", "disused"),
    ("disused", "disused"),
    ("移除", "removed"),
    ("removed", "removed"),
];

pub(super) fn parse(fields: &mut Fields<'_>, with: With) -> Option<Parsed> {
    let grid = grid(fields);
    let code: Option<ComponentCode> = fields.need_code("code", CodeOf::Component);
    let building = short(fields, "building");
    let mut all = Collected::default();
    all.put("name", fields.text("name", 128));
    all.put("place", fields.text("place", 512));
    all.put("state", fields.choice("state", STATES));
    all.put("owner", owner(fields));
    all.put("checked_at", fields.day("checked").map(midnight_ms));
    all.put("note", fields.text("note", 2048));
    let at = fields.position(with.crs);
    all.position(at);
    if grid.is_none()
        && at.is_none()
        && building.is_none()
        && !fields.has("grid")
        && !fields.has("lon")
    {
        fields.wrong_row(Reason::OneOf(&["grid", "lon + lat", "building"]));
    }
    let code = code?;
    if code.layout() == ComponentLayout::Legacy {
        fields.note(NoteKind::OldCode);
    }
    let current = code.to_current();
    all.put("code", Some(current.as_str()));
    all.put(
        "class",
        current
            .category()
            .ok()
            .map(|class| class.as_str().to_owned()),
    );
    let row = BaseRow {
        line: fields.line(),
        kind: RecordKind::Component,
        grid,
        door: Door {
            building,
            ..Door::default()
        },
        fields: all.0,
        phones: Vec::new(),
    };
    Some(Parsed {
        row: Row::Base(row),
        at,
        same: current.to_string(),
    })
}

/// Eighteen signs are a social credit code with its check sign.
fn owner(fields: &mut Fields<'_>) -> Option<String> {
    let owner = short(fields, "owner")?;
    if owner.len() == 18
        && let Err(error) = owner.parse::<DepartmentCode>()
    {
        let check = error.reason.to_owned();
        fields.wrong(
            "owner",
            &owner,
            Reason::Code {
                what: CodeOf::Department,
                check,
            },
        );
        return None;
    }
    Some(owner)
}
