//! The key of one database file.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

/// A raw 256-bit key. It goes to SQLCipher as it is, so opening does not derive anything from a
/// password (docs/storage.md); whoever holds the PIN or the key file derives it once.
#[derive(Clone)]
pub struct DbKey(Zeroizing<[u8; 32]>);

impl DbKey {
    /// Wraps 32 random bytes.
    pub fn new(mut bytes: [u8; 32]) -> Self {
        let key = Self(Zeroizing::new(bytes));
        bytes.zeroize();
        key
    }

    /// The key as SQLCipher's raw key literal.
    pub(crate) fn literal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(67));
        text.push_str("x'");
        for byte in self.0.iter() {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
        text.push('\'');
        text
    }
}

impl fmt::Debug for DbKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DbKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_nothing_and_writes_hex() {
        let key = DbKey::new([0xa5; 32]);
        assert_eq!(format!("{key:?}"), "DbKey(***)");
        assert_eq!(key.literal().as_str(), format!("x'{}'", "a5".repeat(32)));
    }
}
