//! Dwellings behind their entrances.

use linli_model::RecordKind;

use super::shared::{
    BUILDING, Collected, ENTRANCE, GRID, UNIT, grid, need_short, same_door, short,
};
use super::{BaseRow, Door, Parsed, Row};
use crate::column::{Column, Need, may};
use crate::fields::Fields;

pub(super) const COLUMNS: &[Column] = &[
    Column {
        need: Need::Must,
        ..BUILDING
    },
    ENTRANCE,
    Column {
        need: Need::Must,
        ..UNIT
    },
    may(
        ["floor", "楼层", "floor"],
        &["所在楼层"],
        ["所在楼层，地下为负数", "the floor, negative below ground"],
        "1",
    ),
    may(
        ["code", "房屋编码", "dwelling code"],
        &["编码", "房屋代码"],
        [
            "本市有房屋编码时填写，全区唯一",
            "where the city has such codes; unique in the district",
        ],
        "",
    ),
    Column {
        about_zh: "楼栋编码在几个网格重复时填写",
        about_en: "where buildings of several grids share a code",
        ..GRID
    },
];

pub(super) fn parse(fields: &mut Fields<'_>) -> Option<Parsed> {
    let building = need_short(fields, "building");
    let entrance = fields.text("entrance", 128);
    let unit = fields.need_text("unit", 64);
    let code = short(fields, "code");
    let mut all = Collected::default();
    all.put("unit", unit.clone());
    all.put("floor", fields.whole("floor", -20, 300));
    all.put("code", code.clone());
    let grid = grid(fields);
    let door = Door {
        building: Some(building?),
        entrance,
        unit: Some(unit?),
        dwelling: code,
        address_form: None,
    };
    let same = same_door(&Door {
        dwelling: None,
        ..door.clone()
    });
    let row = BaseRow {
        line: fields.line(),
        kind: RecordKind::Dwelling,
        grid,
        door,
        fields: all.0,
        phones: Vec::new(),
    };
    Some(Parsed {
        row: Row::Base(row),
        at: None,
        same,
    })
}
