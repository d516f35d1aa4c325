//! Borders: areas on the earth with holes, and where a point lies to them.

use geo::coordinate_position::{CoordPos, CoordinatePosition};
use geo::{Area, BoundingRect, LineString, Polygon, Validation};

use crate::coordinate::Coordinate;
use crate::error::GeoError;
use crate::measure::offset_m;

/// Where a point lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Within the border and in no hole.
    Inside,
    /// Exactly on the border.
    Border,
    /// Beyond it, or in a hole.
    Outside,
}

/// An area: one border and any number of holes, in WGS-84. Valid by construction: rings are closed,
/// enclose something, do not cross themselves or each other, and holes lie inside.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline(Polygon<f64>);

impl Outline {
    /// An area from rings of `[longitude, latitude]`: the border, then holes. Each ring ends with
    /// its first point. Rounded to seven decimals, like every [`Coordinate`].
    pub fn from_rings(rings: &[Vec<[f64; 2]>]) -> Result<Self, GeoError> {
        let wrong = |reason: &str| GeoError::Outline(reason.to_owned());
        let mut lines = rings.iter().map(|ring| line(ring));
        let border = lines.next().ok_or_else(|| wrong("no ring"))??;
        let holes = lines.collect::<Result<Vec<_>, _>>()?;
        let polygon = Polygon::new(border, holes);
        polygon
            .check_validation()
            .map_err(|error| GeoError::Outline(error.to_string()))?;
        let width = polygon.bounding_rect().map_or(0.0, geo::Rect::width);
        if width > 180.0 {
            return Err(wrong("reaches around the earth"));
        }
        // Less than a square metre or so: a line, not an area.
        if polygon.unsigned_area() < 1e-10 {
            return Err(wrong("encloses nothing"));
        }
        Ok(Self(polygon))
    }

    /// The rings again: the border, then holes.
    pub fn to_rings(&self) -> Vec<Vec<[f64; 2]>> {
        let ring = |line: &LineString<f64>| line.0.iter().map(|at| [at.x, at.y]).collect();
        std::iter::once(self.0.exterior())
            .chain(self.0.interiors())
            .map(ring)
            .collect()
    }

    /// Where a point lies.
    pub fn side_of(&self, at: Coordinate) -> Side {
        match self.0.coordinate_position(&at.point().0) {
            CoordPos::Inside => Side::Inside,
            CoordPos::OnBoundary => Side::Border,
            CoordPos::Outside => Side::Outside,
        }
    }

    /// The distance in metres from a point to the nearest part of the border or of a hole's rim.
    pub fn border_m(&self, at: Coordinate) -> f64 {
        let rings = std::iter::once(self.0.exterior()).chain(self.0.interiors());
        let segments = rings.flat_map(LineString::lines);
        let distances = segments.map(|segment| {
            let start = offset_m(at, (segment.start.x, segment.start.y));
            let end = offset_m(at, (segment.end.x, segment.end.y));
            from_origin(start, end)
        });
        distances.fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn polygon(&self) -> &Polygon<f64> {
        &self.0
    }

    /// West, south, east and north in degrees.
    pub fn bounds(&self) -> [f64; 4] {
        let rect = self.0.bounding_rect();
        rect.map_or([0.0; 4], |rect| {
            [rect.min().x, rect.min().y, rect.max().x, rect.max().y]
        })
    }
}

fn line(ring: &[[f64; 2]]) -> Result<LineString<f64>, GeoError> {
    let wrong = |reason: &str| GeoError::Outline(reason.to_owned());
    if ring.len() < 4 {
        return Err(wrong("a ring of fewer than four points"));
    }
    if ring.first() != ring.last() {
        return Err(wrong("a ring that does not end where it begins"));
    }
    let points = ring.iter().map(|[lon, lat]| {
        let at = Coordinate::new(*lon, *lat)?;
        Ok((at.lon(), at.lat()))
    });
    points.collect()
}

/// The distance of a segment from the origin of the plane.
fn from_origin((ax, ay): (f64, f64), (bx, by): (f64, f64)) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let square = dx * dx + dy * dy;
    let along = if square > 0.0 {
        -(ax * dx + ay * dy) / square
    } else {
        0.0
    };
    let along = along.clamp(0.0, 1.0);
    (ax + along * dx).hypot(ay + along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, south: f64, size: f64) -> Vec<[f64; 2]> {
        let (east, north) = (west + size, south + size);
        vec![
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ]
    }

    fn at(lon: f64, lat: f64) -> Coordinate {
        Coordinate::new(lon, lat).unwrap()
    }

    #[test]
    fn a_point_is_inside_on_the_border_or_outside() {
        let rings = vec![square(116.0, 39.0, 1.0), square(116.4, 39.4, 0.2)];
        let outline = Outline::from_rings(&rings).unwrap();
        // 116.4 + 0.2 is 116.60000000000001 before it is rounded.
        let rounded = vec![
            square(116.0, 39.0, 1.0),
            vec![
                [116.4, 39.4],
                [116.6, 39.4],
                [116.6, 39.6],
                [116.4, 39.6],
                [116.4, 39.4],
            ],
        ];
        assert_eq!(outline.to_rings(), rounded);
        assert_eq!(
            outline.bounds().map(f64::to_bits),
            [116.0f64, 39.0, 117.0, 40.0].map(f64::to_bits)
        );
        for (lon, lat, side) in [
            (116.2, 39.2, Side::Inside),
            (116.5, 39.5, Side::Outside),
            (116.4, 39.5, Side::Border),
            (116.0, 39.5, Side::Border),
            (117.0, 40.0, Side::Border),
            (115.999_999_9, 39.5, Side::Outside),
            (116.000_000_1, 39.5, Side::Inside),
        ] {
            assert_eq!(outline.side_of(at(lon, lat)), side, "{lon} {lat}");
        }
    }

    #[test]
    fn the_distance_to_the_border_is_the_shortest_one() {
        let outline = Outline::from_rings(&[square(116.0, 39.0, 1.0)]).unwrap();
        let near = |a: f64, b: f64| (a - b).abs() < 0.002 * b + 0.01;
        // A hundredth of a degree north is 1,112 m; east it is less by the cosine of the latitude.
        let east = 1_111.95 * 39.5f64.to_radians().cos();
        assert!(near(outline.border_m(at(116.01, 39.5)), east));
        assert!(near(outline.border_m(at(115.99, 39.5)), east));
        assert!(near(outline.border_m(at(116.5, 40.01)), 1_111.95));
        // Beyond a corner it is the corner that counts.
        let corner = outline.border_m(at(117.01, 40.01));
        assert!(near(
            corner,
            1_111.95f64.hypot(1_111.95 * 40.01f64.to_radians().cos())
        ));
        assert!(outline.border_m(at(116.0, 39.2)) < 0.001);
    }

    #[test]
    fn borders_that_enclose_nothing_or_cross_are_refused() {
        let bow = vec![[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]];
        let flat = vec![[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.0, 0.0]];
        let open = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
        let far = vec![[0.0, 0.0], [200.0, 0.0], [1.0, 1.0], [0.0, 0.0]];
        let wrong: [Vec<Vec<[f64; 2]>>; 9] = [
            vec![],
            vec![vec![]],
            vec![bow],
            vec![flat],
            vec![open],
            vec![far],
            vec![square(0.0, 0.0, 1e-6)],
            // A hole outside, and one that crosses the border.
            vec![square(0.0, 0.0, 1.0), square(5.0, 5.0, 1.0)],
            vec![square(0.0, 0.0, 1.0), square(0.5, 0.5, 1.0)],
        ];
        for rings in wrong {
            assert!(Outline::from_rings(&rings).is_err(), "{rings:?}");
        }
        let around = vec![
            [-170.0, 0.0],
            [170.0, 0.0],
            [170.0, 1.0],
            [-170.0, 1.0],
            [-170.0, 0.0],
        ];
        assert!(Outline::from_rings(&[around]).is_err());
    }
}
