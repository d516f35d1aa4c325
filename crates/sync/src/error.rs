//! The one error type of the crate.

use crate::code::{Class, Code};

/// Why bytes of a peer were not taken, or a value cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// The stream ended before its end frame: keep what was applied and try again.
    #[error("the stream ended early")]
    Cut,
    /// A cap of [`limits`](crate::limits) was exceeded.
    #[error("{what} of {size} exceeds the cap of {cap}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How large it is, or the least that is known.
        size: u64,
        /// The cap.
        cap: u64,
    },
    /// The compressed stream is damaged.
    #[error("damaged stream: {0}")]
    Stream(String),
    /// A frame does not hold what its kind says.
    #[error("malformed {frame}: {reason}")]
    Malformed {
        /// The kind of frame.
        frame: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A frame or item that must be understood is not known to this build.
    #[error("unknown {what} {number}")]
    Unknown {
        /// What kind of thing it is.
        what: &'static str,
        /// Its number.
        number: u16,
    },
    /// Valid frames in an order that the protocol forbids.
    #[error("out of order: {0}")]
    Order(&'static str),
    /// The peer speaks a protocol that this build does not.
    #[error("the peer speaks protocol {theirs}, this build {oldest} to {newest}")]
    Protocol {
        /// What the peer named.
        theirs: u16,
        /// The oldest version that this build speaks.
        oldest: u16,
        /// The newest version that this build speaks.
        newest: u16,
    },
    /// The caller gave a value that cannot be sent.
    #[error("cannot send: {0}")]
    Caller(&'static str),
}

/// Everything that zstd reports is about its stream.
impl From<std::io::Error> for SyncError {
    fn from(error: std::io::Error) -> Self {
        Self::Stream(error.to_string())
    }
}

impl SyncError {
    /// The code that tells a peer about this error.
    pub fn code(&self) -> Code {
        match self {
            Self::Cut | Self::Stream(_) | Self::Malformed { .. } => Code::Malformed,
            Self::TooLarge { .. } => Code::TooLarge,
            Self::Unknown { .. } => Code::FrameUnknown,
            Self::Order(_) => Code::Order,
            Self::Protocol { theirs, oldest, .. } if theirs < oldest => Code::ProtocolOld,
            Self::Protocol { .. } => Code::ProtocolNew,
            Self::Caller(_) => Code::Internal,
        }
    }

    /// What kind of failure it is for the one who reads the stream.
    pub fn class(&self) -> Class {
        match self {
            Self::Cut | Self::Stream(_) => Class::Transient,
            Self::Unknown { .. } | Self::Protocol { .. } => Class::Permanent,
            Self::TooLarge { .. } | Self::Malformed { .. } | Self::Order(_) | Self::Caller(_) => {
                Class::Bug
            }
        }
    }

    pub(crate) fn malformed(frame: &'static str, reason: impl Into<String>) -> Self {
        Self::Malformed {
            frame,
            reason: reason.into(),
        }
    }

    pub(crate) fn too_large(what: &'static str, size: usize, cap: usize) -> Self {
        Self::TooLarge {
            what,
            size: size as u64,
            cap: cap as u64,
        }
    }
}
