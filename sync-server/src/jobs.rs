//! What runs by itself: timers of cases and of what is to be forgotten, expiry of uploads and backups,
//! renewal of the certificate, the link to the parent.

use std::sync::Arc;
use std::time::{Duration, Instant};

use linli_model::{BlobHash, Timestamp};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::clock;
use crate::http::Shared;
use crate::link;
use crate::ops::forgetting as ops;
use crate::tls::server::Identity;

/// Between two ticks while something due is left: requests go first.
const BETWEEN: Duration = Duration::from_millis(20);
/// How often staged uploads and the certificate are looked at.
const HOUSEKEEPING: Duration = Duration::from_mins(10);
/// A database up to this size is written anew at the next housekeeping after an erasure: about a
/// second. A larger one once a day.
const SMALL_DATABASE: u64 = 64 * 1024 * 1024;
const COMPACT_LARGE: Duration = Duration::from_hours(24);

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
        let mut span = shared.config.tick;
        match shared.writer.call(move |calls| calls.tick(now)).await {
            Ok(ticked) => {
                if ticked.events > 0 {
                    tracing::info!(events = ticked.events, "timers wrote events");
                }
                if ticked.more {
                    span = BETWEEN.min(span);
                }
            }
            Err(error) => tracing::warn!(%error, "timers did not run; they run again"),
        }
        if !pause(&mut stopping, span).await {
            return;
        }
    }
}

async fn housekeeping(shared: Arc<Shared>, identity: Option<Arc<Identity>>) {
    let mut stopping = shared.stopping.clone();
    let mut compacted = Instant::now();
    while pause(&mut stopping, HOUSEKEEPING).await {
        let now = clock::now();
        forgetting(&shared, now, &mut compacted).await;
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

/// What an erasure leaves for later: bytes of photos, backups past their term, gaps of pages.
async fn forgetting(shared: &Shared, now: Timestamp, compacted: &mut Instant) {
    let staged = |hash: &BlobHash| shared.uploads.remove_file(hash);
    match ops::remove_photos(&shared.writer, &shared.config, staged).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "photos that nothing shows any more were removed"),
        Err(error) => tracing::warn!(%error, "photos could not be removed; it is tried again"),
    }
    let config = shared.config.clone();
    match tokio::task::spawn_blocking(move || ops::backups(&config, now, true)).await {
        Ok(Ok(rows)) => {
            let count = rows.iter().filter(|row| row.is_deleted).count();
            if count > 0 {
                tracing::info!(count, "backups past their term were deleted");
            }
        }
        Ok(Err(error)) => tracing::warn!(%error, "old backups could not be deleted"),
        Err(error) => tracing::error!(%error, "the look at old backups broke off"),
    }
    let is_late = compacted.elapsed() >= COMPACT_LARGE;
    let done = shared
        .writer
        .with_door(move |door| match door.compact_due()? {
            Some(bytes) if bytes <= SMALL_DATABASE || is_late => door.compact(),
            Some(_) | None => Ok(false),
        })
        .await;
    match done {
        Ok(true) => {
            *compacted = Instant::now();
            tracing::info!("the database was written anew after erasures");
        }
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "the database could not be written anew"),
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
