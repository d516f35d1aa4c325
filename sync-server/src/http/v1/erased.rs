//! Proofs of erasure.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;

use crate::clock;
use crate::door::DoorError;
use crate::http::error::ApiError;
use crate::http::signed::{address_of, read_body};
use crate::http::state::Shared;

/// A proof names a device, an order and its grids.
const MOST: usize = 16 * 1024;

/// `POST /sync/v1/erased`: a handheld's signed proof that it has erased what it was told to erase.
///
/// The proof carries its own signature: the request cannot have one, since the key may be gone with the
/// rest. Refusals are counted against the address.
pub(in crate::http) async fn erased(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let address = address_of(&request);
    if let Some(after_ms) = shared.tries.blocked(clock::now(), address) {
        return Err(ApiError::busy(
            "too many tries from this address; wait",
            after_ms,
        ));
    }
    let (parts, body) = request.into_parts();
    let (body, _memory) = read_body(&shared, &parts.headers, body, MOST).await?;
    let now = clock::now();
    let answer = shared
        .writer
        .call(move |calls| calls.erased(now, &body))
        .await;
    answer.map_err(|error| {
        if matches!(error, DoorError::Refused { .. }) {
            tracing::warn!(code = error.code(), "a proof of erasure was refused");
            shared.tries.failed(now, address);
        }
        ApiError::from(error)
    })?;
    Ok(StatusCode::NO_CONTENT)
}
