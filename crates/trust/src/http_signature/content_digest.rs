//! `Content-Digest` of RFC 9530, SHA-256 only, in one spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::{CONTENT_DIGEST, HttpSignatureError};

/// SHA-256 of a body as it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentDigest(pub [u8; 32]);

impl ContentDigest {
    /// The digest of a whole body; of `b""` when a request has none.
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// The value of the header.
    pub fn header_value(&self) -> String {
        format!("sha-256=:{}:", base64(&self.0))
    }

    /// Reads a header that has exactly our spelling.
    pub fn parse(value: &str) -> Result<Self, HttpSignatureError> {
        value
            .strip_prefix("sha-256=:")
            .and_then(|rest| rest.strip_suffix(':'))
            .and_then(from_base64)
            .map(Self)
            .ok_or(HttpSignatureError::NotOurForm(CONTENT_DIGEST))
    }
}

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Exactly `N` bytes in canonical base 64 with padding.
pub(super) fn from_base64<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes: [u8; N] = STANDARD.decode(text).ok()?.try_into().ok()?;
    (base64(&bytes) == text).then_some(bytes)
}
