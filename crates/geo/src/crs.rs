//! Coordinate systems at the edge.
//!
//! GCJ-02 and BD-09 are the shifted systems of commercial maps in mainland China: some 555 m away
//! in Beijing. A position is converted when it leaves for such a map or comes from one, and never
//! stored in them. Outside mainland China the shift does not exist and is not applied.

use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::coordinate::Coordinate;
use crate::error::GeoError;

/// A coordinate system of longitudes and latitudes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Crs {
    /// WGS-84, the system of satellite receivers and of everything inside.
    Wgs84,
    /// CGCS2000, the national system: equal to WGS-84 within centimetres, so its numbers are the
    /// same here.
    Cgcs2000,
    /// GCJ-02, the shifted system of most commercial maps in mainland China.
    Gcj02,
    /// BD-09, GCJ-02 shifted once more.
    Bd09,
}

impl Crs {
    /// Every system.
    pub const ALL: [Self; 4] = [Self::Wgs84, Self::Cgcs2000, Self::Gcj02, Self::Bd09];

    /// The name that is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wgs84 => "WGS-84",
            Self::Cgcs2000 => "CGCS2000",
            Self::Gcj02 => "GCJ-02",
            Self::Bd09 => "BD-09",
        }
    }

    /// A position of this system in WGS-84. The inverse of [`Crs::show`] to less than a millimetre
    /// before rounding.
    pub fn read(self, lon: f64, lat: f64) -> Result<Coordinate, GeoError> {
        // The range first: the formulas below are for the earth.
        Coordinate::new(lon, lat)?;
        let (lon, lat) = self.unshifted((lon, lat));
        Coordinate::new(lon, lat)
    }

    /// A position in this system: longitude and latitude in degrees.
    pub fn show(self, at: Coordinate) -> (f64, f64) {
        self.shifted((at.lon(), at.lat()))
    }

    fn unshifted(self, at: (f64, f64)) -> (f64, f64) {
        match self {
            Self::Wgs84 | Self::Cgcs2000 => at,
            Self::Gcj02 | Self::Bd09 => invert(|at| self.shifted(at), at),
        }
    }

    fn shifted(self, at: (f64, f64)) -> (f64, f64) {
        match self {
            Self::Wgs84 | Self::Cgcs2000 => at,
            Self::Gcj02 => to_gcj02(at),
            Self::Bd09 => to_bd09(to_gcj02(at)),
        }
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Crs {
    type Err = GeoError;
    /// Reads a name, with or without hyphens, or a code of EPSG or OGC.
    fn from_str(text: &str) -> Result<Self, GeoError> {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        match plain.to_ascii_uppercase().as_str() {
            "WGS84"
            | "EPSG4326"
            | "URNOGCDEFCRSEPSG4326"
            | "CRS84"
            | "OGCCRS84"
            | "URNOGCDEFCRSOGC13CRS84" => Ok(Self::Wgs84),
            "CGCS2000" | "EPSG4490" | "URNOGCDEFCRSEPSG4490" => Ok(Self::Cgcs2000),
            "GCJ02" => Ok(Self::Gcj02),
            "BD09" | "BD09LL" => Ok(Self::Bd09),
            _ => {
                let shown: String = text.chars().take(64).collect();
                Err(GeoError::Crs(format!("{shown:?} is not known")))
            }
        }
    }
}

impl TryFrom<String> for Crs {
    type Error = GeoError;
    fn try_from(text: String) -> Result<Self, GeoError> {
        text.parse()
    }
}

impl From<Crs> for String {
    fn from(crs: Crs) -> String {
        crs.name().to_owned()
    }
}

/// Finds what `forward` maps to `target`. The shift changes by less than a hundredth of the way,
/// so each round gains two digits or more: after the first guess and three rounds less than a
/// millimetre is left everywhere.
fn invert(forward: impl Fn((f64, f64)) -> (f64, f64), target: (f64, f64)) -> (f64, f64) {
    let back = |at: (f64, f64)| {
        let (lon, lat) = forward(at);
        (at.0 + target.0 - lon, at.1 + target.1 - lat)
    };
    back(back(back(back(target))))
}

/// The semi-major axis and the squared eccentricity of the ellipsoid that the shift is defined on
/// (Krasovsky 1940).
const AXIS: f64 = 6_378_245.0;
const ECCENTRICITY: f64 = 0.006_693_421_622_965_943;

/// WGS-84 to GCJ-02: the formula as it is published everywhere (eviltransform, coordtransform).
fn to_gcj02(at: (f64, f64)) -> (f64, f64) {
    if !is_in_mainland(at) {
        return at;
    }
    let (lon, lat) = at;
    let (x, y) = (lon - 105.0, lat - 35.0);
    let waves =
        |a: f64, b: f64| (20.0 * (a * PI).sin() + 2.0 * b * (a * PI / 3.0).sin()) * 2.0 / 3.0;
    let ripple = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + ripple
        + waves(y, 20.0)
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + ripple
        + waves(x, 20.0)
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let angle = lat.to_radians();
    let magic = 1.0 - ECCENTRICITY * angle.sin().powi(2);
    let meridian = AXIS * (1.0 - ECCENTRICITY) / (magic * magic.sqrt());
    let parallel = AXIS / magic.sqrt() * angle.cos();
    (
        lon + (east / parallel).to_degrees(),
        lat + (north / meridian).to_degrees(),
    )
}

/// GCJ-02 to BD-09.
fn to_bd09(at: (f64, f64)) -> (f64, f64) {
    const TURN: f64 = PI * 3_000.0 / 180.0;
    if !is_in_mainland(at) {
        return at;
    }
    let (x, y) = at;
    let radius = x.hypot(y) + 0.000_02 * (y * TURN).sin();
    let angle = y.atan2(x) + 0.000_003 * (x * TURN).cos();
    (radius * angle.cos() + 0.006_5, radius * angle.sin() + 0.006)
}

/// West, south, east and north of rectangles that cover mainland China.
const INSIDE: [[f64; 4]; 6] = [
    [79.4462, 42.8899, 96.33, 49.2204],
    [109.6872, 39.3742, 135.0002, 54.1415],
    [73.1246, 29.5297, 124.143_255, 42.8899],
    [82.9684, 26.7186, 97.0352, 29.5297],
    [97.0253, 20.414_096, 124.367_395, 29.5297],
    [107.975_793, 17.871_542, 111.744_104, 20.414_096],
];

/// What of them is not mainland China: Taiwan, Laos and Vietnam, Mongolia and Russia, Hong Kong and
/// Macao.
const OUTSIDE: [[f64; 4]; 8] = [
    [119.921_265, 21.785_006, 122.497_559, 25.398_623],
    [101.8652, 20.0988, 106.665, 22.284],
    [106.4525, 20.4878, 108.051, 21.5422],
    [109.0323, 50.3257, 119.127, 55.8175],
    [127.4568, 49.5574, 137.0227, 55.8175],
    [131.2662, 42.5692, 137.0227, 44.8922],
    [113.82, 22.13, 114.45, 22.5],
    [113.52, 22.1, 113.61, 22.217],
];

/// Whether the shift applies: a rough border, exact to some kilometres.
fn is_in_mainland((lon, lat): (f64, f64)) -> bool {
    let holds = |[west, south, east, north]: &[f64; 4]| {
        (*west..=*east).contains(&lon) && (*south..=*north).contains(&lat)
    };
    INSIDE.iter().any(holds) && !OUTSIDE.iter().any(holds)
}

#[cfg(test)]
mod tests;
