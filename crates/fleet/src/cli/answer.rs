//! Answers and failures, as text or JSON.

use std::io::{self, Write as _};

use linli_device::DeviceError;
use linli_device::dto::error::{ErrorCode, ErrorDto};
use serde::Serialize;

use crate::town::TownError;
use crate::world::WorldError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The engine said no.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A file or standard output.
    #[error("{0}")]
    File(#[from] io::Error),
    /// A file, with its name.
    #[error("{path}: {error}")]
    Named {
        /// The file.
        path: String,
        /// What happened.
        error: io::Error,
    },
    /// The answer cannot be written as JSON.
    #[error("the answer cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// The sample data.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The demo's town.
    #[error(transparent)]
    Town(#[from] TownError),
    /// Wrong usage that clap cannot see.
    #[error("{0}")]
    Usage(String),
    /// A binding that did not come to its end in the time given.
    #[error("the binding is not finished: {0}")]
    NotBoundYet(&'static str),
    /// The server said: later. What was saved is safe and is sent then.
    #[error("the server asks for patience: {0}")]
    Later(String),
}

impl Failure {
    /// The exit code.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::NotBoundYet(_) | Self::Later(_) | Self::Device(DeviceError::Transport(_)) => 3,
            Self::File(_) | Self::Named { .. } | Self::Json(_) | Self::World(_) | Self::Town(_) => {
                1
            }
            Self::Device(error) => match ErrorDto::from(error).code {
                ErrorCode::Locked
                | ErrorCode::Barred
                | ErrorCode::SecretWrong
                | ErrorCode::SecretBlocked => 4,
                ErrorCode::TicketMalformed
                | ErrorCode::TicketSpent
                | ErrorCode::AlreadyBound
                | ErrorCode::SecretWeak
                | ErrorCode::PhotoUnreadable
                | ErrorCode::PhotoTooLarge
                | ErrorCode::StorageFull
                | ErrorCode::InputInvalid
                | ErrorCode::Refused => 5,
                ErrorCode::NotFound => 6,
                ErrorCode::Internal => 1,
            },
        }
    }
}

/// Where answers go.
pub(super) struct Output {
    is_json: bool,
    text: String,
}

impl Output {
    pub(super) fn new(is_json: bool) -> Self {
        Self {
            is_json,
            text: String::new(),
        }
    }

    /// The answer: one JSON value, or the lines of `text`.
    pub(super) fn answer(
        &mut self,
        value: &impl Serialize,
        text: impl FnOnce() -> Vec<String>,
    ) -> Result<(), Failure> {
        if self.is_json {
            self.text = serde_json::to_string_pretty(value)?;
            self.text.push('\n');
            return Ok(());
        }
        for line in text() {
            self.text.push_str(&line);
            self.text.push('\n');
        }
        Ok(())
    }

    /// Something to read while the command goes on; not with `--json`.
    pub(super) fn say(&self, line: &str) -> Result<(), Failure> {
        if !self.is_json {
            writeln!(io::stdout(), "{line}")?;
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        let text = std::mem::take(&mut self.text);
        let mut out = io::stdout();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Says why a command failed.
    pub(super) fn fail(&self, failure: &Failure) {
        let mut out = io::stderr();
        let written = match (self.is_json, failure) {
            (true, Failure::Device(error)) => {
                let dto = ErrorDto::from(error);
                let value = serde_json::json!({ "error": dto, "detail": failure.to_string() });
                writeln!(out, "{value}")
            }
            (true, _) => {
                let value = serde_json::json!({ "error": null, "detail": failure.to_string() });
                writeln!(out, "{value}")
            }
            (false, _) => writeln!(out, "linli-fleet: {failure}"),
        };
        // Nobody listens any more: there is nowhere left to say it.
        drop(written);
    }
}
