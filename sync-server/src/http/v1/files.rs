//! Photos and voice notes: a tus 1.0 server (creation, checksum, expiration) whose uploads are named by the hash
//! of the whole file, and downloads by the same name.
//!
//! ```text
//! POST  /files/         creates, or finds what this device created before
//! HEAD  /files/{hash}   where the upload stands; a stored photo stands at its end
//! PATCH /files/{hash}   the next piece, at most 64 KiB
//! GET   /files/{hash}   a stored photo, with ranges
//! ```
//! Devices and servers sign their requests; people at desks and in units show their sign-in token and
//! may send the photos of cases that their organisation has; what only a visit names they neither send
//! nor see.
//!
//! A photo counts as stored when the hash of all bytes was verified, the picture was checked and
//! the ledger has noted it; only then does the last answer say so.

use std::io::{self, Read as _};
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use linli_model::case::VOICE_TYPE;
use linli_model::{BlobHash, KeyId, Timestamp};
use linli_sync::blob::{
    CHECKSUM_MISMATCH, FILES_PATH, PATCH_BYTES, PATCH_TYPE, TUS_CHECKSUM, TUS_EXTENSIONS,
    TUS_VERSION, UploadMetadata, checksum_matches, header as tus,
};
use linli_sync::voice;
use time::OffsetDateTime;

use super::cases::malformed;
use crate::clock;
use crate::door::{Acting, BlobState};
use crate::http::error::ApiError;
use crate::http::file_body;
use crate::http::signed::{self, Signed};
use crate::http::state::Shared;
use crate::photos::{NotKept, PutError, allowed};
use crate::staff;
use crate::uploads::{Progress, UploadError, UploadId};

/// `/files/`: what this server speaks, and creation.
pub(in crate::http) async fn collection(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response, ApiError> {
    match *request.method() {
        Method::OPTIONS => Ok(options(&shared)),
        Method::POST => create(&shared, request).await,
        _ => Err(super::health::wrong_method().await),
    }
}

/// `/files/{hash}`: one photo.
pub(in crate::http) async fn file(
    State(shared): State<Arc<Shared>>,
    Path(hash): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let hash: BlobHash = hash.parse().map_err(|_| not_found())?;
    match *request.method() {
        Method::OPTIONS => Ok(options(&shared)),
        Method::HEAD => head(&shared, hash, request).await,
        Method::PATCH => patch(&shared, hash, request).await,
        Method::GET => get(&shared, hash, request).await,
        _ => Err(super::health::wrong_method().await),
    }
}

fn options(shared: &Shared) -> Response {
    let mut response = tus_answer(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    set(
        headers,
        tus::TUS_VERSION,
        HeaderValue::from_static(TUS_VERSION),
    );
    set(
        headers,
        tus::TUS_EXTENSION,
        HeaderValue::from_static(TUS_EXTENSIONS),
    );
    set(
        headers,
        tus::TUS_MAX_SIZE,
        HeaderValue::from(shared.config.limits.photo),
    );
    set(
        headers,
        tus::TUS_CHECKSUM_ALGORITHM,
        HeaderValue::from_static(TUS_CHECKSUM),
    );
    response
}

async fn create(shared: &Arc<Shared>, request: Request) -> Result<Response, ApiError> {
    check_version(request.headers())?;
    let (request, by) = sender(shared, request, 0).await?;
    let length = number(&request.headers, tus::UPLOAD_LENGTH)?;
    let metadata = text(&request.headers, tus::UPLOAD_METADATA)?;
    let metadata =
        UploadMetadata::from_header(metadata).map_err(|error| malformed(error.to_string()))?;
    let (peer, hash) = (request.peer, metadata.blob);
    let id = UploadId { peer, hash };
    let progress = match state_of(shared, peer, by, hash).await? {
        BlobState::Unknown => return Err(unnamed()),
        BlobState::Stored => stored(shared, hash).await?,
        BlobState::Wanted => {
            let made = blocking(shared, move |shared| {
                shared.uploads.create(request.now, id, length)
            });
            settle(shared, id, made.await??).await?
        }
    };
    let mut response = tus_answer(StatusCode::CREATED);
    progress_headers(response.headers_mut(), &progress);
    let place = HeaderValue::from_str(&format!("{FILES_PATH}{hash}"));
    let place = place.map_err(|_| ApiError::internal("odd hash"))?;
    response.headers_mut().insert(header::LOCATION, place);
    Ok(Signed::sign_off(peer, response))
}

async fn head(
    shared: &Arc<Shared>,
    hash: BlobHash,
    request: Request,
) -> Result<Response, ApiError> {
    check_version(request.headers())?;
    let (request, by) = sender(shared, request, 0).await?;
    let peer = request.peer;
    let id = UploadId { peer, hash };
    let progress = match state_of(shared, peer, by, hash).await? {
        BlobState::Stored => stored(shared, hash).await?,
        BlobState::Unknown | BlobState::Wanted => {
            let found = shared.uploads.progress_of(&id)?;
            settle(shared, id, found).await?
        }
    };
    let mut response = tus_answer(StatusCode::OK);
    progress_headers(response.headers_mut(), &progress);
    let length = HeaderValue::from(progress.length);
    set(response.headers_mut(), tus::UPLOAD_LENGTH, length);
    Ok(Signed::sign_off(peer, response))
}

async fn patch(
    shared: &Arc<Shared>,
    hash: BlobHash,
    request: Request,
) -> Result<Response, ApiError> {
    check_version(request.headers())?;
    if request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|t| t != PATCH_TYPE)
    {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "CONTENT_TYPE",
            format!("a piece has the type {PATCH_TYPE}"),
        ));
    }
    let most = usize::try_from(PATCH_BYTES).unwrap_or(usize::MAX);
    let (request, _) = sender(shared, request, most).await?;
    let offset = number(&request.headers, tus::UPLOAD_OFFSET)?;
    if let Some(wanted) = request.headers.get(tus::UPLOAD_CHECKSUM) {
        let wanted = wanted
            .to_str()
            .map_err(|_| malformed("odd checksum".into()))?;
        let fits = checksum_matches(wanted, &request.body)
            .map_err(|error| malformed(error.to_string()))?;
        if !fits {
            return Err(checksum_mismatch());
        }
    }
    let (peer, now) = (request.peer, request.now);
    let id = UploadId { peer, hash };
    let body = request.body.clone();
    let grown = blocking(shared, move |shared| {
        shared.uploads.append(now, &id, offset, &body)
    });
    let progress = settle(shared, id, grown.await??).await?;
    let mut response = tus_answer(StatusCode::NO_CONTENT);
    progress_headers(response.headers_mut(), &progress);
    Ok(Signed::sign_off(peer, response))
}

async fn get(shared: &Arc<Shared>, hash: BlobHash, request: Request) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let is_visible = if headers.contains_key(header::AUTHORIZATION) {
        let token = staff::token_of(&headers)?;
        let asked = shared.writer.read(move |calls| {
            let by = staff::acting(calls, clock::now(), &token)?;
            calls.blob_visible(&by, &hash)
        });
        asked.await?
    } else {
        let peer = signed::verify(shared, request, 0).await?.peer;
        let asked = shared
            .writer
            .read(move |calls| calls.blob_readable(&peer, &hash));
        asked.await?
    };
    if !is_visible {
        return Err(not_found());
    }
    let opened = blocking(shared, move |shared| {
        let (mut file, size) = shared.photos.open_photo(&hash)?;
        let mut first = [0u8; 16];
        let read = file.read(&mut first)?;
        let mime = mime_of(first.get(..read).unwrap_or_default());
        Ok::<_, io::Error>((file, size, mime))
    });
    let (file, size, mime) = match opened.await? {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(not_found()),
        Err(_) => return Err(ApiError::internal("the photo cannot be read")),
    };
    let tag = hash.to_string();
    let mut response = file_body::answer(&shared.metrics, file, size, &tag, mime, &headers).await?;
    let sandbox = HeaderValue::from_static("default-src 'none'; sandbox");
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, sandbox);
    Ok(response)
}

/// When every byte is here: checks, stores, notes in the ledger, forgets the upload. Safe to run
/// again after a crash at any point.
async fn settle(
    shared: &Arc<Shared>,
    id: UploadId,
    progress: Progress,
) -> Result<Progress, ApiError> {
    if !progress.is_whole() {
        return Ok(progress);
    }
    let permit = shared.decoders.acquire().await;
    let kept = blocking(shared, move |shared| {
        let path = shared.uploads.part_path(&id);
        shared.photos.keep(&path, &id.hash, allowed(&shared.config))
    });
    let kept = kept.await?;
    drop(permit);
    if let Err(refused) = kept {
        // Another request of the same sender settled it first: the staged file goes last.
        if refused.is_gone()
            && let Ok(progress) = stored(shared, id.hash).await
        {
            return Ok(progress);
        }
        if refused.is_final() {
            shared.uploads.remove(&id);
        }
        return Err(refused.into());
    }
    let now = clock::now();
    let noted = shared
        .writer
        .call(move |calls| calls.blob_stored(now, &id.hash, progress.length));
    noted.await?;
    blocking(shared, move |shared| shared.uploads.remove(&id)).await?;
    shared.metrics.photos.add(1);
    Ok(progress)
}

impl From<NotKept> for ApiError {
    fn from(error: NotKept) -> Self {
        match error {
            NotKept::Photo(error) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                error.code(),
                format!(
                    "{error}; the upload was dropped, the case itself is safe; take it again and add it to the case"
                ),
            ),
            NotKept::Put(PutError::OtherBytes(_)) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "HASH_MISMATCH",
                "the bytes are not those that the hash names; the upload was dropped; send the \
                 photo again from its beginning",
            ),
            NotKept::Put(PutError::Io(error)) | NotKept::Read(error) => {
                if crate::files::is_full(&error) {
                    return Self::disk_full();
                }
                tracing::error!(%error, "a photo cannot be stored");
                Self::internal("the photo cannot be stored; its pieces are kept")
            }
        }
    }
}

impl From<UploadError> for ApiError {
    fn from(error: UploadError) -> Self {
        let detail = error.to_string();
        match error {
            UploadError::Length(_) => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", detail),
            UploadError::Quota(_) => {
                let detail = format!("{detail}; the photo stays on the device; try again later");
                Self::new(StatusCode::TOO_MANY_REQUESTS, "QUOTA", detail).retry_after_ms(600_000)
            }
            UploadError::Unknown => Self::new(
                StatusCode::NOT_FOUND,
                "NOT_FOUND",
                "no such upload: it was finished, ran out or was never created; create it again",
            ),
            UploadError::OtherLength(_) | UploadError::Beyond => {
                Self::new(StatusCode::CONFLICT, "LENGTH", detail)
            }
            UploadError::Offset(next) => {
                let error = Self::new(StatusCode::CONFLICT, "OFFSET", detail);
                error.with_header(
                    HeaderName::from_static(tus::UPLOAD_OFFSET),
                    HeaderValue::from(next),
                )
            }
            UploadError::Busy => {
                Self::new(StatusCode::LOCKED, "BUSY", detail).retry_after_ms(1_000)
            }
            UploadError::DiskFull => Self::disk_full(),
            UploadError::Io(error) => {
                tracing::error!(%error, "staging failed");
                Self::internal("the piece cannot be stored; earlier pieces are kept")
            }
        }
    }
}

/// Who sends: a key by its signature, or a person by a sign-in token.
async fn sender(
    shared: &Shared,
    request: Request,
    most: usize,
) -> Result<(Signed, Option<Acting>), ApiError> {
    if request.headers().contains_key(header::AUTHORIZATION) {
        let (signed, by) = signed::by_person(shared, request, most).await?;
        return Ok((signed, Some(by)));
    }
    Ok((signed::verify(shared, request, most).await?, None))
}

async fn state_of(
    shared: &Arc<Shared>,
    peer: KeyId,
    by: Option<Acting>,
    hash: BlobHash,
) -> Result<BlobState, ApiError> {
    let Some(by) = by else {
        let asked = shared
            .writer
            .call(move |calls| calls.blob_state(&peer, &hash));
        return Ok(asked.await?);
    };
    let asked = shared
        .writer
        .read(move |calls| calls.blob_visible(&by, &hash));
    if !asked.await? {
        return Ok(BlobState::Unknown);
    }
    let is_here = blocking(shared, move |shared| {
        shared.photos.open_photo(&hash).is_ok()
    });
    Ok(if is_here.await? {
        BlobState::Stored
    } else {
        BlobState::Wanted
    })
}

/// A stored photo as an upload that is complete.
async fn stored(shared: &Arc<Shared>, hash: BlobHash) -> Result<Progress, ApiError> {
    let opened = blocking(shared, move |shared| shared.photos.open_photo(&hash)).await?;
    let (_, size) = opened.map_err(|_| ApiError::internal("the photo cannot be read"))?;
    Ok(Progress {
        offset: size,
        length: size,
        expires_at: Timestamp(i64::MAX),
    })
}

/// Runs file work away from the async threads.
async fn blocking<T: Send + 'static>(
    shared: &Arc<Shared>,
    work: impl FnOnce(&Shared) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let shared = Arc::clone(shared);
    tokio::task::spawn_blocking(move || work(&shared))
        .await
        .map_err(|_| ApiError::internal("file work was broken off"))
}

fn check_version(headers: &HeaderMap) -> Result<(), ApiError> {
    if headers
        .get(tus::TUS_RESUMABLE)
        .is_some_and(|version| version == TUS_VERSION)
    {
        return Ok(());
    }
    let error = ApiError::new(
        StatusCode::PRECONDITION_FAILED,
        "TUS_VERSION",
        format!("needs Tus-Resumable: {TUS_VERSION}"),
    );
    let (name, value) = (tus::TUS_VERSION, TUS_VERSION);
    Err(error.with_header(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    ))
}

fn progress_headers(headers: &mut HeaderMap, progress: &Progress) {
    set(
        headers,
        tus::UPLOAD_OFFSET,
        HeaderValue::from(progress.offset),
    );
    if let Some(date) = http_date(progress.expires_at).filter(|_| !progress.is_whole()) {
        set(headers, tus::UPLOAD_EXPIRES, date);
    }
}

/// A date as in RFC 9110 §5.6.7.
fn http_date(at: Timestamp) -> Option<HeaderValue> {
    let date = OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1_000)).ok()?;
    let (day, month) = (date.weekday().to_string(), date.month().to_string());
    let text = format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        day.get(..3)?,
        date.day(),
        month.get(..3)?,
        date.year(),
        date.hour(),
        date.minute(),
        date.second(),
    );
    HeaderValue::from_str(&text).ok()
}

fn tus_answer(status: StatusCode) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    set(
        headers,
        tus::TUS_RESUMABLE,
        HeaderValue::from_static(TUS_VERSION),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn set(headers: &mut HeaderMap, name: &'static str, value: HeaderValue) {
    headers.insert(HeaderName::from_static(name), value);
}

fn text<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, ApiError> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| malformed(format!("needs a header {name}")))
}

fn number(headers: &HeaderMap, name: &'static str) -> Result<u64, ApiError> {
    let text = text(headers, name)?;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| malformed(format!("{name} is not a number")))
}

fn mime_of(first: &[u8]) -> &'static str {
    if voice::is_ogg(first) {
        return VOICE_TYPE;
    }
    match image::guess_format(first).map(|format| format.to_mime_type()) {
        Ok(mime @ ("image/jpeg" | "image/png" | "image/webp")) => mime,
        Ok(_) | Err(_) => "application/octet-stream",
    }
}

fn checksum_mismatch() -> ApiError {
    let status = StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::CONFLICT);
    let detail = "the piece does not fit its checksum; nothing of it was kept; send it again";
    ApiError::new(status, "CHECKSUM", detail)
}

fn unnamed() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        "no change that this server has taken names this photo; sync first, then send it",
    )
}

fn not_found() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        "there is no such photo, or it is not yours to see",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_standard() {
        // The example of RFC 9110 §5.6.7.
        let date = http_date(Timestamp(784_111_777_000)).unwrap();
        assert_eq!(date, "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
