//! The short code of a case, for the telephone: `K7M-42Q`.

use std::fmt;
use std::str::FromStr;

use crate::id::{IdError, RecordId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// 32 signs that are not mistaken for each other: no 0 O 1 I.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Six signs made from a record's id. A lookup hint, never a key: about 1 in 10⁹ pairs of cases
/// share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ShortCode([u8; 6]);

impl ShortCode {
    /// The code of a record.
    pub fn of(record: &RecordId) -> Self {
        let digest = Sha256::digest(record.as_bytes());
        let mut bits = digest
            .iter()
            .take(4)
            .fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        let mut code = [0u8; 6];
        for sign in code.iter_mut().rev() {
            *sign = sign_of(bits & 31);
            bits >>= 5;
        }
        Self(code)
    }
}

fn sign_of(value: u64) -> u8 {
    usize::try_from(value)
        .ok()
        .and_then(|index| ALPHABET.get(index))
        .copied()
        .unwrap_or(b'2')
}

impl fmt::Display for ShortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, sign) in self.0.iter().enumerate() {
            if index == 3 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*sign))?;
        }
        Ok(())
    }
}

impl FromStr for ShortCode {
    type Err = IdError;

    /// Reads a code as people say it: the hyphen and the case of letters do not matter.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = |reason| IdError {
            what: "ShortCode",
            text: text.chars().take(64).collect(),
            reason,
        };
        let signs: Vec<u8> = text
            .bytes()
            .filter(|sign| *sign != b'-' && *sign != b' ')
            .map(|sign| sign.to_ascii_uppercase())
            .collect();
        if !signs.iter().all(|sign| ALPHABET.contains(sign)) {
            return Err(wrong("only 2-9 and A-Z without I and O"));
        }
        <[u8; 6]>::try_from(signs)
            .map(Self)
            .map_err(|_| wrong("needs six signs"))
    }
}

impl TryFrom<String> for ShortCode {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<ShortCode> for String {
    fn from(code: ShortCode) -> String {
        code.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_look_like_codes_and_read_back() {
        let code = ShortCode::of(&RecordId([7; 16]));
        let text = code.to_string();
        assert_eq!(text.len(), 7);
        assert_eq!(text.as_bytes()[3], b'-');
        assert_eq!(text.parse::<ShortCode>().unwrap(), code);
        assert_eq!(
            text.to_lowercase()
                .replace('-', "")
                .parse::<ShortCode>()
                .unwrap(),
            code
        );
        assert_eq!(
            "k7m 42q".parse::<ShortCode>().unwrap().to_string(),
            "K7M-42Q"
        );
    }

    #[test]
    fn signs_that_are_mistaken_are_refused() {
        for wrong in [
            "", "K7M-42", "K7M-42QQ", "O7M-42Q", "K1M-42Q", "K0M-42Q", "KIM-42Q",
        ] {
            assert!(wrong.parse::<ShortCode>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn neighbours_get_different_codes() {
        let codes: std::collections::BTreeSet<_> = (0..200u8)
            .map(|last| ShortCode::of(&RecordId([last; 16])))
            .collect();
        assert_eq!(codes.len(), 200);
    }
}
