//! Where the handheld is. One trait, several sources: gpsd on Linux, a replayed track, a pick by hand.

use linli_model::Timestamp;

mod gpsd;

pub use gpsd::{Gpsd, GpsdError};

/// A fix of the device's own place. WGS-84 as received, never converted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    /// Longitude in degrees.
    pub lon: f64,
    /// Latitude in degrees.
    pub lat: f64,
    /// Radius in metres within which the true place lies with 95 %, when the receiver says.
    pub accuracy: Option<f64>,
    /// When the receiver took it, or when it arrived if the receiver gives no time.
    pub at: Timestamp,
    /// The same moment by the device's own clock: when it arrived, less the age that the receiver tells. How old
    /// a fix is, is judged by it: satellites and a device need not agree about the time.
    pub own_at: Timestamp,
    /// Whether the receiver says that it replays or simulates. Marked as such in the record.
    pub is_simulated: bool,
}

/// A place from which the newest fix can be read at any time without waiting.
pub trait PositionSource: Send + Sync {
    /// The newest fix, however old; nothing before the first.
    fn newest(&self) -> Option<Fix>;
}
