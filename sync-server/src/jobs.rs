//! What runs by itself: timers of cases, expiry of uploads, renewal of the certificate, the link to
//! the parent.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::clock;
use crate::http::Shared;
use crate::link;
use crate::tls::server::Identity;

/// How often staged uploads and the certificate are looked at.
const HOUSEKEEPING: Duration = Duration::from_mins(10);

/// Starts the jobs. Each ends when the server stops.
pub(crate) fn spawn(
    tasks: &mut JoinSet<()>,
    shared: &Arc<Shared>,
    identity: Option<Arc<Identity>>,
    asks: mpsc::Receiver<link::Ask>,
) {
    tasks.spawn(timers(Arc::clone(shared)));
    tasks.spawn(certificates(Arc::clone(shared)));
    tasks.spawn(housekeeping(Arc::clone(shared), identity));
    tasks.spawn(link::run(Arc::clone(shared), asks));
}

/// Waits until the server stops.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // The sender lives as long as the server; without it the server is gone too.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Waits; false when the server stops meanwhile.
pub(crate) async fn pause(stopping: &mut watch::Receiver<bool>, span: Duration) -> bool {
    tokio::select! {
        () = stopped(stopping) => false,
        () = tokio::time::sleep(span) => true,
    }
}

async fn timers(shared: Arc<Shared>) {
    let mut stopping = shared.stopping.clone();
    loop {
        let now = clock::now();
        match shared.writer.call(move |calls| calls.tick(now)).await {
            Ok(ticked) if ticked.events > 0 => {
                tracing::info!(events = ticked.events, "timers wrote events");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "timers did not run; they run again"),
        }
        if !pause(&mut stopping, shared.config.tick).await {
            return;
        }
    }
}

async fn housekeeping(shared: Arc<Shared>, identity: Option<Arc<Identity>>) {
    let mut stopping = shared.stopping.clone();
    while pause(&mut stopping, HOUSEKEEPING).await {
        let now = clock::now();
        shared.forget_unknown_keys();
        match shared.uploads.expire(now) {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "unfinished uploads ran out"),
            Err(error) => tracing::warn!(%error, "old uploads could not be removed"),
        }
        match identity.as_ref().map(|identity| identity.renew(now)) {
            Some(Ok(true)) => tracing::info!("the server certificate was renewed"),
            Some(Err(error)) => tracing::error!(%error, "the certificate could not be renewed"),
            Some(Ok(false)) | None => {}
        }
    }
}

/// Certificates arrive with the control log: keys that were unknown may be known now, and an
/// edition or a join may bring new desk keys.
async fn certificates(shared: Arc<Shared>) {
    let mut stopping = shared.stopping.clone();
    let mut commits = shared.commits.subscribe();
    loop {
        let grown = tokio::select! {
            () = stopped(&mut stopping) => return,
            commit = commits.recv() => match commit {
                Ok(commit) => commit.control.is_some(),
                Err(RecvError::Lagged(_)) => true,
                Err(RecvError::Closed) => return,
            },
        };
        if !grown {
            continue;
        }
        shared.forget_unknown_keys();
        if let Err(error) = shared.refresh_desk_keys().await {
            tracing::warn!(%error, "the desk keys could not be read again");
        }
    }
}
