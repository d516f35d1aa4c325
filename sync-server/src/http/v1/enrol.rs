//! Enrolment of devices and child servers.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::exchange::bytes_answer;
use crate::clock;
use crate::door::DoorError;
use crate::http::error::ApiError;
use crate::http::signed::{address_of, read_body};
use crate::http::state::Shared;

/// An enrolment message holds a key, a few codes and proofs.
const MOST: usize = 16 * 1024;

/// `POST /sync/v1/enrol`: one step, from a key that nobody certified yet.
///
/// Every refusal looks the same from outside and is counted against the address (docs/trust.md).
pub(in crate::http) async fn enrol(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response, ApiError> {
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
        .call(move |calls| calls.enrol(now, &body))
        .await;
    match answer {
        Ok(bytes) => Ok(bytes_answer(&shared, bytes)),
        Err(
            error @ (DoorError::Refused { .. }
            | DoorError::Invalid { .. }
            | DoorError::Conflict { .. }
            | DoorError::NotFound { .. }),
        ) => {
            tracing::warn!(code = error.code(), "enrolment refused");
            shared.tries.failed(now, address);
            Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "ENROLMENT_REFUSED",
                "this enrolment is not possible; ask the administrator for a new ticket",
            ))
        }
        Err(
            error @ (DoorError::Later { .. }
            | DoorError::DiskFull
            | DoorError::Storage(_)
            | DoorError::Bug(_)),
        ) => Err(error.into()),
    }
}
