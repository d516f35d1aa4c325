//! Distances and directions.

use geo::{Bearing, Distance, Geodesic, Haversine};

use crate::coordinate::Coordinate;

/// The distance in metres on a sphere: within 0.6 % of the true one, and fast. For sorting and
/// "within 30 m".
pub fn distance_m(a: Coordinate, b: Coordinate) -> f64 {
    Haversine.distance(a.point(), b.point())
}

/// The distance in metres on the ellipsoid, exact to less than a millimetre. For lengths that are
/// reported.
pub fn geodesic_m(a: Coordinate, b: Coordinate) -> f64 {
    Geodesic.distance(a.point(), b.point())
}

/// The direction at `from` in which `to` lies: degrees from north, clockwise, from 0 up to 360.
pub fn bearing_deg(from: Coordinate, to: Coordinate) -> f64 {
    let degrees = Haversine
        .bearing(from.point(), to.point())
        .rem_euclid(360.0);
    // A tiny negative angle is 360 after rounding.
    if degrees >= 360.0 { 0.0 } else { degrees }
}

/// The length in metres of a line through these points, on the ellipsoid.
pub fn length_m(points: &[Coordinate]) -> f64 {
    points
        .iter()
        .zip(points.iter().skip(1))
        .map(|(a, b)| geodesic_m(*a, *b))
        .sum()
}

/// East and north in metres of `to` as seen from `from`, on a plane that touches the earth there.
/// Good to one part in a thousand within ten kilometres.
pub(crate) fn offset_m(from: Coordinate, (lon, lat): (f64, f64)) -> (f64, f64) {
    /// Metres in a degree of a great circle of the mean earth.
    const DEGREE: f64 = 111_195.08;
    let east = (lon - from.lon()) * DEGREE * from.lat().to_radians().cos();
    (east, (lat - from.lat()) * DEGREE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lon: f64, lat: f64) -> Coordinate {
        Coordinate::new(lon, lat).unwrap()
    }

    #[test]
    fn known_distances_are_met() {
        // A degree of the meridian at the equator on WGS-84 is 110,574.4 m; on the sphere of mean
        // radius it is 111,195.1 m.
        let (a, b) = (at(116.0, 0.0), at(116.0, 1.0));
        assert!((geodesic_m(a, b) - 110_574.4).abs() < 0.1);
        assert!((distance_m(a, b) - 111_195.1).abs() < 1.0);
        // JFK to LHR, GeographicLib's own example: 5,551,759.4 m.
        let (jfk, lhr) = (at(-73.8, 40.6), at(-0.5, 51.6));
        assert!((geodesic_m(jfk, lhr) - 5_551_759.4).abs() < 0.1);
        assert!((distance_m(jfk, lhr) / 5_551_759.4 - 1.0).abs() < 0.006);
        assert!(distance_m(a, a).abs() < f64::EPSILON);
        let line = [a, b, at(116.0, 2.0)];
        assert!((length_m(&line) - geodesic_m(a, line[2])).abs() < 0.001);
        assert!(length_m(&line[..1]).abs() < f64::EPSILON);
    }

    #[test]
    fn bearings_go_round_clockwise() {
        let here = at(116.4, 39.9);
        let cases = [
            (0.0, 0.01, 0.0),
            (0.01, 0.0, 90.0),
            (0.0, -0.01, 180.0),
            (-0.01, 0.0, 270.0),
        ];
        for (east, north, expect) in cases {
            let there = at(here.lon() + east, here.lat() + north);
            let got = bearing_deg(here, there);
            assert!((got - expect).abs() < 0.01, "{expect}: {got}");
            assert!((0.0..360.0).contains(&got));
        }
    }
}
