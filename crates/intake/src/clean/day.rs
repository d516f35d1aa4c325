//! Days as people and spreadsheets write them.

use linli_model::edition::Day;

/// Days that are taken: what lies outside is a typing mistake.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;
/// The serial number of 1970-01-01 in a spreadsheet.
const EPOCH: f64 = 25_569.0;

/// A day that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The day.
    pub day: Day,
    /// Whether it stood there as a spreadsheet's serial number.
    pub was_serial: bool,
}

/// Reads a day: `2026-09-01`, `2026/9/1`, `2026.9.1`, `2026年9月1日`, `20260901`, the same with a
/// time of day behind it, or the serial number of a spreadsheet.
pub fn read_day(text: &str) -> Option<Found> {
    let is_compact = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_compact
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        let serial = text
            .parse::<f64>()
            .ok()
            .filter(|_| text.split('.').count() < 3);
        if let Some(serial) = serial {
            return day_of_serial(serial).map(|day| Found {
                day,
                was_serial: true,
            });
        }
    }
    let plain = |day| Found {
        day,
        was_serial: false,
    };
    if is_compact {
        let part = |from: usize, to: usize| text.get(from..to);
        return in_years(part(0, 4)?, part(4, 6)?, part(6, 8)?).map(plain);
    }
    let mut parts = text.splitn(3, ['-', '/', '.', '年', '月']);
    let (year, month, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (date, time) = rest.split_at_checked(digits)?;
    let is_time = |sign: char| sign.is_ascii_digit() || matches!(sign, ':' | 'T' | '.' | 'Z' | ' ');
    let time = time.strip_prefix('日').unwrap_or(time);
    if !time.chars().all(is_time) || digits > 2 {
        return None;
    }
    in_years(year, month, date).map(plain)
}

/// The day of a spreadsheet's serial number (days since 1899-12-30), of the years 1900 to 2200.
pub fn day_of_serial(serial: f64) -> Option<Day> {
    let days = (serial - EPOCH).floor();
    if !(-26_000.0..=85_000.0).contains(&days) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a whole number of a few ten thousand"
    )]
    let day = Day(days as i32);
    YEARS.contains(&day.ymd().0).then_some(day)
}

fn in_years(year: &str, month: &str, day: &str) -> Option<Day> {
    let is_year = year.len() == 4;
    let number = |text: &str| text.parse::<u32>().ok();
    let year = i32::try_from(number(year)?)
        .ok()
        .filter(|year| is_year && YEARS.contains(year))?;
    Day::from_ymd(year, number(month)?, number(day)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, day: &str, was_serial: bool) {
        let day: Day = day.parse().unwrap();
        assert_eq!(read_day(text), Some(Found { day, was_serial }), "{text}");
    }

    #[test]
    fn days_are_read_in_the_forms_that_cities_use() {
        for text in [
            "2026-09-01",
            "2026/9/1",
            "2026.9.1",
            "2026年9月1日",
            "20260901",
            "2026-09-01T08:30:00",
            "2026-9-1 8:30",
        ] {
            check(text, "2026-09-01", false);
        }
        check("46266", "2026-09-01", true);
        check("46266.75", "2026-09-01", true);
        check("367", "1901-01-01", true);
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in [
            "",
            "-",
            "2026-02-30",
            "2026-13-01",
            "26-09-01",
            "1-2-3",
            "明天",
            "2026-09",
            "9999999",
            "2026-09-01x",
            "1850-01-01",
            "20261301",
            "2026/9/123",
        ] {
            assert_eq!(read_day(text), None, "{text}");
        }
    }
}
