//! One line and one count for each request.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use linli_model::KeyId;

use super::error::ErrorCode;
use super::state::Shared;

/// Where a connection comes from; set by the listener.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// Who signed a request, once that is certain; set by the handler.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) KeyId);

/// Counts and logs. The path itself is not logged, only its pattern: it may name a record.
pub(super) async fn log(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("none", MatchedPath::as_str);
    let method = request.method().clone();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    shared.metrics.request(route, status);
    let code = response.extensions().get::<ErrorCode>();
    if let Some(code) = code {
        shared.metrics.refused(&code.0);
    }
    let peer = response
        .extensions()
        .get::<Peer>()
        .map(|peer| tracing::field::display(peer.0));
    let code = code.map_or("", |code| code.0.as_str());
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    if status >= 500 && status != 503 {
        tracing::error!(%method, route, status, code, peer, ms, "request failed");
    } else if status >= 400 && status != 404 {
        tracing::warn!(%method, route, status, code, peer, ms, "request refused");
    } else {
        tracing::debug!(%method, route, status, peer, ms, "request");
    }
    response
}
