//! Administrative divisions: district 6 digits (GB/T 2260), subdistrict 9 (GB/T 10114), community 12
//! (codes of divisions for statistics).

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::digits::{are_digits, is_text, part, wrong};
use crate::edition::Day;
use crate::id::IdError;

/// The code of a district, subdistrict or community. Its length says which; its beginning is the code
/// of the division above.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DivisionCode(String);

is_text!(DivisionCode);

/// The level of a division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DivisionLevel {
    /// 区 or 县: 6 digits.
    District,
    /// 街道, 镇 or 乡: 9 digits.
    Subdistrict,
    /// 社区 or 村: 12 digits.
    Community,
}

impl DivisionCode {
    /// The level, from the length.
    pub fn level(&self) -> DivisionLevel {
        match self.0.len() {
            6 => DivisionLevel::District,
            9 => DivisionLevel::Subdistrict,
            _ => DivisionLevel::Community,
        }
    }

    /// The division above, of those that have a code here.
    pub fn parent(&self) -> Option<Self> {
        let shorter = self.0.len().checked_sub(3).filter(|len| *len >= 6)?;
        Some(Self(part(&self.0, 0, shorter).to_owned()))
    }

    /// The district it lies in.
    #[must_use]
    pub fn district(&self) -> Self {
        Self(part(&self.0, 0, 6).to_owned())
    }

    /// Whether the other is this division or lies in it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Whether this is the stand-in of a subdistrict without communities (498, 598).
    pub fn is_virtual(&self) -> bool {
        matches!(part(&self.0, 9, 3), "498" | "598")
    }
}

impl FromStr for DivisionCode {
    type Err = IdError;

    /// Reads 6, 9 or 12 digits. Subdistricts count 001-399 and 400-599, communities 001-599; what a
    /// standard leaves unassigned is refused.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = |reason| wrong("DivisionCode", text, reason);
        if !matches!(text.len(), 6 | 9 | 12) || !are_digits(text) {
            return Err(wrong("needs 6, 9 or 12 digits"));
        }
        if text.starts_with('0') {
            return Err(wrong("no province begins with 0"));
        }
        for from in [6, 9] {
            let number = part(text, from, 3);
            if !number.is_empty() && !("001"..="599").contains(&number) {
                return Err(wrong("subdistricts and communities count from 001 to 599"));
            }
        }
        Ok(Self(text.to_owned()))
    }
}

/// From when until when a code was in use. Codes change every year; a file of last year is read with
/// last year's codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Validity {
    /// The first day; nothing: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Day>,
    /// The first day on which it is no longer in use; nothing: still in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Day>,
}

impl Validity {
    /// Whether the code is in use on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day < to)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let before = |end: Option<Day>, start: Option<Day>| match (end, start) {
            (Some(end), Some(start)) => end <= start,
            _ => false,
        };
        !before(self.valid_to, other.valid_from) && !before(other.valid_to, self.valid_from)
    }
}

/// A division with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Division {
    /// The code.
    pub code: DivisionCode,
    /// The name, as `东直门街道`.
    pub name: String,
    /// When the code is in use.
    #[serde(flatten)]
    pub validity: Validity,
}

/// Why divisions make no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DivisionError {
    /// The same code twice at the same time.
    #[error("{0} stands twice with overlapping days")]
    Twice(DivisionCode),
    /// Nothing above it.
    #[error("{0} lies in {1}, which is not in the table")]
    NoParent(DivisionCode, DivisionCode),
    /// It ends before it begins.
    #[error("{0} ends before it begins")]
    Backwards(DivisionCode),
}

/// Divisions by code, with their days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DivisionTable(BTreeMap<DivisionCode, Vec<Division>>);

impl DivisionTable {
    /// A table of divisions. Every one but the districts lies in one of the table; no code means two
    /// things on one day.
    pub fn new(divisions: Vec<Division>) -> Result<Self, DivisionError> {
        let mut table: BTreeMap<DivisionCode, Vec<Division>> = BTreeMap::new();
        for division in divisions {
            let Validity {
                valid_from,
                valid_to,
            } = division.validity;
            if valid_from
                .zip(valid_to)
                .is_some_and(|(from, to)| to <= from)
            {
                return Err(DivisionError::Backwards(division.code));
            }
            let same = table.entry(division.code.clone()).or_default();
            if same
                .iter()
                .any(|other| other.validity.overlaps(&division.validity))
            {
                return Err(DivisionError::Twice(division.code));
            }
            same.push(division);
        }
        for code in table.keys() {
            if let Some(parent) = code.parent().filter(|parent| !table.contains_key(parent)) {
                return Err(DivisionError::NoParent(code.clone(), parent));
            }
        }
        Ok(Self(table))
    }

    /// The division that a code means on a day.
    pub fn at(&self, code: &DivisionCode, day: Day) -> Option<&Division> {
        let all = self.0.get(code)?;
        all.iter().find(|division| division.validity.holds_on(day))
    }

    /// Every division in use on a day, in order of codes.
    pub fn on(&self, day: Day) -> impl Iterator<Item = &Division> {
        let all = self.0.values().flatten();
        all.filter(move |division| division.validity.holds_on(day))
    }
}

#[cfg(test)]
mod tests;
