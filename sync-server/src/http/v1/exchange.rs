//! Exchanges and heartbeats.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use linli_sync::limits;

use crate::http::error::ApiError;
use crate::http::signed::{self, Signed};
use crate::http::state::Shared;

/// The content type of both bodies of an exchange.
pub(in crate::http) const CBOR: &str = "application/cbor";
/// The header with the interval of heartbeats in seconds.
const HEARTBEAT_SECONDS: &str = "linli-heartbeat-seconds";

/// `POST /sync/v1/exchange`: push and pull in one round trip.
pub(in crate::http) async fn exchange(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response, ApiError> {
    let request = signed::verify(&shared, request, shared.config.limits.body).await?;
    let (now, peer) = (request.now, request.peer);
    let body = request.body.clone();
    let answer = shared
        .writer
        .call(move |calls| calls.exchange(now, &peer, &body))
        .await;
    Ok(Signed::sign_off(peer, bytes_answer(&shared, answer?)))
}

/// `POST /sync/v1/heartbeat`: what a device still holds. The answer's header says how often the
/// server wants to hear it.
pub(in crate::http) async fn heartbeat(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response, ApiError> {
    let request = signed::verify(&shared, request, limits::HEARTBEAT_BYTES).await?;
    let (now, peer) = (request.now, request.peer);
    let body = request.body.clone();
    let answer = shared
        .writer
        .call(move |calls| calls.heartbeat(now, &peer, &body))
        .await;
    let mut response = bytes_answer(&shared, answer?);
    let interval = HeaderValue::from(shared.config.heartbeat.as_secs());
    let name = HeaderName::from_static(HEARTBEAT_SECONDS);
    response.headers_mut().insert(name, interval);
    Ok(Signed::sign_off(peer, response))
}

/// A binary answer that nobody may keep.
pub(in crate::http) fn bytes_answer(shared: &Shared, bytes: Vec<u8>) -> Response {
    shared.metrics.bytes_out.add(bytes.len());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(CBOR)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, bytes).into_response()
}
