//! Files as response bodies: whole, or one range of them (RFC 9110 §14).

use std::fs::File;
use std::io::SeekFrom;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::error::ApiError;
use crate::metrics::Metrics;

/// Bytes read at once.
const PIECE: usize = 64 * 1024;

/// Answers with a file that never changes; `tag` names its content.
pub(super) async fn answer(
    metrics: &Metrics,
    file: File,
    size: u64,
    tag: &str,
    mime: &'static str,
    asked: &HeaderMap,
) -> Result<Response, ApiError> {
    let tag =
        HeaderValue::from_str(&format!("\"{tag}\"")).map_err(|_| ApiError::internal("odd tag"))?;
    let fits = asked
        .get(header::IF_RANGE)
        .is_none_or(|wanted| *wanted == tag);
    let range = asked.get(header::RANGE).filter(|_| fits);
    let (status, start, end) = match range.map(|value| parse(value, size)) {
        None | Some(Asked::Whole) => (StatusCode::OK, 0, size),
        Some(Asked::Part { start, end }) => (StatusCode::PARTIAL_CONTENT, start, end),
        Some(Asked::Outside) => {
            let value = HeaderValue::from_str(&format!("bytes */{size}"))
                .map_err(|_| ApiError::internal("odd range"))?;
            return Err(ApiError::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "RANGE",
                format!("the file has {size} bytes"),
            )
            .with_header(header::CONTENT_RANGE, value));
        }
    };
    let mut file = tokio::fs::File::from_std(file);
    file.seek(SeekFrom::Start(start))
        .await
        .map_err(|_| ApiError::internal("the file cannot be read"))?;
    let length = end.saturating_sub(start);
    metrics.bytes_out.add(usize::try_from(length).unwrap_or(0));
    let mut response = Response::new(Body::from_stream(pieces(file, length)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, tag);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=31536000, immutable"),
    );
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {start}-{}/{size}", end.saturating_sub(1));
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(header::CONTENT_RANGE, value);
        }
    }
    Ok(response)
}

fn pieces(
    file: tokio::fs::File,
    length: u64,
) -> impl futures_util::Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold((file, length), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let size = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let mut piece = vec![0u8; size];
        let read = file.read(&mut piece).await?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(read);
        let left = left.saturating_sub(u64::try_from(read).unwrap_or(left));
        Ok(Some((Bytes::from(piece), (file, left))))
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    Part { start: u64, end: u64 },
    Outside,
}

/// One range of bytes; several ranges and other units are answered with the whole file, as the
/// standard allows.
fn parse(value: &HeaderValue, size: u64) -> Asked {
    let Some((first, last)) = value
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("bytes="))
        .filter(|text| !text.contains(','))
        .and_then(|text| text.split_once('-'))
    else {
        return Asked::Whole;
    };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(start), _) if start >= size => Asked::Outside,
        (Ok(start), Ok(last)) if last >= start => Asked::Part {
            start,
            end: last.saturating_add(1).min(size),
        },
        (Ok(start), Err(_)) if last.is_empty() => Asked::Part { start, end: size },
        (Err(_), Ok(0)) if first.is_empty() => Asked::Outside,
        (Err(_), Ok(tail)) if first.is_empty() => Asked::Part {
            start: size.saturating_sub(tail),
            end: size,
        },
        (Ok(_) | Err(_), Ok(_) | Err(_)) => Asked::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let rows = [
            ("bytes=0-0", Asked::Part { start: 0, end: 1 }),
            ("bytes=5-", Asked::Part { start: 5, end: 10 }),
            ("bytes=5-99", Asked::Part { start: 5, end: 10 }),
            ("bytes=-3", Asked::Part { start: 7, end: 10 }),
            ("bytes=-99", Asked::Part { start: 0, end: 10 }),
            ("bytes=-0", Asked::Outside),
            ("bytes=10-", Asked::Outside),
            ("bytes=3-2", Asked::Whole),
            ("bytes=0-1,3-4", Asked::Whole),
            ("items=0-1", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
        ];
        for (text, wanted) in rows {
            assert_eq!(parse(&HeaderValue::from_static(text), 10), wanted, "{text}");
        }
    }
}
