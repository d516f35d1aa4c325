//! Codes that people type: the one-time code and the check code.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{SlotId, SlotKey};
use crate::crockford;
use crate::secret::equal_in_constant_time;

/// Characters of a one-time code: 60 random bits.
const LENGTH: usize = 12;

/// Twelve characters in Crockford's base 32, shown as `K7M4-2QXX-9HD3`: the secret of a slot for a
/// device without a camera. Debug prints `***`; [`OneTimeCode::shown`] is for the administrator's screen.
#[derive(Clone)]
pub struct OneTimeCode(Zeroizing<String>);

impl OneTimeCode {
    /// A code of 60 of these 64 random bits.
    pub fn from_random(bytes: [u8; 8]) -> Self {
        let bytes = Zeroizing::new(bytes);
        Self(Zeroizing::new(crockford::encode(&*bytes, LENGTH)))
    }

    /// Reads what a person typed: either case, with or without dashes and spaces, O for 0, I or L
    /// for 1. Nothing if it is not twelve characters.
    pub fn parse(text: &str) -> Option<Self> {
        let mut code = Zeroizing::new(String::with_capacity(LENGTH));
        for character in text.chars().filter(|c| !matches!(c, ' ' | '-')) {
            if code.len() == LENGTH {
                return None;
            }
            code.push(crockford::digit(crockford::value(character)?));
        }
        (code.len() == LENGTH).then_some(Self(code))
    }

    /// The code in groups of four.
    pub fn shown(&self) -> Zeroizing<String> {
        Zeroizing::new(crockford::grouped(&self.0))
    }

    /// The slot that the code opens.
    pub fn slot(&self) -> SlotId {
        let mut hasher = Sha256::new();
        hasher.update(b"linli/slot-of-code/1\0");
        hasher.update(self.0.as_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let mut id = [0; 16];
        id.iter_mut()
            .zip(digest)
            .for_each(|(slot, byte)| *slot = byte);
        SlotId(id)
    }

    /// What proves knowledge of the code.
    pub fn slot_key(&self) -> SlotKey {
        SlotKey::derive(&self.slot(), self.0.as_bytes())
    }
}

impl PartialEq for OneTimeCode {
    fn eq(&self, other: &Self) -> bool {
        equal_in_constant_time(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for OneTimeCode {}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Six digits of a transcript. If someone stands between device and server, the two screens show
/// different digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CheckCode(u32);

impl CheckCode {
    /// The digits of a transcript's bytes.
    pub(super) fn of(transcript: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"linli/check-code/1\0");
        hasher.update(transcript);
        let digest: [u8; 32] = hasher.finalize().into();
        // 64 bits over a million codes: the bias is below 2^-44.
        let value = digest
            .iter()
            .take(8)
            .fold(0u64, |value, byte| value << 8 | u64::from(*byte));
        Self(u32::try_from(value % 1_000_000).unwrap_or(0))
    }

    /// Whether a person typed these digits; spaces and dashes do not count.
    pub fn is_typed_as(&self, text: &str) -> bool {
        let typed: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        equal_in_constant_time(typed.as_bytes(), self.to_string().as_bytes())
    }
}

impl fmt::Display for CheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl fmt::Debug for CheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
