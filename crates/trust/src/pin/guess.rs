//! The guess counter: at most ten guesses, with delays after the fifth, then the keys are erased.
//!
//! Pure data. Keep **one counter for the whole device**, not one for each staff member, and follow
//! this order: [`GuessCounter::begin`]; store what it gives, durably; only then test the guess; then
//! store [`GuessCounter::right`] or [`GuessCounter::wrong`]. A kill anywhere in between costs a guess
//! and never gives one. Turning the clock forward can shorten a delay, turning it back starts the
//! delay again; neither gives an eleventh guess. Whoever can put back an old copy of the stored
//! counter gets its guesses back: only the hardware secret or a good passphrase stands against that.

use linli_model::Timestamp;
use minicbor::{Decode, Encode};

use crate::cbor;
use crate::error::TrustError;

/// Guesses after which the keys are erased.
pub const MAX_GUESSES: u8 = 10;

/// Guesses without delay.
const FREE_GUESSES: u8 = 5;

/// Guesses spent since the last right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct GuessCounter {
    #[n(0)]
    spent: u8,
    /// When the last guess was spent, by the device's clock.
    #[cbor(n(1), with = "cbor::number")]
    last_at: Timestamp,
}

/// What may happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuessStep {
    /// Store this counter durably, then test one guess.
    Test(GuessCounter),
    /// Store this counter; no guess may be tested for the next `wait_ms`.
    Wait {
        /// The counter to store.
        counter: GuessCounter,
        /// Milliseconds until the next guess.
        wait_ms: u64,
    },
    /// Erase every wrapped key of the device now. Unsent reports are safe in the mailbox.
    Erase,
}

impl Default for GuessCounter {
    fn default() -> Self {
        Self::new()
    }
}

impl GuessCounter {
    /// Nothing spent.
    pub fn new() -> Self {
        Self {
            spent: 0,
            last_at: Timestamp(0),
        }
    }

    /// Whether one more guess may be tested at this moment of the device's clock.
    pub fn begin(self, now: Timestamp) -> GuessStep {
        if self.spent >= MAX_GUESSES {
            return GuessStep::Erase;
        }
        let delay = delay_ms(self.spent);
        let passed = now.ms_since(self.last_at);
        if delay > 0 && passed < 0 {
            return GuessStep::Wait {
                counter: Self {
                    last_at: now,
                    ..self
                },
                wait_ms: delay,
            };
        }
        match delay.checked_sub(passed.unsigned_abs()) {
            Some(wait_ms) if wait_ms > 0 => GuessStep::Wait {
                counter: self,
                wait_ms,
            },
            Some(_) | None => GuessStep::Test(Self {
                spent: self.spent.saturating_add(1),
                last_at: now,
            }),
        }
    }

    /// The counter after the tested guess was right. Store it.
    #[must_use]
    pub fn right(self) -> Self {
        Self::new()
    }

    /// The counter after the tested guess was wrong. Store it; if [`GuessCounter::must_erase`], erase.
    #[must_use]
    pub fn wrong(self, now: Timestamp) -> Self {
        Self {
            last_at: now,
            ..self
        }
    }

    /// How many guesses are left.
    pub fn left(self) -> u8 {
        MAX_GUESSES.saturating_sub(self.spent)
    }

    /// Whether the keys must be erased: no guess is left.
    pub fn must_erase(self) -> bool {
        self.left() == 0
    }

    /// The bytes to store.
    pub fn encode(self) -> Result<Vec<u8>, TrustError> {
        cbor::encode("guess counter", &self)
    }

    /// Reads stored bytes. Treat an error like [`GuessStep::Erase`]: a missing or damaged counter must
    /// not give ten new guesses.
    pub fn decode(bytes: &[u8]) -> Result<Self, TrustError> {
        cbor::decode("guess counter", bytes, 32)
    }
}

/// How long to wait after so many spent guesses.
fn delay_ms(spent: u8) -> u64 {
    const STEPS: [u64; 5] = [30_000, 60_000, 300_000, 900_000, 3_600_000];
    spent
        .checked_sub(FREE_GUESSES)
        .and_then(|step| STEPS.get(usize::from(step)))
        .copied()
        .unwrap_or(0)
}
