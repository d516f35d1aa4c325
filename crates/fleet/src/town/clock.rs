//! The clock that a town lives by: the system's, or the one under which this program was started.

use std::ffi::OsString;
use std::time::{SystemTime, UNIX_EPOCH};

/// What libfaketime reads, and what brings it into a program.
const NAMES: [&str; 4] = [
    "LD_PRELOAD",
    "FAKETIME_TIMESTAMP_FILE",
    "FAKETIME_NO_CACHE",
    "FAKETIME_DONT_FAKE_MONOTONIC",
];

/// The variables of the clock under which this program was started; every program of the town gets them.
pub(super) fn clock() -> impl Iterator<Item = (&'static str, OsString)> {
    NAMES
        .into_iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)))
}

/// Now in milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
}
