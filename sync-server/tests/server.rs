//! The real program in a process of its own: real TLS, real disk, real signals.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "helpers of tests stop the test when something is not as it has to be"
)]

#[path = "server/device.rs"]
mod device;
#[path = "server/forgetting.rs"]
mod forgetting;
#[path = "server/imports.rs"]
mod imports;
#[path = "server/operators.rs"]
mod operators;
#[path = "server/photos.rs"]
mod photos;
#[path = "server/program.rs"]
mod program;
#[path = "server/restore.rs"]
mod restore;
#[path = "server/rules.rs"]
mod rules;
#[path = "server/strangers.rs"]
mod strangers;
#[path = "server/town.rs"]
mod town;
