//! One reader for each file of a rule book.

mod calendar;
mod catalogue;
mod directory;
mod rules;

pub(crate) use calendar::{CALENDAR, calendar};
pub(crate) use catalogue::{CATALOGUE, STANDARDS, catalogue};
pub(crate) use directory::{DIRECTORY, directory};
pub(crate) use rules::{
    COPY_RULES, LIMITS, RESPONSIBILITY, SETTINGS, copy_rules, limits, responsibility, settings,
};

/// The file of the book that Linli comes with.
pub(crate) fn standard(file: &str) -> &'static str {
    match file {
        DIRECTORY => include_str!("../data/directory.csv"),
        CATALOGUE => include_str!("../data/catalogue.csv"),
        STANDARDS => include_str!("../data/standards.csv"),
        RESPONSIBILITY => include_str!("../data/responsibility.csv"),
        LIMITS => include_str!("../data/limits.csv"),
        CALENDAR => include_str!("../data/calendar.csv"),
        COPY_RULES => include_str!("../data/copy_rules.csv"),
        SETTINGS => include_str!("../data/settings.csv"),
        _ => "",
    }
}
