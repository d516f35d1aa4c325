//! Case numbers: county 6, filing date 8, organisation 3, sequence 5 digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::edition::Day;
use crate::id::IdError;

/// The number that the filing desk gives. The organisation's block keeps desks that cannot reach each
/// other from giving the same number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseNumber(String);

impl CaseNumber {
    /// The largest sequence of a day.
    pub const MAX_SEQUENCE: u32 = 99_999;
    /// How many organisations' blocks there are: 000 to 999.
    pub const BLOCKS: u16 = 1_000;

    /// Whether a district's code can begin its case numbers: six digits, the first not 0.
    pub fn is_county(code: &str) -> bool {
        code.len() == 6 && !code.starts_with('0') && code.bytes().all(|b| b.is_ascii_digit())
    }

    /// Puts a number together. `county` is six digits, `org` at most 999, `sequence` from 1.
    pub fn new(county: &str, day: Day, org: u16, sequence: u32) -> Result<Self, IdError> {
        let (year, month, date) = day.ymd();
        format!("{county}{year:04}{month:02}{date:02}{org:03}{sequence:05}").parse()
    }

    /// The number as text: 22 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The organisation's block.
    pub fn org(&self) -> u16 {
        self.part(14, 3)
    }

    /// The running number of the day.
    pub fn sequence(&self) -> u32 {
        self.part(17, 5)
    }

    fn part<T: FromStr + Default>(&self, from: usize, len: usize) -> T {
        self.0
            .get(from..from + len)
            .and_then(|digits| digits.parse().ok())
            .unwrap_or_default()
    }
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CaseNumber {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = |reason| IdError {
            what: "CaseNumber",
            text: text.chars().take(64).collect(),
            reason,
        };
        if text.len() != 22 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong("needs 22 digits"));
        }
        let number = Self(text.to_owned());
        let (year, month, day) = (number.part(6, 4), number.part(10, 2), number.part(12, 2));
        let is_county = text.get(..6).is_some_and(Self::is_county);
        if !is_county || Day::from_ymd(year, month, day).is_none() {
            return Err(wrong("the county or the day does not exist"));
        }
        if number.sequence() == 0 {
            return Err(wrong("sequences begin at 1"));
        }
        Ok(number)
    }
}

impl TryFrom<String> for CaseNumber {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<CaseNumber> for String {
    fn from(number: CaseNumber) -> String {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_made_of_its_parts() {
        let day = Day::from_ymd(2026, 9, 1).unwrap();
        let number = CaseNumber::new("990101", day, 12, 42).unwrap();
        assert_eq!(number.as_str(), "9901012026090101200042");
        assert_eq!((number.org(), number.sequence()), (12, 42));
        assert_eq!(number.as_str().parse::<CaseNumber>().unwrap(), number);
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let day = Day::from_ymd(2026, 9, 1).unwrap();
        assert!(CaseNumber::new("99010", day, 1, 1).is_err());
        assert!(CaseNumber::new("990101", day, 1000, 1).is_err());
        assert!(CaseNumber::new("990101", day, 1, 100_000).is_err());
        assert!(CaseNumber::new("990101", day, 1, 0).is_err());
        assert!("9901012026023101200042".parse::<CaseNumber>().is_err());
    }
}
