//! Why the engine did not do what was asked.

/// Who has to act, and whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Try the same again later.
    Transient,
    /// Trying again will not help; the request itself is wrong.
    Permanent,
    /// The caller may not do this.
    Refused,
    /// A fault of this server.
    Bug,
}

/// Why a call failed. The request's writes are undone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DoorError {
    /// The caller may not do this: revoked, wrong scope, role without the right, wrong code.
    #[error("{code}: {detail}")]
    Refused {
        /// A stable code such as `REVOKED`: the name of a `linli_sync` code where one fits.
        code: String,
        /// One line, without personal data.
        detail: String,
    },
    /// The request is malformed or breaks a limit.
    #[error("{code}: {detail}")]
    Invalid {
        /// A stable code such as `MALFORMED`.
        code: String,
        /// One line, without personal data.
        detail: String,
    },
    /// The request contradicts the state of things: the case moved on, the slot was used.
    #[error("{code}: {detail}")]
    Conflict {
        /// A stable code such as `OVERTAKEN`.
        code: String,
        /// One line, without personal data.
        detail: String,
    },
    /// There is no such thing, or the caller may not know of it.
    #[error("{what} not found")]
    NotFound {
        /// `case`, `photo`, `pack`, `slot`.
        what: &'static str,
    },
    /// Not now: recovery after a restore, a limit for this peer. Nothing was changed.
    #[error("{code}: {detail}")]
    Later {
        /// A stable code such as `RECOVERING` or `QUOTA`.
        code: String,
        /// One line.
        detail: String,
        /// When to try again, in milliseconds.
        after_ms: u32,
    },
    /// The disk is full. The group is rolled back.
    #[error("disk full")]
    DiskFull,
    /// The database or a file failed. The group is rolled back; an fsync is never retried.
    #[error("storage: {0}")]
    Storage(String),
    /// A state that cannot be: a fault of this server.
    #[error("bug: {0}")]
    Bug(String),
}

impl DoorError {
    /// The stable code for answers, metrics and logs.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused { code, .. }
            | Self::Invalid { code, .. }
            | Self::Conflict { code, .. }
            | Self::Later { code, .. } => code,
            Self::NotFound { .. } => "NOT_FOUND",
            Self::DiskFull => "STORAGE_FULL",
            Self::Storage(_) | Self::Bug(_) => "INTERNAL",
        }
    }

    /// Who has to act.
    pub fn class(&self) -> Class {
        match self {
            Self::Refused { .. } | Self::NotFound { .. } => Class::Refused,
            Self::Invalid { .. } | Self::Conflict { .. } => Class::Permanent,
            Self::Later { .. } | Self::DiskFull => Class::Transient,
            Self::Storage(_) | Self::Bug(_) => Class::Bug,
        }
    }

    /// Whether the whole group must be undone: the transaction itself is in doubt.
    pub fn spoils_group(&self) -> bool {
        matches!(self, Self::DiskFull | Self::Storage(_))
    }
}
