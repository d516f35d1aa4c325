//! Staff tokens: the sign-in of desks and units until the console has its own.
//!
//! A token is 32 random bytes, shown once. The database holds its SHA-256 with the staff member,
//! the organisation and the end; the engine checks the grant in the current edition at every use.

use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use linli_model::{OrgId, StaffId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::door::{Acting, Calls, DoorError, DoorResult};
use crate::files;
use crate::http::error::ApiError;

/// What a token begins with, so that a leaked one is recognised.
const PREFIX: &str = "linli_staff_";
/// Where tokens stand among the shell's values.
const NOTES: &str = "staff-token/";

/// What is kept of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenNote {
    /// Who uses it.
    pub staff: StaffId,
    /// For which organisation.
    pub org: OrgId,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A token on its way from the header to the engine. Never printed.
pub struct Token(Zeroizing<String>);

/// Makes a token and keeps its hash.
pub fn make(
    calls: &mut dyn Calls,
    now: Timestamp,
    staff: StaffId,
    org: OrgId,
    days: u16,
) -> DoorResult<Zeroizing<String>> {
    let mut secret = Zeroizing::new([0u8; 32]);
    getrandom::fill(secret.as_mut()).map_err(|error| DoorError::Bug(error.to_string()))?;
    let token = Zeroizing::new(format!("{PREFIX}{}", BASE64.encode(secret.as_ref())));
    let note = TokenNote {
        staff,
        org,
        made_at: now,
        expires_at: now.plus_ms(i64::from(days) * 86_400_000),
    };
    let bytes = serde_json::to_vec(&note).map_err(|error| DoorError::Bug(error.to_string()))?;
    calls.set_note(&name_of(&token), Some(&bytes))?;
    Ok(token)
}

/// Takes the tokens of a staff member away; says how many.
pub fn withdraw(calls: &mut dyn Calls, staff: &StaffId) -> DoorResult<usize> {
    let mut gone = 0;
    for (name, bytes) in calls.notes(NOTES)? {
        let note: Option<TokenNote> = serde_json::from_slice(&bytes).ok();
        if note.is_none_or(|note| note.staff == *staff) {
            calls.set_note(&name, None)?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// The token of a request.
pub fn token_of(headers: &HeaderMap) -> Result<Token, ApiError> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .filter(|token| token.starts_with(PREFIX) && token.len() < 100)
        .map(|token| Token(Zeroizing::new(token.to_owned())))
        .ok_or_else(|| {
            ApiError::new(
                StatusCode::UNAUTHORIZED,
                "SIGN_IN",
                "needs a staff token: Authorization: Bearer linli_staff_...",
            )
        })
}

/// Who acts with a token.
pub fn acting(calls: &mut dyn Calls, now: Timestamp, token: &Token) -> DoorResult<Acting> {
    let unknown = || DoorError::Refused {
        code: "SIGN_IN".into(),
        detail: "this staff token is unknown, withdrawn or over; ask for a new one".into(),
    };
    let name = name_of(&token.0);
    let bytes = calls.note(&name)?.ok_or_else(unknown)?;
    let note: TokenNote = serde_json::from_slice(&bytes)
        .map_err(|error| DoorError::Bug(format!("staff token: {error}")))?;
    if note.expires_at <= now {
        return Err(unknown());
    }
    let session = name.strip_prefix(NOTES).and_then(|hash| hash.get(..16));
    Ok(Acting {
        staff: note.staff,
        org: note.org,
        session: session.unwrap_or_default().to_owned(),
    })
}

fn name_of(token: &str) -> String {
    format!("{NOTES}{}", files::hex(&Sha256::digest(token.as_bytes())))
}
