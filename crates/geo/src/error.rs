//! The one error type of the crate.

/// Why a value is not a place on the earth, or a text not data about places.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GeoError {
    /// Not a longitude and latitude: ask for the position again.
    #[error("{lon}, {lat} is not a longitude and latitude")]
    OutOfRange {
        /// What was given as longitude.
        lon: f64,
        /// What was given as latitude.
        lat: f64,
    },
    /// An accuracy that is not a radius.
    #[error("{0} is not an accuracy in metres")]
    Accuracy(f64),
    /// A border that encloses nothing, crosses itself or is not closed: draw it again.
    #[error("border: {0}")]
    Outline(String),
    /// The data does not say its coordinate system, or one that is not known: ask its author.
    #[error("coordinate system: {0}")]
    Crs(String),
    /// The text is not what it should be.
    #[error("{what}: {reason}")]
    Malformed {
        /// What was being read or written.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}
