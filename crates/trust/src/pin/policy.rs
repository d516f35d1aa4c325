//! Which PINs and passphrases may be chosen.

use std::collections::BTreeSet;
use std::fmt;

use zeroize::Zeroizing;

/// Fewest characters of a passphrase.
const MIN_PASSPHRASE: usize = 8;
/// Most characters of a passphrase.
const MAX_PASSPHRASE: usize = 128;
/// Digits of a PIN.
const PIN_DIGITS: usize = 6;

/// A PIN or passphrase as a person typed it. Erased when dropped, printed as `***`.
#[derive(Clone)]
pub struct UnlockSecret(Zeroizing<String>);

/// Why a PIN or passphrase may not be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnlockRefusal {
    /// Neither six digits nor at least eight characters.
    #[error("needs 8 characters or more")]
    TooShort,
    /// More than 128 characters.
    #[error("at most 128 characters")]
    TooLong,
    /// Only digits, on a device without a hardware key store.
    #[error("digits alone need a device with a hardware key store")]
    DigitsNeedHardware,
    /// A run such as 123456, or fewer than three different characters.
    #[error("too easy to guess")]
    TooSimple,
    /// A control character that a keyboard of another day may not produce.
    #[error("holds a control character")]
    Control,
}

impl UnlockSecret {
    /// A secret to be set. Six digits are a PIN and need a hardware key store; anything else is a
    /// passphrase of 8 to 128 characters, not of digits alone without such a store.
    pub fn choose(text: &str, has_hardware_store: bool) -> Result<Self, UnlockRefusal> {
        let secret = Self::entered(text);
        let characters: Zeroizing<Vec<char>> = Zeroizing::new(secret.0.chars().collect());
        if characters.iter().any(|character| character.is_control()) {
            return Err(UnlockRefusal::Control);
        }
        let only_digits = characters.iter().all(char::is_ascii_digit);
        let is_pin = only_digits && characters.len() == PIN_DIGITS;
        if !is_pin && characters.len() < MIN_PASSPHRASE {
            return Err(UnlockRefusal::TooShort);
        }
        if characters.len() > MAX_PASSPHRASE {
            return Err(UnlockRefusal::TooLong);
        }
        if only_digits && !has_hardware_store {
            return Err(UnlockRefusal::DigitsNeedHardware);
        }
        let different: BTreeSet<&char> = characters.iter().collect();
        if different.len() < 3 || is_run(&characters, 1) || is_run(&characters, -1) {
            return Err(UnlockRefusal::TooSimple);
        }
        Ok(secret)
    }

    /// A secret that is being tried. No rule applies.
    pub fn entered(text: &str) -> Self {
        let mut plain = Zeroizing::new(String::with_capacity(text.len()));
        plain.extend(text.chars().map(half_width));
        Self(plain)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for UnlockSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Chinese input methods type letters and digits in full width now and then: both count the same.
fn half_width(character: char) -> char {
    let code = u32::from(character);
    match code {
        0x3000 => ' ',
        0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(character),
        _ => character,
    }
}

fn is_run(characters: &[char], step: i64) -> bool {
    characters.windows(2).all(|pair| match pair {
        [a, b] => i64::from(u32::from(*a)) + step == i64::from(u32::from(*b)),
        _ => true,
    })
}
