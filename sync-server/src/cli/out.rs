//! What people read: results on standard output, problems on standard error.

use std::io::Write as _;

/// A line of the result. A reader that went away is no error of ours.
pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A problem.
pub(super) fn problem(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A time as people read it, in UTC.
pub(super) fn time(at: linli_model::Timestamp) -> String {
    match time::OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1_000)) {
        Ok(date) => format!(
            "{:04}-{:02}-{:02} {:02}:{:02} UTC",
            date.year(),
            u8::from(date.month()),
            date.day(),
            date.hour(),
            date.minute()
        ),
        Err(_) => format!("{} ms", at.0),
    }
}
