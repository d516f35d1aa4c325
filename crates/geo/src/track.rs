//! Tracks: points in time, and GPX for those who want to see them elsewhere.

use gpx::{Gpx, GpxVersion, Metadata, Time, TrackSegment, Waypoint};
use time::OffsetDateTime;

use crate::coordinate::{Accuracy, Coordinate};
use crate::error::GeoError;
use crate::measure::length_m;

/// One point of a track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackPoint {
    /// Where.
    pub at: Coordinate,
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub time_ms: i64,
    /// How exact, when known.
    pub accuracy: Option<Accuracy>,
}

/// Points in the order of their times.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Track {
    points: Vec<TrackPoint>,
}

impl Track {
    /// A track of these points, put in the order of their times.
    pub fn new(mut points: Vec<TrackPoint>) -> Self {
        points.sort_by_key(|point| point.time_ms);
        Self { points }
    }

    /// The points.
    pub fn points(&self) -> &[TrackPoint] {
        &self.points
    }

    /// The stretches between gaps: a new one begins where more than `gap_ms` lie between two points.
    pub fn segments(&self, gap_ms: i64) -> impl Iterator<Item = &[TrackPoint]> {
        self.points
            .chunk_by(move |a, b| b.time_ms.saturating_sub(a.time_ms) <= gap_ms)
    }

    /// The length in metres, gaps left out.
    pub fn length_m(&self, gap_ms: i64) -> f64 {
        let lengths = self.segments(gap_ms).map(|segment| {
            let line: Vec<_> = segment.iter().map(|point| point.at).collect();
            length_m(&line)
        });
        lengths.sum()
    }

    /// The track as GPX 1.1, in WGS-84 as GPX demands. `name` is what a map shows; a person's name
    /// does not belong there.
    pub fn to_gpx(&self, name: &str, gap_ms: i64) -> Result<String, GeoError> {
        let segments = self.segments(gap_ms).map(|segment| {
            let points = segment.iter().map(waypoint);
            Ok(TrackSegment {
                points: points.collect::<Result<_, GeoError>>()?,
            })
        });
        let track = gpx::Track {
            name: Some(name.to_owned()),
            segments: segments.collect::<Result<_, GeoError>>()?,
            ..gpx::Track::default()
        };
        let file = Gpx {
            version: GpxVersion::Gpx11,
            creator: Some("Linli".to_owned()),
            metadata: Some(Metadata {
                name: Some(name.to_owned()),
                ..Metadata::default()
            }),
            tracks: vec![track],
            ..Gpx::default()
        };
        let mut bytes = Vec::new();
        gpx::write(&file, &mut bytes).map_err(|e| malformed(e.to_string()))?;
        String::from_utf8(bytes).map_err(|e| malformed(e.to_string()))
    }
}

fn waypoint(point: &TrackPoint) -> Result<Waypoint, GeoError> {
    let nanoseconds = i128::from(point.time_ms) * 1_000_000;
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
        .map_err(|e| malformed(e.to_string()))?;
    let mut waypoint = Waypoint::new(point.at.point());
    waypoint.time = Some(Time::from(time));
    // GPX has no field for a radius in metres; readers show the comment.
    waypoint.comment = point
        .accuracy
        .map(|accuracy| format!("±{:.0} m", accuracy.metres()));
    Ok(waypoint)
}

fn malformed(reason: String) -> GeoError {
    GeoError::Malformed {
        what: "GPX",
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(lon: f64, lat: f64, time_ms: i64) -> TrackPoint {
        TrackPoint {
            at: Coordinate::new(lon, lat).unwrap(),
            time_ms,
            accuracy: Accuracy::new(4.6).ok(),
        }
    }

    fn track() -> Track {
        Track::new(vec![
            point(116.41, 39.91, 1_763_000_060_500),
            point(116.40, 39.91, 1_763_000_000_000),
            point(116.42, 39.91, 1_763_009_000_000),
        ])
    }

    #[test]
    fn a_track_is_in_order_and_its_gaps_have_no_length() {
        let track = track();
        assert!(track.points().is_sorted_by_key(|point| point.time_ms));
        let sizes = |gap| track.segments(gap).map(<[_]>::len).collect::<Vec<_>>();
        assert_eq!(sizes(300_000), [2, 1]);
        assert_eq!(sizes(60_000), [1, 1, 1]);
        assert_eq!(sizes(i64::MAX), [3]);
        let whole = track.length_m(i64::MAX);
        assert!((whole - 1_710.0).abs() < 3.0, "{whole}");
        assert!((track.length_m(300_000) - whole / 2.0).abs() < 0.01);
        assert!(Track::default().length_m(1).abs() < f64::EPSILON);
    }

    #[test]
    fn gpx_is_read_back_by_another_reader() {
        let text = track().to_gpx("巡查 <1> & 2", 300_000).unwrap();
        let read = gpx::read(text.as_bytes()).unwrap();
        assert_eq!(read.version, GpxVersion::Gpx11);
        assert_eq!(read.tracks[0].name.as_deref(), Some("巡查 <1> & 2"));
        let sizes = read.tracks[0]
            .segments
            .iter()
            .map(|segment| segment.points.len());
        assert!(sizes.eq([2, 1]));
        let first = &read.tracks[0].segments[0].points[0];
        assert_eq!((first.point().x(), first.point().y()), (116.40, 39.91));
        assert_eq!(first.comment.as_deref(), Some("±5 m"));
        assert!(text.contains("2025-11-13T02:13:20"), "{text}");
        assert!(text.contains("2025-11-13T02:14:20.5"));
    }

    #[test]
    fn times_beyond_the_calendar_are_refused() {
        let track = Track::new(vec![point(116.4, 39.9, i64::MAX)]);
        assert!(track.to_gpx("x", 1).is_err());
        assert!(Track::default().to_gpx("empty", 1).is_ok());
    }
}
