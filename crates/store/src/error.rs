//! What can go wrong in the ledger, named for what a caller can do about it.

use rusqlite::ErrorCode;

/// The answer of every function of this crate.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// What drives a retry: only this, never the text of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The same call may succeed later: wait, free space, try again.
    Transient,
    /// The same call fails for ever on this database: set it aside, restore or upgrade.
    Permanent,
    /// The caller asked for something that the rules of the ledger forbid.
    Refused,
    /// The ledger contradicts itself: log it and report it.
    Bug,
}

/// Why the ledger did not do what was asked. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The key opens another database, or the file is no database at all.
    #[error("the key does not open this database")]
    WrongKey,
    /// Another process or a long reader holds the file.
    #[error("the database is busy")]
    Busy,
    /// No room on the disk, or the page limit is reached.
    #[error("the disk is full")]
    Full,
    /// The file system failed under the database. Close it and open it again; never retry a flush.
    #[error("reading or writing the database failed: {0}")]
    Io(String),
    /// The file is damaged: set it aside and rebuild from what the peers hold.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// A newer program wrote this database.
    #[error("the database has schema {found}, this program knows {known}")]
    NewerSchema {
        /// The version in the file.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// The SQLite library is too old to be trusted with WAL (it must be 3.51.3 or newer).
    #[error("sqlite {0} is older than 3.51.3")]
    OldSqlite(String),
    /// Something that was named is not stored here.
    #[error("{what} {id} is not stored")]
    Unknown {
        /// The kind of thing.
        what: &'static str,
        /// Its id as text.
        id: String,
    },
    /// The rules of the ledger forbid it; the text says which.
    #[error("refused: {0}")]
    Refused(String),
    /// The ledger contradicts itself.
    #[error("bug: {0}")]
    Bug(String),
    /// SQLite refused a statement: a bug in the SQL.
    #[error("sql: {0}")]
    Sql(rusqlite::Error),
}

impl StoreError {
    /// What a caller can do about it.
    pub fn class(&self) -> Class {
        match self {
            Self::Busy | Self::Full => Class::Transient,
            Self::WrongKey
            | Self::Io(_)
            | Self::Damaged(_)
            | Self::NewerSchema { .. }
            | Self::OldSqlite(_) => Class::Permanent,
            Self::Unknown { .. } | Self::Refused(_) => Class::Refused,
            Self::Bug(_) | Self::Sql(_) => Class::Bug,
        }
    }

    pub(crate) fn unknown(what: &'static str, id: &impl ToString) -> Self {
        Self::Unknown {
            what,
            id: id.to_string(),
        }
    }

    pub(crate) fn bug(text: impl Into<String>) -> Self {
        Self::Bug(text.into())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error_code() else {
            return Self::Sql(error);
        };
        // A code this match does not know is a statement of ours that SQLite refused.
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the enum is SQLite's and open"
        )]
        match code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::NotADatabase => Self::WrongKey,
            ErrorCode::DatabaseCorrupt => Self::Damaged(error.to_string()),
            ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly => {
                Self::Io(error.to_string())
            }
            _ => Self::Sql(error),
        }
    }
}
