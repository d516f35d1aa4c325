//! Grids: unit grids of city management and social grids of communities.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::digits::{are_digits, is_text, part, wrong};
use super::division::DivisionCode;
use crate::id::{GridCode, IdError};

/// A unit grid, the smallest area of city management (about 10,000 m²), numbered west to east and
/// north to south within its community. A retired code is never given again.
///
/// Now 15 characters: community 12 and three of `0-9A-Z` (GB/T 47678.3). Before: 14 digits, community
/// 12 and two, where `00` is the community itself (CJ/T 213-2005).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitGridCode(String);

is_text!(UnitGridCode);

/// The layout of a unit grid's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitGridLayout {
    /// 15 characters.
    Current,
    /// 14 digits.
    Legacy,
}

impl UnitGridCode {
    /// The layout, from the length.
    pub fn layout(&self) -> UnitGridLayout {
        if self.0.len() == 14 {
            UnitGridLayout::Legacy
        } else {
            UnitGridLayout::Current
        }
    }

    /// The community it lies in.
    pub fn community(&self) -> Result<DivisionCode, IdError> {
        part(&self.0, 0, 12).parse()
    }

    /// Whether a legacy code means the community as a whole.
    pub fn is_whole_community(&self) -> bool {
        self.layout() == UnitGridLayout::Legacy && part(&self.0, 12, 2) == "00"
    }
}

impl FromStr for UnitGridCode {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = |reason| wrong("UnitGridCode", text, reason);
        let is_sign = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        let is_current = text.len() == 15 && part(text, 12, 3).bytes().all(is_sign);
        let is_legacy = text.len() == 14 && are_digits(text);
        if !is_current && !is_legacy || part(text, 0, 12).parse::<DivisionCode>().is_err() {
            return Err(wrong(
                "needs a community's 12 digits, then 3 of 0-9 A-Z (old: 2 digits)",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// A social grid, the area of one grid assistant: community 12, `G`, two digits from 01. No standard
/// gives a layout; cities that have their own keep it as a [`GridCode`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SocialGridCode(String);

is_text!(SocialGridCode);

impl SocialGridCode {
    /// The grid with a running number from 1 to 99 in its community.
    pub fn new(community: &DivisionCode, number: u8) -> Result<Self, IdError> {
        format!("{community}G{number:02}").parse()
    }

    /// The community it lies in.
    pub fn community(&self) -> Result<DivisionCode, IdError> {
        part(&self.0, 0, 12).parse()
    }

    /// The same as the code that scopes and records carry.
    pub fn to_grid(&self) -> Result<GridCode, IdError> {
        GridCode::new(self.0.clone())
    }
}

impl FromStr for SocialGridCode {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let number = text.get(13..).unwrap_or_default();
        let is_grid = text.len() == 15
            && part(text, 0, 12).parse::<DivisionCode>().is_ok()
            && part(text, 12, 1) == "G"
            && are_digits(number)
            && number != "00";
        if !is_grid {
            let reason = "needs a community's 12 digits, G and 01 to 99";
            return Err(wrong("SocialGridCode", text, reason));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_grids_are_read_in_both_layouts() {
        let current: UnitGridCode = "110101001001003".parse().unwrap();
        assert_eq!(current.layout(), UnitGridLayout::Current);
        assert_eq!(current.community().unwrap().as_str(), "110101001001");
        assert!("11010100100100Z".parse::<UnitGridCode>().is_ok());
        let legacy: UnitGridCode = "11010100100103".parse().unwrap();
        assert_eq!(legacy.layout(), UnitGridLayout::Legacy);
        assert!(!legacy.is_whole_community());
        let whole: UnitGridCode = "11010100100100".parse().unwrap();
        assert!(whole.is_whole_community());
    }

    #[test]
    fn what_is_no_grid_is_refused() {
        for text in [
            "",
            "110101001001",
            "1101010010010a3",
            "11010100100100z",
            "1101010010010030",
            "110101000001003",
            "1101010010010A",
            "网格",
        ] {
            assert!(text.parse::<UnitGridCode>().is_err(), "{text}");
        }
        for text in [
            "110101001001G00",
            "110101001001g03",
            "110101001001G3",
            "110101001001003",
            "110101001001G0A",
            "",
        ] {
            assert!(text.parse::<SocialGridCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_social_grid_is_made_of_its_community_and_a_number() {
        let community: DivisionCode = "110101001001".parse().unwrap();
        let grid = SocialGridCode::new(&community, 3).unwrap();
        assert_eq!(grid.as_str(), "110101001001G03");
        assert_eq!(grid.community().unwrap(), community);
        assert_eq!(grid.to_grid().unwrap().as_str(), "110101001001G03");
        assert!(SocialGridCode::new(&community, 0).is_err());
        assert!(SocialGridCode::new(&community, 100).is_err());
    }
}
