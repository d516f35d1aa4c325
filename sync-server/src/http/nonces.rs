//! Random numbers of requests that were seen: a request is taken once (docs/trust.md).

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use linli_model::{KeyId, Timestamp};

/// The most numbers kept in one span; beyond it new requests have to wait.
const MOST: usize = 500_000;

/// The numbers of the last span and the one before it. A number is kept at least as long as the
/// clock check would let its request through.
#[derive(Debug)]
pub struct Nonces {
    span_ms: i64,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    began: Timestamp,
    now: BTreeSet<(KeyId, [u8; 16])>,
    before: BTreeSet<(KeyId, [u8; 16])>,
}

/// Whether a number is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nonce {
    /// It is new.
    New,
    /// It was seen.
    Seen,
    /// Too many to remember right now.
    Full,
}

impl Nonces {
    /// Numbers for a clock check of plus or minus `skew_ms`.
    pub fn new(skew_ms: i64, now: Timestamp) -> Self {
        Self {
            span_ms: skew_ms.saturating_mul(2).max(1),
            seen: Mutex::new(Seen {
                began: now,
                now: BTreeSet::new(),
                before: BTreeSet::new(),
            }),
        }
    }

    /// Takes a number.
    pub fn take(&self, now: Timestamp, key: KeyId, nonce: [u8; 16]) -> Nonce {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now.ms_since(seen.began);
        if age < 0 || age >= self.span_ms {
            // A clock that was turned back must not keep numbers for ever, nor drop them early.
            seen.before = std::mem::take(&mut seen.now);
            seen.began = now;
        }
        let number = (key, nonce);
        if seen.now.contains(&number) || seen.before.contains(&number) {
            return Nonce::Seen;
        }
        if seen.now.len() >= MOST {
            return Nonce::Full;
        }
        seen.now.insert(number);
        Nonce::New
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_new_once_for_as_long_as_its_request_could_pass() {
        let start = Timestamp(1_000_000);
        let nonces = Nonces::new(300, start);
        let (key, nonce) = (KeyId([1; 16]), [9; 16]);
        assert_eq!(nonces.take(start, key, nonce), Nonce::New);
        for later in [0, 1, 299, 599, 600, 900, 1_199] {
            assert_eq!(
                nonces.take(start.plus_ms(later), key, nonce),
                Nonce::Seen,
                "{later}"
            );
        }
        assert_eq!(nonces.take(start, KeyId([2; 16]), nonce), Nonce::New);
    }

    #[test]
    fn a_number_taken_late_in_a_span_outlives_the_turn() {
        let start = Timestamp(0);
        let nonces = Nonces::new(300, start);
        let (key, nonce) = (KeyId([1; 16]), [9; 16]);
        assert_eq!(nonces.take(start.plus_ms(599), key, nonce), Nonce::New);
        assert_eq!(
            nonces.take(start.plus_ms(600 + 598), key, nonce),
            Nonce::Seen
        );
    }
}
