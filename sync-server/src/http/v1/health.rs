//! For operators: alive, ready and why not, counters.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::clock;
use crate::door::{DoorError, DoorResult, EngineStatus};
use crate::http::error::ApiError;
use crate::http::state::Shared;

/// How long the engine may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(5);
/// Below this much free space the server is not ready: a commit might fail.
const LEAST_FREE: u64 = 64 * 1024 * 1024;

/// `GET /healthz`: the process answers.
pub(in crate::http) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: 200 when the server works normally, 503 with the reasons when it does not.
pub(in crate::http) async fn readyz(State(shared): State<Arc<Shared>>) -> Response {
    let mut reasons = Vec::new();
    match status(&shared).await {
        Ok(status) => reasons.extend(status.not_ready),
        Err(error) => reasons.push(format!("the engine does not answer: {error}")),
    }
    if *shared.stopping.borrow() {
        reasons.push("the server is stopping".into());
    }
    for folder in [&shared.config.data, &shared.config.photos] {
        if free_space(folder).is_some_and(|free| free < LEAST_FREE) {
            reasons.push(format!("less than 64 MiB are free in {}", folder.display()));
        }
    }
    let status = if reasons.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        Json(json!({ "ready": reasons.is_empty(), "reasons": reasons })),
    )
        .into_response()
}

/// `GET /metrics`: counters as Prometheus text.
pub(in crate::http) async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let status = status(&shared).await.ok();
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    let page = shared.metrics.page(status.as_ref());
    ([(header::CONTENT_TYPE, text)], page).into_response()
}

/// Every path that is not ours.
pub(in crate::http) async fn nothing_here() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "NO_SUCH_PATH",
        "there is nothing at this path",
    )
}

/// Every method that a path does not have.
pub(in crate::http) async fn wrong_method() -> ApiError {
    let detail = "this path does not know this method";
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD", detail)
}

async fn status(shared: &Shared) -> DoorResult<EngineStatus> {
    let now = clock::now();
    let asked = shared.writer.read(move |calls| calls.status(now));
    let busy = |_| DoorError::Later {
        code: "BUSY".into(),
        detail: "no answer within five seconds".into(),
        after_ms: 5_000,
    };
    tokio::time::timeout(PATIENCE, asked).await.map_err(busy)?
}

/// Bytes that this process may still write in a folder.
fn free_space(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    stat.f_bavail.checked_mul(stat.f_frsize)
}
