//! The wake stream: tells an online device to sync now.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use linli_model::{KeyId, Scope};
use linli_sync::wake::{CONTENT_TYPE, KEEP_ALIVE, Wake};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Interval, MissedTickBehavior};

use crate::clock;
use crate::door::Committed;
use crate::http::error::ApiError;
use crate::http::signed::{self, Signed};
use crate::http::state::Shared;
use crate::jobs::stopped;

/// `GET /sync/v1/wake`: an event for each feed of the device that grew.
///
/// The stream ends when the device is revoked, when the server stops, and when the device reads
/// so slowly that events were lost: it connects again and syncs.
pub(in crate::http) async fn wake(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response, ApiError> {
    let request = signed::verify(&shared, request, 0).await?;
    let (now, peer) = (request.now, request.peer);
    // Subscribed before the scopes are read, so that nothing falls between.
    let commits = shared.commits.subscribe();
    let scopes = shared
        .writer
        .read(move |calls| calls.peer_scopes(now, &peer))
        .await?;
    shared.metrics.wakes.add(1);
    let mut alive = tokio::time::interval(shared.config.keepalive);
    alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let line = Line {
        shared,
        peer,
        scopes,
        commits,
        alive,
    };
    let body = Body::from_stream(stream::unfold(line, |mut line| async move {
        let text = line.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(text)), line))
    }));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(Signed::sign_off(peer, response))
}

struct Line {
    shared: Arc<Shared>,
    peer: KeyId,
    scopes: BTreeSet<Scope>,
    commits: broadcast::Receiver<Arc<Committed>>,
    alive: Interval,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.shared.metrics.wakes.sub(1);
    }
}

impl Line {
    /// The next piece of text; none ends the stream.
    async fn next(&mut self) -> Option<String> {
        let mut stopping = self.shared.stopping.clone();
        loop {
            if self.scopes.is_empty() {
                return None;
            }
            tokio::select! {
                () = stopped(&mut stopping) => return None,
                // The first tick comes at once and tells the device that the line stands.
                _ = self.alive.tick() => return Some(KEEP_ALIVE.to_owned()),
                commit = self.commits.recv() => match commit {
                    Ok(commit) => {
                        let text = self.events(&commit).await?;
                        if !text.is_empty() {
                            return Some(text);
                        }
                    }
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return None,
                },
            }
        }
    }

    async fn events(&mut self, commit: &Committed) -> Option<String> {
        let mut text = String::new();
        if let Some(seq) = commit.control {
            // Certificates, revocations or grants may have changed what this device may hear.
            let (peer, now) = (self.peer, clock::now());
            let asked = self
                .shared
                .writer
                .read(move |calls| calls.peer_scopes(now, &peer));
            self.scopes = asked.await.ok()?;
            text.push_str(&Wake::Control { seq }.to_event());
        }
        for (scope, seq) in &commit.feeds {
            if self.scopes.contains(scope) {
                let (scope, seq) = (scope.clone(), *seq);
                text.push_str(&Wake::Feed { scope, seq }.to_event());
            }
        }
        Some(text)
    }
}
