//! `calendar.csv`: the city's clock, working hours, rest days, holidays and swapped working days.

use std::collections::BTreeSet;

use linli_model::edition::{Calendar, Day};

use crate::table::{Mistakes, Row, Table};

pub(crate) const CALENDAR: &str = "calendar.csv";
const COLUMNS: [&str; 3] = ["what", "value", "note"];
const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

pub(crate) fn calendar(text: &str, mistakes: &mut Mistakes) -> Calendar {
    let table = Table::read(CALENDAR, text, &COLUMNS, mistakes);
    let mut calendar = Calendar {
        hours: Vec::new(),
        rest_weekdays: BTreeSet::new(),
        ..Calendar::default()
    };
    for row in &table.rows {
        note(&table, row, &mut calendar, mistakes);
    }
    calendar
}

fn note(table: &Table, row: &Row, calendar: &mut Calendar, mistakes: &mut Mistakes) {
    let value = table.text(row, "value");
    match table.text(row, "what") {
        "utc_offset" => match offset(value) {
            Some(minutes) => calendar.utc_offset_minutes = minutes,
            None => table.wrong(
                row,
                "value",
                format!("{value:?} is not like +08:00"),
                mistakes,
            ),
        },
        "hours" => {
            if let Some(hours) = hours(value) {
                calendar.hours.push(hours);
            } else {
                let what = format!("{value:?} is not like 08:00-12:00");
                table.wrong(row, "value", what, mistakes);
            }
        }
        "rest_day" => {
            let mut days = WEEKDAYS.iter().zip(0..);
            if let Some((_, day)) = days.find(|(name, _)| **name == value) {
                calendar.rest_weekdays.insert(day);
            } else {
                let what = format!("{value:?} is not one of {}", WEEKDAYS.join(", "));
                table.wrong(row, "value", what, mistakes);
            }
        }
        "holiday" => calendar
            .holidays
            .extend(table.parse::<Day>(row, "value", mistakes)),
        "working_day" => calendar
            .working_days
            .extend(table.parse::<Day>(row, "value", mistakes)),
        other => {
            let what = format!(
                "{other:?} is not one of utc_offset, hours, rest_day, holiday, working_day"
            );
            table.wrong(row, "what", what, mistakes);
        }
    }
}

/// Minutes of `+08:00`.
fn offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let minutes = i32::try_from(minutes(rest)?).ok()?;
    (minutes <= 14 * 60).then_some(sign * minutes)
}

/// Minutes after midnight of both ends of `08:00-12:00`.
fn hours(text: &str) -> Option<(u32, u32)> {
    let (from, to) = text.split_once('-')?;
    Some((minutes(from)?, minutes(to)?))
}

fn minutes(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| {
        let is_plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| part.parse::<u32>().ok())?
    };
    let (hour, minute) = (digits(hour)?, digits(minute)?);
    (hour <= 24 && minute < 60).then_some(hour * 60 + minute)
}
