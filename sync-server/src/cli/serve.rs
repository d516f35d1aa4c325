//! `serve`: runs the server until it is told to stop.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{Context, Done, out};
use crate::config::{Config, LogFormat, TlsMode};
use crate::files;
use crate::ops::admin::Host;
use crate::ops::{DataFolder, OpsError, control, restore};
use crate::server::{self, Running};

pub(super) fn serve(context: &Context, ready_file: Option<&Path>) -> Done {
    let config = context.config()?;
    start_log(&config);
    let data = DataFolder::take(config, context.passphrase(), context.open_engine)?;
    let mut door = data.open()?;
    if data.config.tls == TlsMode::OwnCa {
        restore::keep_ca(&data.config, door.as_mut())?;
    }
    let runtime = Runtime::new().map_err(|error| OpsError::Refused(error.to_string()))?;
    runtime.block_on(async {
        let running = server::start(data.config.clone(), door)
            .await
            .map_err(|error| OpsError::Refused(error.to_string()))?;
        let host = Host {
            config: data.config.clone(),
            writer: running.writer.clone(),
            url: running.url.clone(),
            pin: running.pin,
            key: data.key.clone(),
            link: Some(running.link.clone()),
        };
        let socket = data.config.control();
        let listener = control::listen(&socket)?;
        let commands = tokio::spawn(control::serve(listener, Arc::new(host), running.stopping()));
        ready(context, &running, ready_file)?;
        let ended = until_stopped(running).await;
        let _ = std::fs::remove_file(&socket);
        // It watches the same signal; a command that still runs is cut with the process.
        commands.abort();
        ended
    })?;
    context.say(
        "服务器已停止，所有已确认的数据都已落盘。",
        "Stopped. Everything acknowledged is on the disk.",
    );
    Ok(())
}

/// Says where the server listens: a line for people and scripts, and the file when one was named.
fn ready(context: &Context, running: &Running, file: Option<&Path>) -> Result<(), OpsError> {
    let pin = running.pin.map(|pin| files::hex(&pin)).unwrap_or_default();
    out::line(&format!("ready {} {} {pin}", running.address, running.url));
    context.say(
        "服务器已就绪。停止：Ctrl-C 或 SIGTERM；状态：linli-server admin status",
        "The server is ready. Stop: Ctrl-C or SIGTERM; status: linli-server admin status",
    );
    if let Some(path) = file {
        let text = format!("{} {} {pin}\n", running.address, running.url);
        files::write_private(path, text.as_bytes()).map_err(|e| OpsError::file(path, e))?;
    }
    Ok(())
}

async fn until_stopped(mut running: Running) -> Result<(), OpsError> {
    let listen = |kind| signal(kind).map_err(|error| OpsError::Refused(error.to_string()));
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    tokio::select! {
        ended = running.wait() => return ended.map_err(OpsError::Refused),
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping: open requests are answered, new ones are not taken");
    running.ask_to_stop();
    tokio::select! {
        ended = running.wait() => ended.map_err(OpsError::Refused),
        // A second signal means now.
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

fn start_log(config: &Config) {
    let level = &config.log_level;
    let ours = [
        "linli_sync_server",
        "linli_exchange",
        "linli_store",
        "linli_records",
    ];
    let filter = ours.iter().fold("warn".to_owned(), |filter, name| {
        format!("{filter},{name}={level}")
    });
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_ansi(std::io::stderr().is_terminal())
        // A log on a full disk loses lines; complaining about that on the same disk would end the server.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    // A second start in one process keeps the first one's log.
    let _ = match config.log_format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}
