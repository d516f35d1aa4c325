//! What the page may use of the machine: the camera and the microphone, for our own screens, and nothing
//! else. Without an
//! answer WebKitGTK refuses, and so do we for whatever is not named here.

use tauri::webview::{PermissionKind, PermissionResponse};
use tauri::{Url, Webview, Wry};

/// Answers a request of the page.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is the one that Tauri calls"
)]
pub(crate) fn answer(webview: Webview<Wry>, kind: PermissionKind) -> PermissionResponse {
    let is_known = matches!(kind, PermissionKind::Camera | PermissionKind::Microphone);
    if is_known && webview.url().is_ok_and(|url| is_ours(&url)) {
        PermissionResponse::Allow
    } else {
        tracing::warn!(?kind, "the page asked for what it may not use");
        PermissionResponse::Deny
    }
}

/// Whether the page is one of the program itself, or the development server's where that is built in.
pub(crate) fn is_ours(url: &Url) -> bool {
    let is_local = |host: &str| matches!(host, "localhost" | "tauri.localhost");
    match url.scheme() {
        "tauri" => url.host_str().is_some_and(is_local),
        "http" | "https" => {
            url.host_str() == Some("tauri.localhost")
                || (tauri::is_dev() && url.host_str() == Some("localhost"))
        }
        _ => false,
    }
}
