//! Households of dwellings, without anything about a person.

use linli_model::RecordKind;
use linli_model::edition::Day;

use super::shared::{
    ADDRESS_FORM, BUILDING, Collected, DWELLING, ENTRANCE, GRID, UNIT, door, grid, same_door,
};
use super::{BaseRow, Door, Parsed, Row};
use crate::column::{Column, may};
use crate::fields::Fields;

const DAY_MS: i64 = 86_400_000;

pub(super) const COLUMNS: &[Column] = &[
    BUILDING,
    ENTRANCE,
    UNIT,
    DWELLING,
    ADDRESS_FORM,
    may(
        ["people_count", "人数", "people"],
        &["人口数", "家庭人数"],
        ["居住人数", "how many live there"],
        "3",
    ),
    may(
        ["last_visit", "最近走访日期", "last visit"],
        &["走访日期"],
        ["最近一次走访的日期", "day of the last visit"],
        "2026-09-01",
    ),
    GRID,
];

pub(super) fn parse(fields: &mut Fields<'_>) -> Option<Parsed> {
    let door = door(fields);
    let address_form = fields.need_text("address_form", 128);
    let mut all = Collected::default();
    all.put("address_form", address_form.clone());
    all.put("people_count", fields.whole("people_count", 0, 99));
    all.put("last_visit_at", fields.day("last_visit").map(midnight_ms));
    let grid = grid(fields);
    let door = Door {
        address_form: Some(address_form?),
        ..door?
    };
    let row = BaseRow {
        line: fields.line(),
        kind: RecordKind::Household,
        grid,
        fields: all.0,
        phones: Vec::new(),
        door,
    };
    let same = same(&row.door);
    Some(Parsed {
        row: Row::Base(row),
        at: None,
        same,
    })
}

/// What makes a household the same as another.
pub(super) fn same(door: &Door) -> String {
    let form = door.address_form.clone().unwrap_or_default();
    format!("{}\u{1f}{form}", same_door(door))
}

/// The beginning of a day in UTC.
pub(super) fn midnight_ms(day: Day) -> i64 {
    i64::from(day.0).saturating_mul(DAY_MS)
}
