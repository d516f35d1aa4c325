//! Stable codes of errors and refusals, with the class that alone drives retry.

use serde::{Deserialize, Serialize};

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// Try the same again later.
    Transient,
    /// Trying again will not help until something else changes.
    Permanent,
    /// It was understood and not accepted; a person decides.
    Refused,
    /// A fault of the program; reported, never retried in a loop.
    Bug,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $class:ident,)*) => {
        /// A stable code. Texts in every language are looked up by [`Code::as_str`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as in JSON and on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What a caller can do.
            pub fn class(self) -> ErrorClass {
                match self {
                    $(Self::$variant => ErrorClass::$class,)*
                }
            }
        }
    };
}

codes! {
    /// No connection, or it broke.
    NoNetwork = "no_network" Transient,
    /// The other side is busy.
    Busy = "busy" Transient,
    /// A server that is recovering admits and authors nothing yet.
    Recovering = "recovering" Transient,
    /// A change it builds on has not come yet.
    MissingCause = "missing_cause" Transient,
    /// The edition it names has not come yet.
    UnknownEdition = "unknown_edition" Transient,
    /// The clock of the device is wrong; the signed time is in the answer.
    WrongClock = "wrong_clock" Transient,
    /// The device's storage is full.
    StorageFull = "storage_full" Permanent,
    /// The program is too old for the other side.
    TooOld = "too_old" Permanent,
    /// The record was erased for good.
    Gone = "gone" Permanent,
    /// The device or its key was locked.
    Revoked = "revoked" Permanent,
    /// The edition is not valid.
    BadEdition = "bad_edition" Permanent,
    /// Bigger than allowed.
    TooLarge = "too_large" Refused,
    /// The bytes are not what they should be.
    BadStructure = "bad_structure" Refused,
    /// A field, type or entry that this kind of record does not have.
    BadSchema = "bad_schema" Refused,
    /// The signature is wrong.
    BadSignature = "bad_signature" Refused,
    /// The chain of the author has a fork here: a clone or a restored copy.
    BadChain = "bad_chain" Refused,
    /// The scope is not the author's.
    WrongScope = "wrong_scope" Refused,
    /// The role has no right to this.
    NoRight = "no_right" Refused,
    /// The event would have no effect, with the reason beside it.
    NoEffect = "no_effect" Refused,
    /// A case event is not complete.
    Incomplete = "incomplete" Refused,
    /// Not found, or not visible to the one who asks.
    NotFound = "not_found" Refused,
    /// Somebody changed it meanwhile.
    Conflict = "conflict" Refused,
    /// The program did something that should be impossible.
    Internal = "internal" Bug,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_their_json() {
        for code in Code::ALL {
            assert_eq!(
                serde_json::to_string(code).unwrap(),
                format!("\"{}\"", code.as_str())
            );
        }
    }
}
