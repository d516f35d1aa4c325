//! What can go wrong on the handheld, named for what a person can do about it.

use std::io;

use linli_exchange::ExchangeError;
use linli_model::{IdError, Timestamp};
use linli_records::WriteError;
use linli_records::case::CaseError;
use linli_store::StoreError;
use linli_trust::TrustError;
use linli_trust::pin::PinError;

use crate::carry::CarryRefusal;
use crate::code_picture::{CODE_BYTES, CodeError};
use crate::dto::code::{ParamDto, Params};
use crate::dto::error::{ErrorCode, ErrorDto};
use crate::env::NoRandomness;
use crate::net::TransportError;
use crate::photo::{MAX_INPUT_BYTES, PhotoError};
use crate::voice::VoiceError;

/// The answer of the engine's functions.
pub type Result<T, E = DeviceError> = std::result::Result<T, E>;

/// Why a command did not do what was asked. What was saved before is safe.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The text is neither a ticket nor a one-time code with its server.
    #[error("not a ticket")]
    TicketMalformed,
    /// This device is bound already: nothing was changed.
    #[error("the device is bound already")]
    AlreadyBound,
    /// This device is not bound.
    #[error("the device is not bound")]
    NotBound,
    /// The chosen secret is too short or too simple.
    #[error("the secret is too weak")]
    SecretWeak {
        /// The fewest characters.
        length: u32,
    },
    /// The secret does not open this device.
    #[error("the secret is wrong, {left} tries left")]
    SecretWrong {
        /// Tries that are left.
        left: u32,
    },
    /// No try is possible now.
    #[error("too many wrong secrets")]
    SecretBlocked {
        /// When the next try is possible; nothing when an administrator must help.
        until: Option<Timestamp>,
    },
    /// The database is closed: somebody has to unlock.
    #[error("the device is locked")]
    Locked,
    /// An administrator locked this device; unsent work is kept.
    #[error("the device is barred")]
    Barred,
    /// The file is not taken as a photo.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// The picture gives no code.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// The samples do not become a voice note.
    #[error(transparent)]
    Voice(#[from] VoiceError),
    /// No room: for photos, or for anything at all.
    #[error("no room left")]
    StorageFull,
    /// What was asked about is not on this device.
    #[error("no such {0} here")]
    NotFound(&'static str),
    /// An input is missing or out of range.
    #[error("the input {0} is missing or wrong")]
    InputInvalid(&'static str),
    /// A carried file was not written or not taken; nothing was changed.
    #[error("{0}")]
    Carry(#[from] CarryRefusal),
    /// The rules do not allow it now.
    #[error("refused: {0}")]
    Refused(String),
    /// The lease is over: household data are hidden until the server was heard again.
    #[error("the lease is over")]
    LeaseOver,
    /// The file is damaged or of a newer program: it was set aside or left alone.
    #[error("stored data cannot be used: {0}")]
    Damaged(String),
    /// The ledger failed.
    #[error(transparent)]
    Store(StoreError),
    /// The exchange failed.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The network or the server.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A save that the record's schema does not allow.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A document that is not a case.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A signature or certificate.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A lock or wrap that cannot be used.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// A file.
    #[error("file: {0}")]
    File(io::Error),
    /// Stored JSON that is not of its form.
    #[error("stored value: {0}")]
    Json(#[from] serde_json::Error),
    /// An id that is not of its form.
    #[error(transparent)]
    Id(#[from] IdError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// The engine contradicts itself.
    #[error("bug: {0}")]
    Bug(&'static str),
}

impl From<StoreError> for DeviceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::StorageFull,
            StoreError::Damaged(what) => Self::Damaged(what),
            other @ (StoreError::WrongKey
            | StoreError::Busy
            | StoreError::Io(_)
            | StoreError::NewerSchema { .. }
            | StoreError::OldSqlite(_)
            | StoreError::Unknown { .. }
            | StoreError::Refused(_)
            | StoreError::Bug(_)
            | StoreError::Sql(_)) => Self::Store(other),
        }
    }
}

impl From<linli_store::rusqlite::Error> for DeviceError {
    fn from(error: linli_store::rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<io::Error> for DeviceError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::StorageFull {
            return Self::StorageFull;
        }
        Self::File(error)
    }
}

impl DeviceError {
    /// The number that a person tells the administrator when nothing else can be done.
    fn number(&self) -> u16 {
        match self {
            Self::NotBound => 2_001,
            Self::Damaged(_) => 2_101,
            Self::Store(error) => match error {
                StoreError::WrongKey => 2_111,
                StoreError::Busy => 2_112,
                StoreError::Full => 2_113,
                StoreError::Io(_) => 2_114,
                StoreError::Damaged(_) => 2_115,
                StoreError::NewerSchema { .. } => 2_116,
                StoreError::OldSqlite(_) => 2_117,
                StoreError::Unknown { .. } => 2_118,
                StoreError::Refused(_) => 2_119,
                StoreError::Bug(_) => 2_120,
                StoreError::Sql(_) => 2_121,
            },
            Self::Exchange(_) => 2_201,
            Self::Transport(_) => 2_202,
            Self::Write(_) => 2_301,
            Self::Case(_) => 2_302,
            Self::Trust(_) => 2_401,
            Self::Pin(_) => 2_402,
            Self::File(_) => 2_501,
            Self::Json(_) => 2_502,
            Self::Id(_) => 2_503,
            Self::Random(_) => 2_504,
            Self::Voice(_) => 2_505,
            Self::Bug(_)
            | Self::TicketMalformed
            | Self::AlreadyBound
            | Self::SecretWeak { .. }
            | Self::SecretWrong { .. }
            | Self::SecretBlocked { .. }
            | Self::Locked
            | Self::Barred
            | Self::Photo(_)
            | Self::Code(_)
            | Self::StorageFull
            | Self::Carry(_)
            | Self::NotFound(_)
            | Self::InputInvalid(_)
            | Self::Refused(_)
            | Self::LeaseOver => 2_900,
        }
    }

    fn internal(&self) -> ErrorDto {
        tracing::error!(error = %self, "a command failed");
        dto(
            ErrorCode::Internal,
            [("number", ParamDto::Text(format!("E-{}", self.number())))],
        )
    }
}

impl From<&DeviceError> for ErrorDto {
    fn from(error: &DeviceError) -> Self {
        match error {
            DeviceError::TicketMalformed => dto(ErrorCode::TicketMalformed, []),
            DeviceError::AlreadyBound => dto(ErrorCode::AlreadyBound, []),
            DeviceError::SecretWeak { length } => {
                dto(ErrorCode::SecretWeak, [("length", number(*length))])
            }
            DeviceError::SecretWrong { left } => {
                dto(ErrorCode::SecretWrong, [("left", number(*left))])
            }
            DeviceError::SecretBlocked { until } => dto(
                ErrorCode::SecretBlocked,
                until.map(|at| ("until_at", ParamDto::Number(at.0))),
            ),
            DeviceError::Locked => dto(ErrorCode::Locked, []),
            DeviceError::Barred => dto(ErrorCode::Barred, []),
            DeviceError::Photo(PhotoError::TooLarge { .. }) => {
                let megabytes = i64::try_from(MAX_INPUT_BYTES / 1_048_576).unwrap_or(i64::MAX);
                let megabytes = ParamDto::Number(megabytes);
                dto(ErrorCode::PhotoTooLarge, [("megabytes", megabytes)])
            }
            DeviceError::Photo(PhotoError::TooManyPixels { .. }) => {
                dto(ErrorCode::PhotoTooLarge, [])
            }
            DeviceError::Photo(
                PhotoError::Empty | PhotoError::NotAPicture | PhotoError::Damaged(_),
            ) => dto(ErrorCode::PhotoUnreadable, []),
            DeviceError::Code(error) => code_dto(error),
            DeviceError::Voice(VoiceError::Unreadable(_)) => dto(ErrorCode::VoiceUnreadable, []),
            DeviceError::Voice(VoiceError::TooShort(_)) => dto(ErrorCode::VoiceTooShort, []),
            DeviceError::Voice(VoiceError::TooLong) => {
                let seconds = number(linli_model::case::VOICE_MS / 1_000);
                dto(ErrorCode::VoiceTooLong, [("seconds", seconds)])
            }
            DeviceError::StorageFull => dto(ErrorCode::StorageFull, []),
            DeviceError::Carry(refusal) => {
                dto(ErrorCode::Carry, [(refusal.name(), ParamDto::Number(1))])
            }
            DeviceError::NotFound(_) => dto(ErrorCode::NotFound, []),
            DeviceError::InputInvalid(field) => {
                dto(ErrorCode::InputInvalid, [("field", text(field))])
            }
            DeviceError::Write(WriteError::WrongValue { name } | WriteError::Required { name }) => {
                dto(ErrorCode::InputInvalid, [("field", text(name))])
            }
            DeviceError::Write(WriteError::TooLarge { .. }) => {
                dto(ErrorCode::InputInvalid, [("field", text("note"))])
            }
            DeviceError::Refused(reason) => dto(ErrorCode::Refused, [("reason", text(reason))]),
            DeviceError::LeaseOver => dto(ErrorCode::Refused, [("reason", text("lease_over"))]),
            DeviceError::NotBound
            | DeviceError::Damaged(_)
            | DeviceError::Store(_)
            | DeviceError::Exchange(_)
            | DeviceError::Transport(_)
            | DeviceError::Write(
                WriteError::Undeclared { .. }
                | WriteError::Immutable { .. }
                | WriteError::WrongDocument(_)
                | WriteError::Engine(_),
            )
            | DeviceError::Case(_)
            | DeviceError::Trust(_)
            | DeviceError::Pin(_)
            | DeviceError::File(_)
            | DeviceError::Json(_)
            | DeviceError::Id(_)
            | DeviceError::Random(_)
            | DeviceError::Voice(VoiceError::Encoder(_))
            | DeviceError::Bug(_) => error.internal(),
        }
    }
}

impl From<DeviceError> for ErrorDto {
    fn from(error: DeviceError) -> Self {
        Self::from(&error)
    }
}

fn dto(code: ErrorCode, params: impl IntoIterator<Item = (&'static str, ParamDto)>) -> ErrorDto {
    let params: Params = params
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    ErrorDto { code, params }
}

fn code_dto(error: &CodeError) -> ErrorDto {
    match error {
        CodeError::TooLarge(_) => {
            let megabytes = i64::try_from(CODE_BYTES / 1_048_576).unwrap_or(i64::MAX);
            let megabytes = ParamDto::Number(megabytes);
            dto(ErrorCode::CodeTooLarge, [("megabytes", megabytes)])
        }
        CodeError::Picture(_) => dto(ErrorCode::CodeUnreadable, []),
        CodeError::Missing => dto(ErrorCode::CodeMissing, []),
        CodeError::Several(count) => {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            dto(ErrorCode::CodeSeveral, [("n", ParamDto::Number(count))])
        }
        CodeError::Foreign => dto(ErrorCode::CodeForeign, []),
    }
}

fn number(value: u32) -> ParamDto {
    ParamDto::Number(i64::from(value))
}

fn text(value: &str) -> ParamDto {
    ParamDto::Text(value.to_owned())
}
