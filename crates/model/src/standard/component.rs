//! Components: the numbered things of a city, as a lamp post or a manhole cover.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::digits::{are_digits, is_text, part, wrong};
use crate::id::{CategoryCode, IdError};

/// The code of one component.
///
/// Now 17 digits: district 6, class 2, subclass 3, sequence 6 (GB/T 47678.5). Before: 16 digits with a
/// subclass of two (CJ/T 214, GB/T 30428.2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ComponentCode(String);

is_text!(ComponentCode);

/// The layout of a component's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComponentLayout {
    /// 17 digits.
    Current,
    /// 16 digits.
    Legacy,
}

impl ComponentCode {
    /// The layout, from the length.
    pub fn layout(&self) -> ComponentLayout {
        if self.0.len() == 16 {
            ComponentLayout::Legacy
        } else {
            ComponentLayout::Current
        }
    }

    /// The district's six digits.
    pub fn district(&self) -> &str {
        part(&self.0, 0, 6)
    }

    /// The same component in the layout of today: a subclass of two digits gets a zero before it.
    #[must_use]
    pub fn to_current(&self) -> Self {
        match self.layout() {
            ComponentLayout::Current => self.clone(),
            ComponentLayout::Legacy => {
                let (head, tail) = (part(&self.0, 0, 8), part(&self.0, 8, 8));
                Self(format!("{head}0{tail}"))
            }
        }
    }

    /// Its class in the catalogue: class and subclass, five digits.
    pub fn category(&self) -> Result<CategoryCode, IdError> {
        CategoryCode::new(part(&self.to_current().0, 6, 5))
    }
}

impl FromStr for ComponentCode {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = |reason| wrong("ComponentCode", text, reason);
        if !matches!(text.len(), 16 | 17) || !are_digits(text) || text.starts_with('0') {
            return Err(wrong("needs 17 digits (old: 16), the district first"));
        }
        if part(text, 6, 2) == "00" || text.ends_with("000000") {
            return Err(wrong("classes and sequences count from 1"));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_layouts_are_read_and_the_new_one_is_written() {
        let current: ComponentCode = "11010101001000017".parse().unwrap();
        let legacy: ComponentCode = "1101010101000017".parse().unwrap();
        assert_eq!(current.layout(), ComponentLayout::Current);
        assert_eq!(legacy.layout(), ComponentLayout::Legacy);
        assert_eq!(legacy.to_current(), current);
        assert_eq!(current.to_current(), current);
        assert_eq!(current.district(), "110101");
        assert_eq!(legacy.category().unwrap().as_str(), "01001");
    }

    #[test]
    fn what_is_no_component_is_refused() {
        for text in [
            "",
            "110101010000017x",
            "110101010100001",
            "110101010010000170",
            "01010101001000017",
            "11010100001000017",
            "11010101001000000",
        ] {
            assert!(text.parse::<ComponentCode>().is_err(), "{text}");
        }
    }
}
