//! Buildings.

use linli_model::RecordKind;

use super::shared::{CRS, Collected, GRID, LAT, LON, grid, need_short};
use super::{BaseRow, Door, Parsed, Row, With};
use crate::column::{Column, may, must};
use crate::fields::Fields;
use crate::reason::Reason;

pub(super) const COLUMNS: &[Column] = &[
    GRID,
    must(
        ["code", "楼栋编码", "building code"],
        &["编码", "楼号", "楼栋代码"],
        [
            "全区唯一，重复导入时据此认出同一栋楼",
            "unique in the district; a later import knows the building by it",
        ],
        "990101001001-B001",
    ),
    must(
        ["name", "楼栋名称", "building name"],
        &["名称", "楼名"],
        ["平时的叫法", "what people call it"],
        "示例小区1号楼",
    ),
    may(
        ["address", "地址", "address"],
        &["门牌地址"],
        ["门牌地址", "street and number"],
        "示例路1号",
    ),
    may(
        ["floors", "层数", "floors"],
        &["楼层数", "总层数"],
        ["地上层数", "floors above ground"],
        "6",
    ),
    may(
        ["built_year", "建成年份", "year built"],
        &["建成年代", "建造年份"],
        ["四位年份", "a year"],
        "1998",
    ),
    may(
        ["lifts", "电梯数", "lifts"],
        &["电梯"],
        ["电梯部数", "how many"],
        "0",
    ),
    may(
        ["ramps", "坡道数", "ramps"],
        &["无障碍坡道", "坡道"],
        ["无障碍坡道处数", "how many"],
        "1",
    ),
    may(
        ["water_shutoff", "水阀位置", "water shut-off"],
        &["水总阀"],
        ["总水阀在哪里", "where the valve is"],
        "1单元地下室",
    ),
    may(
        ["power_shutoff", "电闸位置", "power shut-off"],
        &["总电闸"],
        ["总电闸在哪里", "where the switch is"],
        "东侧配电箱",
    ),
    may(
        ["gas_shutoff", "燃气阀位置", "gas shut-off"],
        &["燃气总阀"],
        ["燃气总阀在哪里", "where the valve is"],
        "北墙外",
    ),
    LON,
    LAT,
    CRS,
];

pub(super) fn parse(fields: &mut Fields<'_>, with: With) -> Option<Parsed> {
    let grid = grid(fields);
    let code = need_short(fields, "code");
    let mut all = Collected::default();
    all.put("code", code.clone());
    all.put("name", fields.need_text("name", 128));
    all.put("address", fields.text("address", 256));
    all.put("floors", fields.whole("floors", 0, 300));
    all.put("built_year", fields.whole("built_year", 1400, 2200));
    all.put("lifts", fields.whole("lifts", 0, 1_000));
    all.put("ramps", fields.whole("ramps", 0, 1_000));
    for shutoff in ["water_shutoff", "power_shutoff", "gas_shutoff"] {
        all.put(shutoff, fields.text(shutoff, 256));
    }
    let at = fields.position(with.crs);
    all.position(at);
    if grid.is_none() && at.is_none() && !fields.has("grid") && !fields.has("lon") {
        fields.wrong_row(Reason::OneOf(&["grid", "lon + lat"]));
    }
    let same = code?;
    let row = BaseRow {
        line: fields.line(),
        kind: RecordKind::Building,
        grid,
        door: Door::default(),
        fields: all.0,
        phones: Vec::new(),
    };
    Some(Parsed {
        row: Row::Base(row),
        at,
        same,
    })
}
