//! Packs: snapshots for a first sync.

use std::fs::File;
use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use linli_model::Scope;
use serde::Deserialize;

use crate::files;
use crate::http::error::ApiError;
use crate::http::file_body;
use crate::http::signed::{self, Signed};
use crate::http::state::Shared;

/// The place in the feed that the pack covers.
const SEQ: HeaderName = HeaderName::from_static("linli-pack-seq");
/// The desk's signed checkpoint that names the pack, base64.
const CHECKPOINT: HeaderName = HeaderName::from_static("linli-checkpoint");

/// Which pack of the scope.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Which {
    /// SHA-256 of the pack whose download is continued; the newest when absent.
    hash: Option<String>,
}

/// `GET /sync/v1/pack/{family}/{code}`: a pack of the scope, with ranges, and in
/// a header the checkpoint that proves it.
pub(in crate::http) async fn pack(
    State(shared): State<Arc<Shared>>,
    Path((family, code)): Path<(String, String)>,
    Query(which): Query<Which>,
    request: Request,
) -> Result<Response, ApiError> {
    let request = signed::verify(&shared, request, 0).await?;
    let malformed = |detail: String| ApiError::new(StatusCode::BAD_REQUEST, "MALFORMED", detail);
    let scope: Scope = format!("{family}/{code}")
        .parse()
        .map_err(|error| malformed(format!("{error}")))?;
    let hash = match which.hash {
        None => None,
        Some(text) => {
            let hash = files::unhex::<32>(&text);
            Some(hash.ok_or_else(|| malformed("hash is not 64 hex characters".into()))?)
        }
    };
    let (now, peer) = (request.now, request.peer);
    let pack = shared
        .writer
        .call(move |calls| calls.pack(now, &peer, &scope, hash.as_ref()))
        .await?;
    let file = File::open(&pack.path).map_err(|error| {
        tracing::error!(%error, "a pack cannot be opened");
        ApiError::internal("the pack cannot be read")
    })?;
    let tag = files::hex(&pack.hash);
    let cbor = super::exchange::CBOR;
    let mut response = file_body::answer(
        &shared.metrics,
        file,
        pack.size,
        &tag,
        cbor,
        &request.headers,
    )
    .await?;
    let headers = response.headers_mut();
    headers.insert(SEQ, HeaderValue::from(pack.at_seq));
    let checkpoint = HeaderValue::from_str(&BASE64.encode(&pack.checkpoint))
        .map_err(|_| ApiError::internal("odd checkpoint"))?;
    headers.insert(CHECKPOINT, checkpoint);
    Ok(Signed::sign_off(peer, response))
}
