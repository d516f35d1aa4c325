//! The socket through which commands reach a running server: one line of JSON each way, readable
//! by the owner of the data folder only.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream as Client;
use std::path::Path;
use std::sync::Arc;

use tokio::io::{
    AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader as Buffered,
};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

use super::OpsError;
use super::admin::{self, AdminAnswer, AdminCommand, Host};
use crate::jobs::stopped;

/// The longest line: an edition of a district is some megabytes.
const LINE: u64 = 16 * 1024 * 1024;

/// Opens the socket. A socket that an earlier process left behind is replaced: the lock of the
/// data folder is ours.
pub fn listen(path: &Path) -> Result<UnixListener, OpsError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(OpsError::file(path, error));
        }
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(path).map_err(|e| OpsError::file(path, e))?;
    let owner_only = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, owner_only).map_err(|e| OpsError::file(path, e))?;
    Ok(listener)
}

/// Answers commands until the server stops.
pub async fn serve(listener: UnixListener, host: Arc<Host>, mut stopping: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = stopped(&mut stopping) => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let host = Arc::clone(&host);
                    tokio::spawn(async move {
                        if let Err(error) = answer(stream, &host).await {
                            tracing::warn!(%error, "a command was not answered");
                        }
                    });
                }
                Err(error) => tracing::warn!(%error, "the command socket failed"),
            },
        }
    }
}

async fn answer(stream: UnixStream, host: &Host) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    Buffered::new(read.take(LINE)).read_line(&mut line).await?;
    let answer = match serde_json::from_str::<AdminCommand>(&line) {
        Ok(command) => admin::run(host, command).await,
        Err(error) => AdminAnswer::Refused {
            code: "MALFORMED".into(),
            detail: error.to_string(),
        },
    };
    let mut text = serde_json::to_vec(&answer).map_err(io::Error::other)?;
    text.push(b'\n');
    write.write_all(&text).await
}

/// Sends a command to the server that owns the data folder; nothing when none is running.
pub fn ask(path: &Path, command: &AdminCommand) -> Result<Option<AdminAnswer>, OpsError> {
    let mut stream = match Client::connect(path) {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(OpsError::file(path, error)),
    };
    let broken = |error: io::Error| OpsError::file(path, error);
    let mut text =
        serde_json::to_vec(command).map_err(|error| OpsError::Refused(error.to_string()))?;
    text.push(b'\n');
    stream.write_all(&text).map_err(broken)?;
    let mut line = String::new();
    BufReader::new(stream.take(LINE))
        .read_line(&mut line)
        .map_err(broken)?;
    let answer = serde_json::from_str(&line)
        .map_err(|error| OpsError::Refused(format!("the server broke off: {error}")))?;
    Ok(Some(answer))
}
