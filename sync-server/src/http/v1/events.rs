//! Events of desks and units.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use linli_model::RecordId;
use serde::Deserialize;

use super::cases::malformed;
use crate::clock;
use crate::door::{Acting, Calls, Command, CommandOutcome, DoorResult};
use crate::http::error::ApiError;
use crate::http::signed::read_body;
use crate::http::state::Shared;
use crate::staff;

/// The longest event: its texts are bounded by the workflow.
const MOST: usize = 64 * 1024;
/// The header with the caller's own key of a post (as in the IETF draft of that name).
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The body of a post.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventBody {
    /// The case; absent when the event creates one.
    #[serde(default)]
    case: Option<RecordId>,
    /// The event of the case workflow.
    event: serde_json::Value,
}

/// `POST /api/v1/desk-events`: a desk decides.
pub(in crate::http) async fn desk(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<(StatusCode, Json<CommandOutcome>), ApiError> {
    post(&shared, request, |calls, by, command| {
        calls.desk_command(clock::now(), by, command)
    })
    .await
}

/// `POST /api/v1/unit-events`: a handling unit answers.
pub(in crate::http) async fn unit(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<(StatusCode, Json<CommandOutcome>), ApiError> {
    post(&shared, request, |calls, by, command| {
        calls.unit_command(clock::now(), by, command)
    })
    .await
}

/// 201 for something new, 200 when an earlier post with the same key is answered again.
async fn post(
    shared: &Shared,
    request: Request,
    act: fn(&mut dyn Calls, &Acting, &Command) -> DoorResult<CommandOutcome>,
) -> Result<(StatusCode, Json<CommandOutcome>), ApiError> {
    let (parts, body) = request.into_parts();
    let token = staff::token_of(&parts.headers)?;
    let idempotency_key = key_of(&parts.headers)?;
    let (body, _memory) = read_body(shared, &parts.headers, body, MOST).await?;
    let EventBody { case, event } =
        serde_json::from_slice(&body).map_err(|error| malformed(error.to_string()))?;
    let command = Command {
        case,
        idempotency_key,
        event,
    };
    let outcome = shared
        .writer
        .call(move |calls| {
            let by = staff::acting(calls, clock::now(), &token)?;
            act(calls, &by, &command)
        })
        .await?;
    let status = if outcome.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok((status, Json(outcome)))
}

fn key_of(headers: &HeaderMap) -> Result<String, ApiError> {
    let plain = |key: &&str| {
        (8..=64).contains(&key.len())
            && key
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    headers
        .get(IDEMPOTENCY_KEY)
        .and_then(|value| value.to_str().ok())
        .filter(plain)
        .map(str::to_owned)
        .ok_or_else(|| {
            malformed(
                "needs a header Idempotency-Key of 8 to 64 letters, digits, '-' or '_'; the same \
                 key answers a repeated post with its first outcome"
                    .into(),
            )
        })
}
