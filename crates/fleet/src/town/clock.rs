//! The clock that a town lives by, when it is not the system's.

use std::ffi::OsString;

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
