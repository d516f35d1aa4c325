//! Reasons that travel in signed items.

use std::fmt;
use std::str::FromStr;

use crate::error::TrustError;

/// A short code such as `lost` or `consent_withdrawn`, translated where it is shown. It has no room
/// for names or free text, because tombstones and revocations are kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReasonCode(String);

impl ReasonCode {
    /// Checks and wraps 1 to 48 characters of `a-z`, `0-9` and `_`.
    pub fn new(text: impl Into<String>) -> Result<Self, TrustError> {
        let text = text.into();
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if text.is_empty() || text.len() > 48 || !text.bytes().all(allowed) {
            return Err(TrustError::malformed(
                "reason",
                "needs 1 to 48 of a-z, 0-9, _",
            ));
        }
        Ok(Self(text))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ReasonCode {
    type Err = TrustError;
    fn from_str(text: &str) -> Result<Self, TrustError> {
        Self::new(text)
    }
}
