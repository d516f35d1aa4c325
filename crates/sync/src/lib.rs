//! The sync protocol of Linli, without a socket, a clock, a database or randomness.
pub mod backoff;
pub mod blob;
pub mod code;
pub mod codec;
pub mod digest;
mod error;
pub mod frames;
pub mod heartbeat;
pub mod limits;
mod version;
pub mod wake;

pub use code::{Class, Code, Retry};
pub use error::SyncError;
pub use version::{OLDEST_PROTOCOL, PROTOCOL, refusal_of};

/// How many times more the seeded tests run: `LINLI_SOAK`, 1 when unset.
#[cfg(test)]
fn soak() -> u32 {
    std::env::var("LINLI_SOAK")
        .ok()
        .and_then(|times| times.parse().ok())
        .unwrap_or(1)
}
