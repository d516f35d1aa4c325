//! How a device keeps its data keys: wrapped under what a person knows and what the hardware holds.
//!
//! ```text
//! stretched = argon2id(PIN or passphrase, salt)                      [StaffLock]
//! KEK       = HKDF-SHA-256(stretched || hardware secret, device | staff | place | version)
//! wrapped   = XChaCha20-Poly1305(KEK, data key)                      [WrappedKey]
//! sub-keys  = HKDF-SHA-256(data key, "linli/sub/<purpose>/1")        [DataKey]
//! ```
//!
//! One data key for each grid's database and one for `device.db`; every staff member of a device has
//! an own lock and own wraps of the same keys, so changing a PIN writes some 100 bytes and erasing a
//! grid erases a wrap. The hardware secret comes from the key store (Android). Without one the
//! secret must be a passphrase. The [`guess`] counter limits tries on the device; only the
//! hardware secret or a good passphrase limits them on a copy of its files.

pub mod guess;

mod policy;
mod stretch;
mod wrap;

pub use guess::{GuessCounter, GuessStep};
pub use policy::{UnlockRefusal, UnlockSecret};
pub use stretch::{StaffLock, StretchParams, Stretched};
pub use wrap::{DataKey, KeyPlace, KeyPurpose, WrapContext, WrappedKey};

/// Why a key stays locked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Wrong PIN or passphrase, other device, other hardware, or a damaged wrap: they look the same.
    #[error("the secret does not open this key")]
    DoesNotOpen,
    /// The lock was made with a hardware secret, and none was given: ask the key store, or enrol anew.
    #[error("the hardware secret is missing")]
    NoHardwareSecret,
    /// The stored parameters are outside the allowed range: the file was tampered with.
    #[error("argon2id parameters are out of range")]
    BadParameters,
    /// Not enough memory to stretch the secret: free some and try again.
    #[error("not enough memory to check the secret")]
    OutOfMemory,
    /// The stored bytes are not a lock or a wrap.
    #[error(transparent)]
    Damaged(#[from] crate::error::TrustError),
}

#[cfg(test)]
mod tests;
