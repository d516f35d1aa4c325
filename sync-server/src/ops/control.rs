//! The socket through which commands reach a running server: one line of JSON each way, readable
//! by the owner of the data folder only.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream as Client;
use std::path::{Path, PathBuf};
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
    let (_folder, short) = short(path).map_err(|e| OpsError::file(path, e))?;
    let listener = UnixListener::bind(&short).map_err(|e| OpsError::file(path, e))?;
    let owner_only = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, owner_only).map_err(|e| OpsError::file(path, e))?;
    Ok(listener)
}

/// Answers commands until the server stops. What a server that died left of files that somebody carried
/// here goes first: they are at their holder's too, and nobody takes them any more.
pub async fn serve(listener: UnixListener, host: Arc<Host>, mut stopping: watch::Receiver<bool>) {
    let left = host.config.carried();
    match std::fs::remove_dir_all(&left) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, "{} was not cleared", left.display());
        }
        Ok(()) | Err(_) => {}
    }
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

/// The address of a socket has room for some 100 bytes; a deep data folder is named through its
/// open handle instead, which has to live until the address was used.
fn short(path: &Path) -> io::Result<(Option<File>, PathBuf)> {
    const ROOM: usize = 100;
    if path.as_os_str().len() <= ROOM {
        return Ok((None, path.to_owned()));
    }
    let folder = File::open(path.parent().unwrap_or(Path::new("/")))?;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let place = format!("/proc/self/fd/{}", folder.as_raw_fd());
    Ok((Some(folder), Path::new(&place).join(name)))
}

/// Sends a command to the server that owns the data folder; nothing when none is running.
pub fn ask(path: &Path, command: &AdminCommand) -> Result<Option<AdminAnswer>, OpsError> {
    let connected = short(path).and_then(|(_folder, short)| Client::connect(short));
    let mut stream = match connected {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_deep_folder_has_a_socket_too() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("d".repeat(90)).join("e".repeat(90));
        crate::files::make_private_dir(&deep).unwrap();
        let path = deep.join("control.sock");
        assert!(
            ask(&path, &AdminCommand::Status).unwrap().is_none(),
            "nobody listens"
        );
        let listener = listen(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let asking = std::thread::spawn(move || ask(&path, &AdminCommand::Status));
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = String::new();
        let mut lines = tokio::io::BufReader::new(&mut stream);
        tokio::io::AsyncBufReadExt::read_line(&mut lines, &mut asked)
            .await
            .unwrap();
        assert!(asked.ends_with('\n'), "the question came whole");
        let answer = AdminAnswer::Synced { rounds: 3 };
        let text = serde_json::to_string(&answer).unwrap() + "\n";
        stream.write_all(text.as_bytes()).await.unwrap();
        drop(stream);
        let heard = asking.join().unwrap().unwrap().unwrap();
        assert!(matches!(heard, AdminAnswer::Synced { rounds: 3 }));
    }
}
