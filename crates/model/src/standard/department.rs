//! Departments: the unified social credit code of an organisation (GB 32100-2015).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::digits::{is_text, wrong};
use crate::id::IdError;

/// The 31 signs: digits and capital letters without I, O, S, V and Z.
const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The code of a unit that handles cases: 18 signs, the last one a check.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DepartmentCode(String);

is_text!(DepartmentCode);

impl FromStr for DepartmentCode {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = |reason| wrong("DepartmentCode", text, reason);
        let values: Option<Vec<usize>> = text.chars().map(|sign| SIGNS.find(sign)).collect();
        let values = values.ok_or_else(|| wrong("only digits and A-Y without I, O, S, V"))?;
        let Some((check, body)) = values.split_last().filter(|_| values.len() == 18) else {
            return Err(wrong("needs 18 signs"));
        };
        // Weights are the powers of 3 modulo 31.
        let (sum, _) = body.iter().fold((0, 1), |(sum, weight), value| {
            (sum + value * weight, weight * 3 % 31)
        });
        if (31 - sum % 31) % 31 != *check {
            return Err(wrong("the last sign does not fit the others"));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own description.
    const EXAMPLE: &str = "91350100M000100Y43";

    #[test]
    fn the_check_sign_finds_every_single_wrong_sign() {
        assert!(EXAMPLE.parse::<DepartmentCode>().is_ok());
        for at in 0..18 {
            for sign in SIGNS.chars() {
                let mut signs: Vec<char> = EXAMPLE.chars().collect();
                signs[at] = sign;
                let text: String = signs.into_iter().collect();
                assert_eq!(
                    text.parse::<DepartmentCode>().is_ok(),
                    text == EXAMPLE,
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in [
            "",
            "91350100M000100Y4",
            "91350100m000100Y43",
            "91350100O000100Y43",
            "九",
        ] {
            assert!(text.parse::<DepartmentCode>().is_err(), "{text}");
        }
    }
}
