//! Signed requests of devices and servers: the whole body in bounded memory, then the signature of
//! RFC 9421, the clock and the nonce.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use linli_model::{KeyId, OrgId, Timestamp};
use linli_trust::http_signature::{self, ContentDigest, SignedRequest};
use sha2::{Digest as _, Sha256};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::error::ApiError;
use super::log::{ClientAddress, Peer};
use super::nonces::Nonce;
use super::state::{Seen, Shared};
use crate::clock;
use crate::door::Acting;
use crate::staff;

/// How long a body may pause. A slow line moves on; a dead one is cut.
const PAUSE: Duration = Duration::from_secs(30);
/// How long a whole body may take: 8 MiB at 64 kbit/s.
const WHOLE: Duration = Duration::from_mins(18);
/// The header with the server's signed time, base64.
pub(super) const SERVER_TIME: &str = "linli-server-time";

/// A request whose signer is certain. The memory of its body is given back when this is dropped.
pub(super) struct Signed {
    /// Who signed.
    pub(super) peer: KeyId,
    /// The body.
    pub(super) body: Bytes,
    /// The headers.
    pub(super) headers: HeaderMap,
    /// When it was received.
    pub(super) now: Timestamp,
    _memory: OwnedSemaphorePermit,
}

impl Signed {
    /// Notes the signer on the answer, for the log.
    pub(super) fn sign_off(peer: KeyId, mut response: Response) -> Response {
        response.extensions_mut().insert(Peer(peer));
        response
    }
}

/// Reads a whole body of at most `most` bytes. Compressed bodies are refused: only our own bounded
/// inflation may touch what a device sends (docs/trust.md).
pub(super) async fn read_body(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<(Bytes, OwnedSemaphorePermit), ApiError> {
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "CONTENT_ENCODING",
            "bodies with a Content-Encoding are not taken; send the body as it is",
        ));
    }
    let stated = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if stated.is_some_and(|length| length > most) {
        return Err(too_large(most));
    }
    // Memory is taken as bytes arrive: whoever only promises a long body holds nothing.
    let mut memory = reserve(shared, 1)?;
    let mut whole = Vec::new();
    let mut body = body;
    let deadline = Instant::now() + WHOLE;
    loop {
        let pause = PAUSE.min(deadline.saturating_duration_since(Instant::now()));
        let frame = tokio::time::timeout(pause, body.frame()).await;
        let frame = frame.map_err(|_| {
            ApiError::new(
                StatusCode::REQUEST_TIMEOUT,
                "TIMEOUT",
                "the body took too long; nothing was changed, send it again",
            )
        })?;
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|_| {
            let detail = "the body was cut off; nothing was changed, send it again";
            ApiError::new(StatusCode::BAD_REQUEST, "CUT_OFF", detail)
        })?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let length = whole.len().saturating_add(data.len());
        if length > most {
            return Err(too_large(most));
        }
        let missing = length.div_ceil(1024).saturating_sub(memory.num_permits());
        if missing > 0 {
            memory.merge(reserve(shared, missing)?);
        }
        whole.extend_from_slice(&data);
    }
    shared.metrics.bytes_in.add(whole.len());
    Ok((whole.into(), memory))
}

/// Reads a request of a person at a desk or in a unit, who shows a sign-in token instead of a
/// signature. The token is looked at before the body is read.
///
/// `peer` names the person and the organisation, so that uploads of two people never mix; no key has
/// this id.
pub(super) async fn by_person(
    shared: &Shared,
    request: Request,
    most: usize,
) -> Result<(Signed, Acting), ApiError> {
    let (parts, body) = request.into_parts();
    let token = staff::token_of(&parts.headers)?;
    let now = clock::now();
    let by = shared
        .writer
        .read(move |calls| staff::acting(calls, now, &token))
        .await?;
    let (body, memory) = read_body(shared, &parts.headers, body, most).await?;
    let digest = Sha256::digest(format!("linli/person/1\n{}\n{}", by.org, by.staff));
    let mut id = [0u8; 16];
    id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    let signed = Signed {
        peer: KeyId(id),
        body,
        headers: parts.headers,
        now,
        _memory: memory,
    };
    Ok((signed, by))
}

/// Takes some KiB of the memory for bodies.
fn reserve(shared: &Shared, kib: usize) -> Result<OwnedSemaphorePermit, ApiError> {
    let kib = u32::try_from(kib).unwrap_or(u32::MAX);
    Arc::clone(&shared.inflight)
        .try_acquire_many_owned(kib)
        .map_err(|_| {
            ApiError::busy(
                "the server receives too much at once; nothing was changed",
                2_000,
            )
        })
}

/// Reads and verifies a signed request with a body of at most `most` bytes.
pub(super) async fn verify(
    shared: &Shared,
    request: Request,
    most: usize,
) -> Result<Signed, ApiError> {
    let address = address_of(&request);
    let (parts, body) = request.into_parts();
    let (body, memory) = read_body(shared, &parts.headers, body, most).await?;
    let now = clock::now();
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let described = http_signature::Request {
        method: parts.method.as_str(),
        target,
        content: ContentDigest::of(&body),
    };
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()));
    let signed = http_signature::read(&described, headers, &|org| shared.hosts(org));
    let signed = signed.map_err(|error| unsigned(&error))?;
    let signed = check_key(shared, &signed, now, address).await?;
    check_time(shared, now, signed, &parts.headers)?;
    if let Err(after_ms) = shared.day_bytes.take(now, signed.key(), body.len()) {
        let detail = "this device has sent its share for today; what is acknowledged is safe, the \
                      rest stays on the device until tomorrow";
        return Err(
            ApiError::new(StatusCode::TOO_MANY_REQUESTS, "QUOTA", detail).retry_after_ms(after_ms),
        );
    }
    Ok(Signed {
        peer: signed.key(),
        body,
        headers: parts.headers,
        now,
        _memory: memory,
    })
}

/// Finds the key and checks the signature with it. An address that names one unknown key after the
/// other is held off; keys that were seen before are not touched by that, since a whole station
/// may share one address.
async fn check_key(
    shared: &Shared,
    signed: &SignedRequest,
    now: Timestamp,
    address: IpAddr,
) -> Result<Verified, ApiError> {
    let key = match shared.seen_key(&signed.key()) {
        Seen::Known(key) => Some(key),
        Seen::Unknown => None,
        Seen::Never => {
            if let Some(after_ms) = shared.key_tries.blocked(now, address) {
                let detail = "too many unknown keys from this address; wait";
                return Err(ApiError::busy(detail, after_ms));
            }
            let found = shared.find_key(signed.key()).await?;
            if found.is_none() {
                shared.key_tries.failed(now, address);
            }
            found
        }
    };
    let key = key.ok_or_else(|| {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "NOT_ENROLLED",
            "this key is not enrolled here; what the device holds stays on it; enrol it again",
        )
    })?;
    signed.verify(&key).map_err(|error| unsigned(&error))?;
    Ok(Verified {
        key: signed.key(),
        created: signed.created(),
        nonce: signed.nonce(),
    })
}

/// What of a signature is certain after the check.
#[derive(Clone, Copy)]
struct Verified {
    key: KeyId,
    created: Timestamp,
    nonce: [u8; 16],
}

impl Verified {
    fn key(&self) -> KeyId {
        self.key
    }
}

/// The clock first, then the nonce: a request that is too old must not fill the memory.
fn check_time(
    shared: &Shared,
    now: Timestamp,
    signed: Verified,
    headers: &HeaderMap,
) -> Result<(), ApiError> {
    let skew = i64::try_from(shared.config.clock_skew.as_millis()).unwrap_or(i64::MAX);
    let refused = if signed.created.ms_since(now).saturating_abs() > skew {
        (
            "CLOCK_SKEW",
            "the request's time is too far from the server's; set the offset by the signed time \
             and send it once more",
        )
    } else {
        match shared.nonces.take(now, signed.key, signed.nonce) {
            Nonce::New => return Ok(()),
            Nonce::Full => {
                return Err(ApiError::busy(
                    "too many requests; nothing was changed",
                    30_000,
                ));
            }
            Nonce::Seen => (
                "REPLAYED",
                "this request was seen before; sign it anew and send it once more",
            ),
        }
    };
    let (code, detail) = refused;
    let error = ApiError::new(StatusCode::UNAUTHORIZED, code, detail);
    let asked: Option<OrgId> = headers
        .get(http_signature::AUDIENCE)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let time = shared.signed_time(now, asked.as_ref(), signed.nonce);
    let Some(time) = time.map(|time| BASE64.encode(time)) else {
        return Err(error);
    };
    let value = HeaderValue::from_str(&time).map_err(|_| ApiError::internal("odd time"))?;
    Err(error
        .with("server_time", time)
        .with("server_ms", now.0)
        .with_header(HeaderName::from_static(SERVER_TIME), value))
}

fn unsigned(error: &http_signature::HttpSignatureError) -> ApiError {
    tracing::debug!(%error, "signature refused");
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "REQUEST_SIGNATURE",
        "the request is not signed as this server asks, or was changed on the way",
    )
}

/// The address that a request came from; loopback when the listener did not say.
pub(super) fn address_of(request: &Request) -> IpAddr {
    let known = request.extensions().get::<ClientAddress>();
    known.map_or(IpAddr::from([127, 0, 0, 1]), |address| address.0)
}

fn too_large(most: usize) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "TOO_LARGE",
        format!("the body is longer than {most} bytes; send it in smaller parts"),
    )
}
