//! Answers and failures, as text or JSON.

use std::io::{self, Write as _};

use linli_device::DeviceError;
use linli_device::dto::code::Params;
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
    /// The server does not take the ticket.
    #[error("the server does not take this ticket: it was used before, or it ran out")]
    TicketSpent,
    /// Somebody else answered.
    #[error("the server that answered is not the one of the ticket")]
    WrongServer,
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
            Self::TicketSpent | Self::WrongServer => 5,
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
                | ErrorCode::CodeMissing
                | ErrorCode::CodeSeveral
                | ErrorCode::CodeForeign
                | ErrorCode::CodeTooLarge
                | ErrorCode::CodeUnreadable
                | ErrorCode::VoiceUnreadable
                | ErrorCode::VoiceTooShort
                | ErrorCode::VoiceTooLong
                | ErrorCode::StorageFull
                | ErrorCode::InputInvalid
                | ErrorCode::Carry
                | ErrorCode::Refused => 5,
                ErrorCode::NotFound => 6,
                ErrorCode::Internal => 1,
            },
        }
    }
}

impl Failure {
    /// The code that a screen would show.
    fn dto(&self) -> Option<ErrorDto> {
        if let Self::Device(error) = self {
            return Some(ErrorDto::from(error));
        }
        matches!(self, Self::TicketSpent).then(|| ErrorDto {
            code: ErrorCode::TicketSpent,
            params: Params::new(),
        })
    }

    /// What is safe, and what a person can do.
    fn advice(&self) -> (&'static str, &'static str) {
        match self {
            Self::Usage(_) => (UNCHANGED, "linli-fleet --help shows every command"),
            Self::NotBoundYet(_) => ("the ticket is kept on this device", "call enrol again"),
            Self::Later(_) | Self::Device(DeviceError::Transport(_)) => (
                "what was saved is on this device and is sent later",
                "sync again when the server can be reached",
            ),
            Self::TicketSpent => (
                "nothing was changed at the server, and this device holds no work yet",
                "ask the administrator for a new ticket, then: linli-fleet enrol <ticket>",
            ),
            Self::WrongServer => (
                "nothing was sent but the wish to enrol",
                "check the network; ask the administrator for a new ticket of the right server",
            ),
            Self::File(_) | Self::Named { .. } | Self::Json(_) => {
                (UNSAVED, "check the file's path and the free space")
            }
            Self::World(_) | Self::Town(_) => (UNCHANGED, "read the message above"),
            Self::Device(error) => device_advice(error),
        }
    }
}

const UNCHANGED: &str = "nothing was changed";
const UNSAVED: &str = "nothing of this command was saved; what was saved before is safe";

fn device_advice(error: &DeviceError) -> (&'static str, &'static str) {
    let help = "tell the administrator the message above";
    match ErrorDto::from(error).code {
        ErrorCode::TicketMalformed => (UNCHANGED, "copy the whole ticket, from LINLI1: to its end"),
        ErrorCode::TicketSpent => (UNCHANGED, "ask the administrator for a new ticket"),
        ErrorCode::AlreadyBound => (UNCHANGED, "use another --folder for another device"),
        ErrorCode::SecretWeak => (UNCHANGED, "choose a longer passphrase, not a simple one"),
        ErrorCode::SecretWrong | ErrorCode::Locked => (
            UNCHANGED,
            "give the right passphrase: --passphrase or LINLI_SECRET",
        ),
        ErrorCode::SecretBlocked => (
            "what was saved is on this device, encrypted",
            "wait, or ask the administrator",
        ),
        ErrorCode::Barred => (
            "what was not sent is on this device, encrypted",
            "ask the administrator",
        ),
        ErrorCode::PhotoUnreadable | ErrorCode::PhotoTooLarge => {
            (UNSAVED, "take the photo again, or report with --no-photo")
        }
        ErrorCode::CodeMissing
        | ErrorCode::CodeSeveral
        | ErrorCode::CodeForeign
        | ErrorCode::CodeTooLarge
        | ErrorCode::CodeUnreadable => (UNCHANGED, "take a picture of the one ticket, or type it"),
        ErrorCode::VoiceUnreadable | ErrorCode::VoiceTooShort | ErrorCode::VoiceTooLong => (
            UNSAVED,
            "give samples of 16 bit, 16 kHz, mono, half a second to 60 seconds",
        ),
        ErrorCode::StorageFull => (UNSAVED, "free space on this disk, then do it again"),
        ErrorCode::NotFound => (UNCHANGED, "linli-fleet cases lists what is here"),
        ErrorCode::InputInvalid if matches!(error, DeviceError::InputInvalid("category")) => {
            (UNSAVED, "linli-fleet categories lists what may be reported")
        }
        ErrorCode::InputInvalid => (UNSAVED, "correct the input and do it again"),
        ErrorCode::Carry => (
            "nothing was changed; what waits is on this device",
            "linli-fleet carry-out writes a new file; sync when there is a network",
        ),
        ErrorCode::Refused => (
            "what was saved is on this device",
            "linli-fleet cases and outbox show where everything stands",
        ),
        ErrorCode::Internal => ("what was saved before is on this device", help),
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
        let (safe, next) = failure.advice();
        let written = if self.is_json {
            let error = failure.dto();
            let value = serde_json::json!({
                "error": error, "detail": failure.to_string(), "safe": safe, "next": next,
            });
            writeln!(out, "{value}")
        } else {
            writeln!(
                out,
                "linli-fleet: {failure}\n  safe: {safe}\n  next: {next}"
            )
        };
        // Nobody listens any more: there is nowhere left to say it.
        drop(written);
    }
}
