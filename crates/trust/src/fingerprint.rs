//! Fingerprints: a key as people compare it.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::crockford;
use crate::key::PublicKey;

/// 80 bits of SHA-256 of a public key in Crockford's base 32, in groups of four, as
/// `7ZQ2-M0XK-93HD-C4TP`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of a key.
    pub fn of(key: &PublicKey) -> Self {
        let digest: [u8; 32] = Sha256::digest(key.0).into();
        Self(crockford::grouped(&crockford::encode(&digest, 16)))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_like_the_key_id_and_differs_between_keys() {
        let text = Fingerprint::of(&PublicKey([1; 32])).to_string();
        assert_eq!(text.len(), 19);
        assert_ne!(text, Fingerprint::of(&PublicKey([2; 32])).to_string());
        let first = PublicKey([1; 32]).id().0;
        assert!(text.starts_with(crockford::digit(first[0] >> 3)));
    }
}
