//! The one form of every error answer: `{status, code, detail}`.

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::door::DoorError;

/// An error answer. `detail` says what happened, what is safe and what to do; it holds no personal
/// data. The code is stable and in upper case; interfaces look their texts up by it.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The stable code.
    pub code: String,
    /// One or two sentences.
    pub detail: String,
    extra: Box<Extra>,
}

/// What only some answers have.
#[derive(Debug, Clone, Default)]
struct Extra {
    retry_after_s: Option<u32>,
    more: Map<String, Value>,
    headers: HeaderMap,
}

impl ApiError {
    /// An error answer.
    pub fn new(status: StatusCode, code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into().to_ascii_uppercase(),
            detail: detail.into(),
            extra: Box::default(),
        }
    }

    /// With a time after which trying again makes sense.
    #[must_use]
    pub fn retry_after_ms(mut self, ms: u32) -> Self {
        self.extra.retry_after_s = Some(ms.div_ceil(1_000).max(1));
        self
    }

    /// With a further field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.more.insert(name.to_owned(), value.into());
        self
    }

    /// With a further header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.extra.headers.insert(name, value);
        self
    }

    /// 429: too much at once; nothing was changed.
    pub fn busy(detail: &str, after_ms: u32) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "BUSY", detail).retry_after_ms(after_ms)
    }

    /// 507: no room; what is acknowledged is safe.
    pub fn disk_full() -> Self {
        Self::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "STORAGE_FULL",
            "the server's disk is full; everything acknowledged before is safe, this request was \
             not stored; keep it and try again later",
        )
        .retry_after_ms(60_000)
    }

    /// 500: a fault of this server.
    pub fn internal(detail: &str) -> Self {
        let detail =
            format!("{detail}; nothing of this request was stored; keep it and try again later");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", detail).retry_after_ms(30_000)
    }
}

impl From<DoorError> for ApiError {
    fn from(error: DoorError) -> Self {
        match error {
            DoorError::Refused { code, detail } => {
                let status = match code.to_ascii_uppercase().as_str() {
                    "SIGN_IN" | "REVOKED" | "NOT_ENROLLED" | "CERTIFICATE_EXPIRED" => {
                        StatusCode::UNAUTHORIZED
                    }
                    _ => StatusCode::FORBIDDEN,
                };
                Self::new(status, code, detail)
            }
            DoorError::Invalid { code, detail } => Self::new(StatusCode::BAD_REQUEST, code, detail),
            DoorError::Conflict { code, detail } => Self::new(StatusCode::CONFLICT, code, detail),
            DoorError::NotFound { what } => Self::new(
                StatusCode::NOT_FOUND,
                "NOT_FOUND",
                format!("there is no such {what}, or it is not yours to see"),
            ),
            DoorError::Later {
                code,
                detail,
                after_ms,
            } => {
                // Too many requests, or a server that is not ready: both say when to come again.
                let is_too_much = ["busy", "quota"]
                    .iter()
                    .any(|c| code.eq_ignore_ascii_case(c));
                let status = if is_too_much {
                    StatusCode::TOO_MANY_REQUESTS
                } else {
                    StatusCode::SERVICE_UNAVAILABLE
                };
                Self::new(status, code, detail).retry_after_ms(after_ms)
            }
            DoorError::DiskFull => Self::disk_full(),
            DoorError::Storage(detail) => {
                tracing::error!(detail, "storage failed");
                Self::internal("the server's storage failed")
            }
            DoorError::Bug(detail) => {
                tracing::error!(detail, "a state that cannot be");
                Self::internal("the server met a fault of its own")
            }
        }
    }
}

/// The code of an error answer, for the log and the counters.
#[derive(Debug, Clone)]
pub(super) struct ErrorCode(pub(super) String);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Extra {
            retry_after_s,
            more: mut body,
            headers,
        } = *self.extra;
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("code".into(), self.code.clone().into());
        body.insert("detail".into(), self.detail.into());
        let mut response = (self.status, headers, Json(Value::Object(body))).into_response();
        if let Some(seconds) = retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(ErrorCode(self.code));
        response
    }
}
