//! The server's clock. The engine gets every time as an argument; only the shell looks here.

use std::time::{SystemTime, UNIX_EPOCH};

use linli_model::Timestamp;

/// The time now.
pub fn now() -> Timestamp {
    let ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    };
    Timestamp(ms)
}
