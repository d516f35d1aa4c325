//! Positions.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::GeoError;

/// Steps of a degree: seven decimals, about one centimetre.
const STEPS: f64 = 1e7;

/// A position in WGS-84 with seven decimals of a degree.
///
/// Held as whole steps of 10⁻⁷ degrees, so that equal positions are equal and survive any number of
/// round trips through text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Degrees", into = "Degrees")]
pub struct Coordinate {
    lon: i32,
    lat: i32,
}

/// A coordinate as it is written.
#[derive(Serialize, Deserialize)]
struct Degrees {
    lon: f64,
    lat: f64,
}

impl Coordinate {
    /// A position from degrees: longitude within ±180, latitude within ±90. Rounded to seven
    /// decimals.
    pub fn new(lon: f64, lat: f64) -> Result<Self, GeoError> {
        let is_within = lon.abs() <= 180.0 && lat.abs() <= 90.0;
        if !is_within {
            return Err(GeoError::OutOfRange { lon, lat });
        }
        Ok(Self {
            lon: steps(lon),
            lat: steps(lat),
        })
    }

    /// Longitude in degrees, east is positive.
    pub fn lon(self) -> f64 {
        f64::from(self.lon) / STEPS
    }

    /// Latitude in degrees, north is positive.
    pub fn lat(self) -> f64 {
        f64::from(self.lat) / STEPS
    }

    pub(crate) fn point(self) -> geo::Point<f64> {
        geo::Point::new(self.lon(), self.lat())
    }
}

/// The nearest whole step. Within ±1.8 · 10⁹ for a degree within ±180.
fn steps(degrees: f64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked, and 180 degrees are 1.8e9 steps"
    )]
    let steps = (degrees * STEPS).round() as i32;
    steps
}

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.7},{:.7}", self.lon(), self.lat())
    }
}

impl fmt::Debug for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Coordinate({self})")
    }
}

impl TryFrom<Degrees> for Coordinate {
    type Error = GeoError;
    fn try_from(degrees: Degrees) -> Result<Self, GeoError> {
        Self::new(degrees.lon, degrees.lat)
    }
}

impl From<Coordinate> for Degrees {
    fn from(coordinate: Coordinate) -> Self {
        Self {
            lon: coordinate.lon(),
            lat: coordinate.lat(),
        }
    }
}

/// The radius in metres around a position that holds the true one with 68 %.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Accuracy(f64);

impl Accuracy {
    /// Beyond this a person is asked to confirm the position on the map.
    pub const CONFIRM_BEYOND_M: f64 = 50.0;

    /// A radius in metres, not negative.
    pub fn new(metres: f64) -> Result<Self, GeoError> {
        if metres.is_finite() && metres >= 0.0 {
            Ok(Self(metres))
        } else {
            Err(GeoError::Accuracy(metres))
        }
    }

    /// The radius in metres.
    pub fn metres(self) -> f64 {
        self.0
    }

    /// Whether a person should confirm the position on the map.
    pub fn needs_confirmation(self) -> bool {
        self.0 > Self::CONFIRM_BEYOND_M
    }
}

impl TryFrom<f64> for Accuracy {
    type Error = GeoError;
    fn try_from(metres: f64) -> Result<Self, GeoError> {
        Self::new(metres)
    }
}

impl From<Accuracy> for f64 {
    fn from(accuracy: Accuracy) -> f64 {
        accuracy.0
    }
}

/// Where a position came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A satellite receiver.
    Gnss,
    /// The network.
    Network,
    /// A person pointed at the map.
    Map,
    /// The door of a dwelling or building.
    Door,
    /// Taken from a photo.
    Photo,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_place_is_refused() {
        for (lon, lat) in [
            (180.000_000_1, 0.0),
            (-181.0, 0.0),
            (0.0, 90.1),
            (f64::NAN, 0.0),
            (0.0, f64::NAN),
            (f64::INFINITY, 0.0),
        ] {
            assert!(Coordinate::new(lon, lat).is_err(), "{lon} {lat}");
            let text = serde_json::json!({"lon": lon, "lat": lat}).to_string();
            assert!(serde_json::from_str::<Coordinate>(&text).is_err());
        }
        for metres in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(Accuracy::new(metres).is_err());
        }
        assert!(!Accuracy::new(50.0).unwrap().needs_confirmation());
        assert!(Accuracy::new(50.1).unwrap().needs_confirmation());
    }

    #[test]
    fn seven_decimals_are_kept() {
        let at = Coordinate::new(116.416_357_14, 39.928_353_26).unwrap();
        assert_eq!(at.to_string(), "116.4163571,39.9283533");
        assert_eq!(
            Coordinate::new(-180.0, 90.0).unwrap().to_string(),
            "-180.0000000,90.0000000"
        );
    }

    proptest! {
        #[test]
        fn text_and_numbers_come_back(lon in -180.0..=180.0f64, lat in -90.0..=90.0f64) {
            let at = Coordinate::new(lon, lat).unwrap();
            prop_assert!((at.lon() - lon).abs() <= 0.5 / STEPS * 1.000_1);
            prop_assert_eq!(Coordinate::new(at.lon(), at.lat()).unwrap(), at);
            let json = serde_json::to_string(&at).unwrap();
            prop_assert_eq!(serde_json::from_str::<Coordinate>(&json).unwrap(), at);
        }
    }
}
