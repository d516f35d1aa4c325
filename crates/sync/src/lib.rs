//! The sync protocol of Linli, without a socket, a clock, a database or randomness.
pub mod backoff;
pub mod blob;
pub mod carry;
pub mod client;
pub mod code;
pub mod codec;
pub mod digest;
mod error;
mod fit;
pub mod frames;
pub mod heartbeat;
pub mod limits;
pub mod pack;
mod rules;
pub mod server;
mod version;
pub mod voice;
pub mod wake;

pub use code::{Class, Code, Retry};
pub use error::SyncError;
pub use fit::Fit;
pub use version::{OLDEST_PROTOCOL, PROTOCOL, refusal_of};

#[cfg(test)]
mod testing;

/// How many times more the seeded tests run: `LINLI_SOAK`, 1 when unset.
#[cfg(test)]
fn soak() -> u32 {
    std::env::var("LINLI_SOAK")
        .ok()
        .and_then(|times| times.parse().ok())
        .unwrap_or(1)
}
