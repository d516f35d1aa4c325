//! Columns and cells that several kinds have.

use std::collections::BTreeMap;

use linli_geo::Coordinate;
use linli_model::{GridCode, OrgId};
use linli_records::FieldValue;

use super::Door;
use crate::column::{Column, may, must};
use crate::fields::Fields;
use crate::reason::{CodeOf, Reason};

pub(super) const GRID: Column = may(
    ["grid", "网格编码", "grid"],
    &["网格", "所属网格", "网格代码", "grid code"],
    [
        "所属责任网格的编码；有坐标时可不填",
        "code of the grid; not needed with a position",
    ],
    "990101001001G01",
);
pub(super) const LON: Column = may(
    ["lon", "经度", "longitude"],
    &["lng", "x"],
    ["经度（十进制度）", "longitude in degrees"],
    "116.4163571",
);
pub(super) const LAT: Column = may(
    ["lat", "纬度", "latitude"],
    &["y"],
    ["纬度（十进制度）", "latitude in degrees"],
    "39.9283533",
);
pub(super) const CRS: Column = may(
    ["crs", "坐标系", "coordinate system"],
    &["坐标系统"],
    [
        "WGS-84、CGCS2000、GCJ-02 或 BD-09；整个文件相同时可用命令参数 --crs",
        "WGS-84, CGCS2000, GCJ-02 or BD-09; --crs says it for the whole file",
    ],
    "WGS-84",
);
pub(super) const BUILDING: Column = may(
    ["building", "楼栋编码", "building code"],
    &["楼号", "楼栋", "所属楼栋"],
    ["已导入楼栋的编码", "code of a building that was imported"],
    "990101001001-B001",
);
pub(super) const ENTRANCE: Column = may(
    ["entrance", "单元", "entrance"],
    &["单元号", "门洞", "楼门"],
    [
        "单元名称；没有单元的楼不填",
        "name of the entrance; empty where there is none",
    ],
    "1单元",
);
pub(super) const UNIT: Column = may(
    ["unit", "室号", "unit"],
    &["房号", "门牌", "房间号", "户号"],
    ["室号", "the unit's number"],
    "101",
);
pub(super) const DWELLING: Column = may(
    ["dwelling", "房屋编码", "dwelling code"],
    &["房屋代码"],
    [
        "本市有房屋编码时可代替楼栋、单元、室号",
        "instead of building, entrance and unit where the city has such codes",
    ],
    "",
);
pub(super) const ADDRESS_FORM: Column = must(
    ["address_form", "户名称", "household"],
    &["户", "户称呼", "地址称呼", "住户"],
    [
        "这一户平时的称呼，不必是姓名",
        "how the household is called; need not be a name",
    ],
    "1号楼1单元101 张先生家",
);

/// Fields of a record, as they are collected.
#[derive(Default)]
pub(super) struct Collected(pub(super) BTreeMap<String, FieldValue>);

impl Collected {
    pub(super) fn put(&mut self, name: &str, value: Option<impl Into<FieldValue>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    pub(super) fn position(&mut self, at: Option<Coordinate>) {
        self.put("lon", at.map(Coordinate::lon));
        self.put("lat", at.map(Coordinate::lat));
    }
}

/// A short code as records keep it: letters, digits, dot, underscore, hyphen.
pub(super) fn short(fields: &mut Fields<'_>, id: &str) -> Option<String> {
    let code: Option<OrgId> = fields.code(id, CodeOf::Short);
    code.map(|code| code.as_str().to_owned())
}

pub(super) fn need_short(fields: &mut Fields<'_>, id: &str) -> Option<String> {
    let before = fields.mistake_count();
    let code = short(fields, id);
    fields.needed(id, code, before)
}

pub(super) fn grid(fields: &mut Fields<'_>) -> Option<GridCode> {
    fields.code("grid", CodeOf::Grid)
}

/// The door of a row: a dwelling's code, or a building with a unit.
pub(super) fn door(fields: &mut Fields<'_>) -> Option<Door> {
    let before = fields.mistake_count();
    let door = Door {
        building: short(fields, "building"),
        entrance: fields.text("entrance", 128),
        unit: fields.text("unit", 64),
        dwelling: short(fields, "dwelling"),
        address_form: None,
    };
    if fields.mistake_count() > before {
        return None;
    }
    match (&door.dwelling, &door.building, &door.unit) {
        (Some(_), _, _) | (None, Some(_), Some(_)) => Some(door),
        (None, Some(_), None) => {
            fields.wrong("unit", "", Reason::Missing);
            None
        }
        (None, None, _) => {
            fields.wrong_row(Reason::OneOf(&["building", "dwelling"]));
            None
        }
    }
}

/// What makes a door the same as another.
pub(super) fn same_door(door: &Door) -> String {
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    if let Some(dwelling) = &door.dwelling {
        return format!("={dwelling}");
    }
    let (building, entrance, unit) = (part(&door.building), part(&door.entrance), part(&door.unit));
    format!("{building}\u{1f}{entrance}\u{1f}{unit}")
}
