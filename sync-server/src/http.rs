//! The one port: `/sync/v1/**` for devices and servers, `/files/` for photos, `/api/v1/**` for
//! desks and units, and the pages for operators.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};

pub mod error;
mod file_body;
mod limits;
mod log;
mod nonces;
mod signed;
pub mod state;
mod v1;

pub use limits::{DayBytes, Tries};
pub use log::ClientAddress;
pub use nonces::Nonces;
pub use state::Shared;

/// All routes.
pub fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/sync/v1/exchange", post(v1::exchange::exchange))
        .route("/sync/v1/heartbeat", post(v1::exchange::heartbeat))
        .route("/sync/v1/enrol", post(v1::enrol::enrol))
        .route("/sync/v1/erased", post(v1::erased::erased))
        .route("/sync/v1/wake", get(v1::wake::wake))
        .route("/sync/v1/pack/{family}/{code}", get(v1::pack::pack))
        .route("/files/", any(v1::files::collection))
        .route("/files/{hash}", any(v1::files::file))
        .route("/api/v1/cases", get(v1::cases::list))
        .route("/api/v1/cases/{id}", get(v1::cases::detail))
        .route("/api/v1/desk-events", post(v1::events::desk))
        .route("/api/v1/unit-events", post(v1::events::unit))
        .route("/healthz", get(v1::health::healthz))
        .route("/readyz", get(v1::health::readyz))
        .route("/metrics", get(v1::health::metrics))
        .fallback(v1::health::nothing_here)
        .method_not_allowed_fallback(v1::health::wrong_method)
        .layer(from_fn_with_state(Arc::clone(&shared), log::log))
        .with_state(shared)
}

#[cfg(test)]
mod tests;
