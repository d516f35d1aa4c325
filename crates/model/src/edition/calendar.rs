//! The city's calendar: working hours, holidays and swapped working days.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// A calendar day, written `2026-09-01`. Holds days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub i32);

/// A text that is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a day like 2026-09-01")]
pub struct DayError(String);

impl Day {
    /// The day of the proleptic Gregorian calendar, if there is one.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        let valid = (1600..=9999).contains(&year) && (1..=12).contains(&month);
        if !valid || day == 0 || day > days_in(year, month) {
            return None;
        }
        // Howard Hinnant's days_from_civil: years begin in March, so that leap days come last.
        let (month, day) = (i32::try_from(month).ok()?, i32::try_from(day).ok()?);
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Self(era * 146_097 + day_of_era - 719_468))
    }

    /// Year, month (1-12) and day of the month.
    pub fn ymd(self) -> (i32, u32, u32) {
        let shifted = self.0.saturating_add(719_468);
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = (shifted_month + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month.unsigned_abs(), day.unsigned_abs())
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u32 {
        (i64::from(self.0) + 3)
            .rem_euclid(7)
            .unsigned_abs()
            .try_into()
            .unwrap_or(0)
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

fn days_in(year: i32, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = DayError;
    fn from_str(text: &str) -> Result<Self, DayError> {
        let wrong = || DayError(text.chars().take(32).collect());
        let mut parts = text.split('-');
        let mut number = |digits: usize| -> Option<u32> {
            let part = parts.next()?;
            let plain = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse().ok())?
        };
        let (year, month, day) = (number(4), number(2), number(2));
        let rest = parts.next();
        match (year, month, day, rest) {
            (Some(year), Some(month), Some(day), None) => i32::try_from(year)
                .ok()
                .and_then(|year| Self::from_ymd(year, month, day))
                .ok_or_else(wrong),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;
    fn try_from(text: String) -> Result<Self, DayError> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

/// When a city works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Calendar {
    /// Local time minus UTC, in minutes.
    pub utc_offset_minutes: i32,
    /// Working time of a working day: `[from, to)` in minutes after local midnight, ascending.
    pub hours: Vec<(u32, u32)>,
    /// Weekly rest days, 0 for Monday to 6 for Sunday.
    pub rest_weekdays: BTreeSet<u32>,
    /// Days off that are not weekly rest days.
    pub holidays: BTreeSet<Day>,
    /// Weekly rest days on which the city works in exchange for a holiday (调休).
    pub working_days: BTreeSet<Day>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            utc_offset_minutes: 480,
            hours: vec![(8 * 60, 12 * 60), (14 * 60, 18 * 60)],
            rest_weekdays: BTreeSet::from([5, 6]),
            holidays: BTreeSet::new(),
            working_days: BTreeSet::new(),
        }
    }
}

impl Calendar {
    /// Whether the city works on this day.
    pub fn is_working_day(&self, day: Day) -> bool {
        if self.working_days.contains(&day) {
            return true;
        }
        !self.holidays.contains(&day) && !self.rest_weekdays.contains(&day.weekday())
    }

    /// The local day of an instant, and the milliseconds since its midnight.
    pub fn local_day(&self, at: Timestamp) -> (Day, i64) {
        let local =
            at.0.saturating_add(i64::from(self.utc_offset_minutes) * MINUTE_MS);
        let day = i32::try_from(local.div_euclid(DAY_MS)).unwrap_or(i32::MAX);
        (Day(day), local.rem_euclid(DAY_MS))
    }

    /// The instant that lies so many milliseconds after the local midnight of a day.
    pub fn instant(&self, day: Day, ms: i64) -> Timestamp {
        let offset = i64::from(self.utc_offset_minutes) * MINUTE_MS;
        Timestamp(i64::from(day.0) * DAY_MS + ms - offset)
    }

    /// The working time of a working day in milliseconds.
    pub fn working_ms_per_day(&self) -> i64 {
        self.hours
            .iter()
            .map(|(from, to)| i64::from(to.saturating_sub(*from)) * MINUTE_MS)
            .sum()
    }

    /// The working intervals of a day, as milliseconds after local midnight.
    pub fn working_intervals(&self, day: Day) -> impl Iterator<Item = (i64, i64)> + '_ {
        let works = self.is_working_day(day);
        self.hours
            .iter()
            .filter(move |_| works)
            .map(|(from, to)| (i64::from(*from) * MINUTE_MS, i64::from(*to) * MINUTE_MS))
    }
}
