//! `photo://localhost/<hash>?size=small|full`: the pictures of the screens, decrypted in memory.
//! Nothing but photos can be asked for, and no answer is kept by the WebView.

use std::sync::Arc;

use linli_device::{Device, PhotoSize};
use tauri::http::{Request, Response, StatusCode, Uri, header};
use tauri::{Manager as _, Runtime, UriSchemeContext, UriSchemeResponder};

/// The scheme's name.
pub(crate) const NAME: &str = "photo";

/// Answers one request.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is the one that Tauri calls"
)]
pub(crate) fn serve<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let Some((hash, size)) = wanted(request.uri()) else {
        responder.respond(refusal(StatusCode::BAD_REQUEST));
        return;
    };
    let Some(device) = context.app_handle().try_state::<Arc<Device>>() else {
        responder.respond(refusal(StatusCode::SERVICE_UNAVAILABLE));
        return;
    };
    let device = device.inner().clone();
    tauri::async_runtime::spawn(async move {
        responder.respond(match device.photo(&hash, size).await {
            Ok(bytes) => picture(bytes),
            Err(error) => {
                tracing::debug!(photo.hash = %hash, %error, "no photo for the screen");
                refusal(StatusCode::NOT_FOUND)
            }
        });
    });
}

/// The photo's hash and size, when the address is of the one form that is served.
pub(crate) fn wanted(uri: &Uri) -> Option<(String, PhotoSize)> {
    let hash = uri.path().strip_prefix('/')?;
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if hash.len() != 64 || !hash.bytes().all(is_hex) {
        return None;
    }
    let size = match uri.query() {
        Some("size=small") => PhotoSize::Small,
        Some("size=full") => PhotoSize::Full,
        _ => return None,
    };
    Some((hash.to_owned(), size))
}

fn picture(bytes: Vec<u8>) -> Response<Vec<u8>> {
    answer(StatusCode::OK, "image/jpeg", bytes)
}

fn refusal(status: StatusCode) -> Response<Vec<u8>> {
    answer(status, "text/plain", Vec::new())
}

fn answer(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    headers.insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        header::HeaderValue::from_static("nosniff"),
    );
    response
}
