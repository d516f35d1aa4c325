//! Why a town or its story cannot go on.

use std::path::PathBuf;

/// What went wrong, in words for the person who started the town.
#[derive(Debug, thiserror::Error)]
pub enum TownError {
    /// A program is not there; it has to be built first.
    #[error("{0} is not there; build it with: cargo build --bins")]
    NoProgram(PathBuf),
    /// A file or folder cannot be used.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// No port can be opened on this machine.
    #[error("no port can be opened on 127.0.0.1: {0}")]
    Port(std::io::Error),
    /// A program ended or complained.
    #[error("{what} failed: {said}")]
    Program {
        /// Which program and command.
        what: String,
        /// What it said last.
        said: String,
    },
    /// A handheld could not reach its server; what it holds is kept.
    #[error("{what}: {said}")]
    Offline {
        /// Which handheld and command.
        what: String,
        /// What it said.
        said: String,
    },
    /// A handheld's process was killed.
    #[error("{0} was killed")]
    Killed(String),
    /// A program answered in a form that was not expected.
    #[error("{what} answered something unexpected: {said}")]
    Answer {
        /// Which program and command.
        what: String,
        /// What it said.
        said: String,
    },
    /// A server refused.
    #[error("{what}: {status} {code}: {detail}")]
    Refused {
        /// What was asked.
        what: String,
        /// The HTTP status.
        status: u16,
        /// Its code.
        code: String,
        /// Its detail.
        detail: String,
    },
    /// A line broke or a server is away.
    #[error(transparent)]
    Line(#[from] linli_device::net::TransportError),
    /// Something did not happen in time.
    #[error("{what} did not happen within {seconds} s; last seen: {seen}")]
    Late {
        /// What was waited for.
        what: String,
        /// For how long.
        seconds: u64,
        /// The last thing seen.
        seen: String,
    },
    /// A code is none.
    #[error(transparent)]
    Id(#[from] linli_model::IdError),
    /// The sample world is wrong.
    #[error(transparent)]
    World(#[from] crate::world::WorldError),
    /// A value cannot be written or read as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A picture cannot be made.
    #[error("a picture cannot be made: {0}")]
    Picture(String),
}

/// The result of everything in a town.
pub type TownResult<T> = Result<T, TownError>;

impl TownError {
    /// Whether the same again may work: a line was cut or a server was away.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Line(error) => !matches!(error, linli_device::net::TransportError::Caller(_)),
            Self::Refused { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::Offline { .. } | Self::Killed(_) => true,
            Self::NoProgram(_)
            | Self::File(..)
            | Self::Port(_)
            | Self::Program { .. }
            | Self::Answer { .. }
            | Self::Late { .. }
            | Self::Id(_)
            | Self::World(_)
            | Self::Json(_)
            | Self::Picture(_) => false,
        }
    }
}
