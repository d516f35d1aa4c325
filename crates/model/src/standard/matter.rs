//! Matters: kinds of events, as garbage left in the street. A code names a kind, never one event.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::digits::{are_digits, is_text, part, wrong};
use crate::id::{CategoryCode, IdError};

/// A district's code for a kind of matter.
///
/// Now 11 digits: district 6, class 2, subclass 3 (GB/T 47678.5). Before: 10 digits with a subclass of
/// two.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MatterType(String);

is_text!(MatterType);

/// The layout of a matter type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatterLayout {
    /// 11 digits.
    Current,
    /// 10 digits.
    Legacy,
}

impl MatterType {
    /// The layout, from the length.
    pub fn layout(&self) -> MatterLayout {
        if self.0.len() == 10 {
            MatterLayout::Legacy
        } else {
            MatterLayout::Current
        }
    }

    /// The same kind in the layout of today: a subclass of two digits gets a zero before it.
    #[must_use]
    pub fn to_current(&self) -> Self {
        match self.layout() {
            MatterLayout::Current => self.clone(),
            MatterLayout::Legacy => {
                Self(format!("{}0{}", part(&self.0, 0, 8), part(&self.0, 8, 2)))
            }
        }
    }

    /// Class and subclass, the five digits of the catalogue. They are unique among matters only:
    /// components count their own.
    pub fn category(&self) -> Result<CategoryCode, IdError> {
        CategoryCode::new(part(&self.to_current().0, 6, 5))
    }
}

impl FromStr for MatterType {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let is_type = matches!(text.len(), 10 | 11)
            && are_digits(text)
            && !text.starts_with('0')
            && part(text, 6, 2) != "00";
        if !is_type {
            let reason = "needs 11 digits (old: 10): district, class from 01, subclass";
            return Err(wrong("MatterType", text, reason));
        }
        Ok(Self(text.to_owned()))
    }
}

/// One condition for filing or closing: a catalogue code, `-` and two digits, as `01001-01`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HandlingStandard(String);

is_text!(HandlingStandard);

impl HandlingStandard {
    /// The category it belongs to.
    pub fn category(&self) -> Result<CategoryCode, IdError> {
        CategoryCode::new(part(&self.0, 0, 5))
    }
}

impl FromStr for HandlingStandard {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let is_standard = text.len() == 8
            && are_digits(part(text, 0, 5))
            && part(text, 5, 1) == "-"
            && are_digits(part(text, 6, 2))
            && !text.ends_with("00");
        if !is_standard {
            let reason = "needs a catalogue code, - and 01 to 99";
            return Err(wrong("HandlingStandard", text, reason));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_layouts_are_read_and_the_new_one_is_written() {
        let current: MatterType = "11010106010".parse().unwrap();
        let legacy: MatterType = "1101010610".parse().unwrap();
        assert_eq!(current.layout(), MatterLayout::Current);
        assert_eq!(legacy.layout(), MatterLayout::Legacy);
        assert_eq!(legacy.to_current(), current);
        assert_eq!(current.category().unwrap().as_str(), "06010");
    }

    #[test]
    fn what_is_no_matter_or_condition_is_refused() {
        for text in [
            "",
            "110101060",
            "110101060100",
            "01010106010",
            "11010100010",
            "1101010601x",
        ] {
            assert!(text.parse::<MatterType>().is_err(), "{text}");
        }
        let standard: HandlingStandard = "01001-01".parse().unwrap();
        assert_eq!(standard.category().unwrap().as_str(), "01001");
        for text in ["", "01001-00", "1001-01", "01001_01", "01001-1", "01001-0a"] {
            assert!(text.parse::<HandlingStandard>().is_err(), "{text}");
        }
    }
}
