//! Error codes on the wire, what they mean for the receiver and when trying again makes sense.

use std::fmt;

/// What kind of failure it is. Only this drives retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Goes away by itself: try again later.
    Transient,
    /// Stays until a program is updated.
    Permanent,
    /// A rule says no; a person decides what happens next.
    Refused,
    /// One of the two programs is wrong: keep the evidence and report it.
    Bug,
}

/// What the receiver of a code does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retry {
    /// After a delay by [`backoff`](crate::backoff), or after the delay that the peer named.
    Later,
    /// At once, with the clock corrected by the peer's time.
    AfterClock,
    /// After a person has acted: updated the program, enrolled again, freed space.
    AfterPerson,
    /// Never with the same bytes.
    Never,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal, $class:ident, $retry:ident;)*) => {
        /// Why a request, a batch or a change was not taken.
        ///
        /// Below 100: about the whole request. From 100: about a batch or a change, carried in an
        /// acknowledgement. A number of a later version survives as [`Code::Other`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)*
            /// A code that this build does not know.
            Other(u16),
        }

        impl Code {
            /// Every code that this build knows.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The number on the wire. Never changes.
            pub fn number(self) -> u16 {
                match self {
                    $(Self::$name => $number,)*
                    Self::Other(number) => number,
                }
            }

            /// The code with this number.
            pub fn from_number(number: u16) -> Self {
                match number {
                    $($number => Self::$name,)*
                    other => Self::Other(other),
                }
            }

            /// The name in logs, interfaces and translations.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                    Self::Other(_) => "OTHER",
                }
            }

            /// What kind of failure it is. An unknown code is treated as refused: nothing is lost
            /// and nothing is repeated blindly.
            pub fn class(self) -> Class {
                match self {
                    $(Self::$name => Class::$class,)*
                    Self::Other(_) => Class::Refused,
                }
            }

            /// What the receiver does next.
            pub fn retry(self) -> Retry {
                match self {
                    $(Self::$name => Retry::$retry,)*
                    Self::Other(_) => Retry::AfterPerson,
                }
            }
        }
    };
}

codes! {
    /// The sender's protocol is older than the oldest that the receiver still speaks.
    ProtocolOld = 1, "PROTOCOL_OLD", Permanent, AfterPerson;
    /// The sender's protocol is newer than the receiver's.
    ProtocolNew = 2, "PROTOCOL_NEW", Permanent, AfterPerson;
    /// A frame kind or an item that must be understood is unknown.
    FrameUnknown = 3, "FRAME_UNKNOWN", Permanent, AfterPerson;
    /// Bytes that are not what the protocol says.
    Malformed = 4, "MALFORMED", Bug, Never;
    /// A cap of the protocol was exceeded.
    TooLarge = 5, "TOO_LARGE", Bug, Never;
    /// Frames in the wrong order.
    Order = 6, "ORDER", Bug, Never;
    /// Too many requests at once.
    Busy = 10, "BUSY", Transient, Later;
    /// The server starts, is being restored or re-exchanges with its neighbours.
    Recovering = 11, "RECOVERING", Transient, Later;
    /// The server has no room left.
    StorageFull = 12, "STORAGE_FULL", Transient, Later;
    /// The server failed while working on the request; nothing of what is not acknowledged was kept.
    Internal = 13, "INTERNAL", Transient, Later;
    /// The key is not enrolled here.
    NotEnrolled = 20, "NOT_ENROLLED", Refused, AfterPerson;
    /// The key was revoked.
    Revoked = 21, "REVOKED", Refused, AfterPerson;
    /// The request's time is too far from the server's.
    ClockSkew = 22, "CLOCK_SKEW", Refused, AfterClock;
    /// The certificate's time is over.
    CertificateExpired = 23, "CERTIFICATE_EXPIRED", Refused, AfterPerson;
    /// The key may not read or write a scope that it named.
    ScopeForbidden = 24, "SCOPE_FORBIDDEN", Refused, AfterPerson;
    /// The request's own signature is wrong.
    RequestSignature = 25, "REQUEST_SIGNATURE", Refused, Never;
    /// The request was seen before.
    Replayed = 26, "REPLAYED", Refused, AfterClock;
    /// The named generation is not the server's; nothing was read.
    GenerationUnknown = 27, "GENERATION_UNKNOWN", Refused, AfterPerson;
    /// The batch's signature is wrong.
    BatchSignature = 100, "BATCH_SIGNATURE", Refused, Never;
    /// The batch's signer is unknown to the receiver.
    SignerUnknown = 101, "SIGNER_UNKNOWN", Refused, AfterPerson;
    /// The batch's signer was revoked before the batch arrived.
    SignerRevoked = 102, "SIGNER_REVOKED", Refused, AfterPerson;
    /// The batch does not follow the last one of its chain, or two batches claim one place.
    ChainBroken = 103, "CHAIN_BROKEN", Refused, Never;
    /// The batch's scope, organisation, staff or role is not what the certificate and the edition say.
    HeaderForbidden = 104, "HEADER_FORBIDDEN", Refused, AfterPerson;
    /// The batch names an edition that the receiver does not have.
    EditionUnknown = 105, "EDITION_UNKNOWN", Transient, Later;
    /// A change exceeds a cap on its size or operations.
    ChangeTooLarge = 110, "CHANGE_TOO_LARGE", Refused, Never;
    /// A change is not in canonical form, or not the one that its hash names.
    ChangeMalformed = 111, "CHANGE_MALFORMED", Refused, Never;
    /// A change does not fit the history that it names.
    ChangeStructure = 112, "CHANGE_STRUCTURE", Refused, Never;
    /// A change writes a field, type or entry that its kind of record does not have.
    ChangeSchema = 113, "CHANGE_SCHEMA", Refused, Never;
    /// The author could never do what the change does.
    ChangeForbidden = 114, "CHANGE_FORBIDDEN", Refused, AfterPerson;
    /// The record with the change could not be loaded again.
    ChangeUnloadable = 115, "CHANGE_UNLOADABLE", Refused, Never;
    /// The change depends on one that was refused.
    DependsOnRefused = 116, "DEPENDS_ON_REFUSED", Refused, Never;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if let Self::Other(number) = self {
            write!(f, "_{number}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn numbers_and_names_are_unique_and_read_back() {
        let numbers: BTreeSet<_> = Code::ALL.iter().map(|code| code.number()).collect();
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(numbers.len(), Code::ALL.len());
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert_eq!(Code::from_number(code.number()), *code);
        }
        assert_eq!(Code::from_number(9_999), Code::Other(9_999));
        assert_eq!(Code::Other(9_999).to_string(), "OTHER_9999");
    }

    #[test]
    fn only_transient_codes_are_retried_without_a_person() {
        for code in Code::ALL {
            assert_eq!(
                code.class() == Class::Transient,
                code.retry() == Retry::Later,
                "{code}"
            );
        }
    }
}
