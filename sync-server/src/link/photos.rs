//! Photos over the link: up to the parent by tus, down from it by GET. After the data, one by one,
//! and never in the way of it.

use std::sync::Arc;

use linli_model::BlobHash;
use linli_sync::blob::{
    FILES_PATH, PATCH_TYPE, TUS_VERSION, UploadMetadata, checksum_header, header as tus, next_piece,
};
use reqwest::{Method, Response};

use super::{Call, LinkError, read_whole};
use crate::clock;
use crate::door::LinkOutcome;
use crate::http::Shared;
use crate::photos::check::{Allowed, check};
use crate::{files, photos};

/// Photos of one round in each direction: the next round of data must not wait long.
const PER_ROUND: usize = 8;

/// Moves some photos both ways. One photo that fails does not hold the others up; a line that
/// breaks ends the round.
pub(super) async fn exchange(
    shared: &Arc<Shared>,
    call: &Call<'_>,
    offset_ms: &mut i64,
    outcome: &LinkOutcome,
) -> Result<(), LinkError> {
    for wanted in outcome.wanted_by_parent.iter().take(PER_ROUND) {
        step(&wanted.blob, upload(shared, call, offset_ms, wanted).await)?;
    }
    for hash in outcome.wanted_here.iter().take(PER_ROUND) {
        step(hash, download(shared, call, offset_ms, hash).await)?;
    }
    Ok(())
}

fn step(hash: &BlobHash, result: Result<(), LinkError>) -> Result<(), LinkError> {
    match result {
        Err(error @ LinkError::Refused { .. }) => {
            tracing::warn!(%hash, %error, "a photo was not moved; it is tried again later");
            Ok(())
        }
        other => other,
    }
}

async fn upload(
    shared: &Shared,
    call: &Call<'_>,
    offset_ms: &mut i64,
    wanted: &UploadMetadata,
) -> Result<(), LinkError> {
    // Not here (any more): the parent asks again, and another child may have it.
    let Ok(bytes) = tokio::fs::read(shared.photos.path(&wanted.blob)).await else {
        return Ok(());
    };
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let headers = [
        (tus::TUS_RESUMABLE, TUS_VERSION.to_owned()),
        (tus::UPLOAD_LENGTH, length.to_string()),
        (tus::UPLOAD_METADATA, wanted.to_header()),
    ];
    let made = call
        .send(offset_ms, Method::POST, FILES_PATH, &headers, Vec::new())
        .await?;
    let mut at = offset_of(&made)?;
    let target = format!("{FILES_PATH}{}", wanted.blob);
    while let Some(len) = next_piece(at, length) {
        let (start, len) = (usize::try_from(at), usize::try_from(len));
        let piece = match (start, len) {
            (Ok(start), Ok(len)) => bytes.get(start..start.saturating_add(len)),
            (Err(_), _) | (_, Err(_)) => None,
        };
        let piece = piece.unwrap_or_default();
        let headers = [
            (tus::TUS_RESUMABLE, TUS_VERSION.to_owned()),
            (tus::UPLOAD_OFFSET, at.to_string()),
            (tus::UPLOAD_CHECKSUM, checksum_header(piece)),
            ("content-type", PATCH_TYPE.to_owned()),
        ];
        let sent = call
            .send(offset_ms, Method::PATCH, &target, &headers, piece.to_vec())
            .await?;
        let next = offset_of(&sent)?;
        if next <= at {
            return Err(LinkError::Unreachable(
                "the parent's offset does not grow".into(),
            ));
        }
        at = next;
    }
    Ok(())
}

fn offset_of(answer: &Response) -> Result<u64, LinkError> {
    answer
        .headers()
        .get(tus::UPLOAD_OFFSET)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .ok_or_else(|| LinkError::Unreachable("the parent names no offset".into()))
}

async fn download(
    shared: &Arc<Shared>,
    call: &Call<'_>,
    offset_ms: &mut i64,
    hash: &BlobHash,
) -> Result<(), LinkError> {
    let target = format!("{FILES_PATH}{hash}");
    let answer = call
        .send(offset_ms, Method::GET, &target, &[], Vec::new())
        .await?;
    let bytes = read_whole(answer).await?;
    let (inner, hash) = (Arc::clone(shared), *hash);
    let kept = tokio::task::spawn_blocking(move || keep(&inner, &hash, &bytes)).await;
    let size = match kept {
        Ok(Ok(size)) => size,
        Ok(Err(problem)) => {
            tracing::warn!(%hash, problem, "a photo of the parent was not kept");
            return Ok(());
        }
        Err(_) => return Ok(()),
    };
    let now = clock::now();
    shared
        .writer
        .call(move |calls| calls.blob_stored(now, &hash, size))
        .await?;
    shared.metrics.photos.add(1);
    Ok(())
}

/// What comes from a parent is checked like what comes from a device.
fn keep(shared: &Shared, hash: &BlobHash, bytes: &[u8]) -> Result<u64, String> {
    let allowed = Allowed {
        bytes: shared.config.limits.photo,
        pixels: shared.config.limits.photo_pixels,
    };
    check(bytes, allowed).map_err(|error| error.to_string())?;
    let staged = shared.config.staging().join(format!("{hash}.from-parent"));
    let put = files::write_private(&staged, bytes)
        .map_err(photos::PutError::Io)
        .and_then(|()| shared.photos.put(&staged, hash));
    let _ = std::fs::remove_file(&staged);
    put.map_err(|error| error.to_string())
}
