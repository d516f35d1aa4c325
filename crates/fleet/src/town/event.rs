//! Events that a desk or a unit gives to the API, as JSON.

use serde_json::{Value, json};

use super::clock::now_ms;
use super::photo::Picture;

/// Passes a case up: nobody here has the means.
pub(crate) fn escalate(to: &str) -> Value {
    json!({ "type": "escalate", "to": to, "reason": "no_means" })
}

/// The result of a unit, with a photo of the place afterwards.
pub(crate) fn submit_result(text: &str, after: &Picture) -> Value {
    let (width, height) = after.size;
    json!({
        "type": "submit_result",
        "photos": [after.hash],
        "text": text,
        "photo_facts": {
            after.hash.as_str(): {
                "at": now_ms(), "media_type": "image/jpeg",
                "bytes": after.bytes.len(), "size": [width, height],
            },
        },
    })
}

/// Closes a case after its check.
pub(crate) fn close() -> Value {
    json!({ "type": "close", "satisfaction": "satisfied", "is_referred": false, "text": "" })
}
