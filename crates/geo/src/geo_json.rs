//! `GeoJSON` in and out, always with its coordinate system.
//!
//! RFC 7946 knows WGS-84 only and does not say so in the file. Here every file says it, in a member
//! `crs` of the collection: a name, or the object of the older standard. A file that does not say it
//! is read only when the caller states it, and a file that contradicts the caller is refused.

use geojson::{
    Feature as JsonFeature, FeatureCollection, GeoJson, Geometry, GeometryValue, Position,
};
use serde_json::{Map, Value, json};

use crate::coordinate::Coordinate;
use crate::crs::Crs;
use crate::error::GeoError;
use crate::outline::Outline;

const NAME: &str = "GeoJSON";

/// What is where.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Where.
    pub shape: Shape,
    /// What: names and values.
    pub properties: Map<String, Value>,
}

/// A shape in WGS-84.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A point.
    Point(Coordinate),
    /// A line through at least two points.
    Line(Vec<Coordinate>),
    /// One or more areas.
    Areas(Vec<Outline>),
}

/// Writes features in a coordinate system.
pub fn write(features: &[Feature], crs: Crs) -> String {
    let features = features.iter().map(|feature| {
        let geometry = Geometry::new(match &feature.shape {
            Shape::Point(at) => GeometryValue::Point {
                coordinates: shown(crs, *at),
            },
            Shape::Line(points) => GeometryValue::LineString {
                coordinates: points.iter().map(|at| shown(crs, *at)).collect(),
            },
            Shape::Areas(areas) => areas_out(crs, areas),
        });
        JsonFeature {
            geometry: Some(geometry),
            properties: Some(feature.properties.clone()),
            ..JsonFeature::default()
        }
    });
    let mut collection = FeatureCollection::new(features);
    let member = json!({"type": "name", "properties": {"name": crs.name()}});
    collection.foreign_members = Some(Map::from_iter([("crs".to_owned(), member)]));
    GeoJson::FeatureCollection(collection).to_string()
}

/// A feature as it was read: its shape, or why it has none that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Where.
    pub shape: Result<Shape, GeoError>,
    /// What.
    pub properties: Map<String, Value>,
}

/// Reads a collection of features. `stated`: the system that the caller knows the file to be in;
/// when there is none, the file must say it.
///
/// Features without a geometry are left out; heights are ignored. Every other kind of geometry than
/// points, lines and areas is refused.
pub fn read(text: &str, stated: Option<Crs>) -> Result<Vec<Feature>, GeoError> {
    let found = read_each(text, stated)?.into_iter().map(|found| {
        Ok(Feature {
            shape: found.shape?,
            properties: found.properties,
        })
    });
    found.collect()
}

/// The same, where a wrong shape spoils its own feature only.
pub fn read_each(text: &str, stated: Option<Crs>) -> Result<Vec<Found>, GeoError> {
    let wrong = |reason: &str| malformed(reason.to_owned());
    let parsed: GeoJson = text
        .parse()
        .map_err(|e: geojson::Error| malformed(e.to_string()))?;
    let GeoJson::FeatureCollection(collection) = parsed else {
        return Err(wrong("not a collection of features"));
    };
    let crs = crs_of(collection.foreign_members.as_ref(), stated)?;
    let features = collection.features.into_iter().filter_map(|feature| {
        let geometry = feature.geometry?;
        let properties = feature.properties.unwrap_or_default();
        let shape = shape(crs, geometry.value);
        Some(Found { shape, properties })
    });
    Ok(features.collect())
}

fn crs_of(members: Option<&Map<String, Value>>, stated: Option<Crs>) -> Result<Crs, GeoError> {
    let named = match members.and_then(|members| members.get("crs")) {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name.parse::<Crs>()?),
        Some(object) => {
            let name = object.pointer("/properties/name").and_then(Value::as_str);
            let name = name.ok_or_else(|| GeoError::Crs("a crs without a name".to_owned()))?;
            Some(name.parse()?)
        }
    };
    match (named, stated) {
        (Some(named), Some(stated)) if named != stated => Err(GeoError::Crs(format!(
            "the file says {named}, but {stated} was stated"
        ))),
        (Some(crs), _) | (None, Some(crs)) => Ok(crs),
        (None, None) => Err(GeoError::Crs("the file does not say its own".to_owned())),
    }
}

fn shape(crs: Crs, value: GeometryValue) -> Result<Shape, GeoError> {
    match value {
        GeometryValue::Point { coordinates } => Ok(Shape::Point(read_at(crs, &coordinates)?)),
        GeometryValue::LineString { coordinates } => {
            if coordinates.len() < 2 {
                return Err(malformed("a line of fewer than two points".to_owned()));
            }
            let points = coordinates.iter().map(|at| read_at(crs, at));
            Ok(Shape::Line(points.collect::<Result<_, _>>()?))
        }
        GeometryValue::Polygon { coordinates } => Ok(Shape::Areas(vec![area(crs, &coordinates)?])),
        GeometryValue::MultiPolygon { coordinates } => {
            let areas = coordinates.iter().map(|rings| area(crs, rings));
            Ok(Shape::Areas(areas.collect::<Result<_, _>>()?))
        }
        other @ (GeometryValue::MultiPoint { .. }
        | GeometryValue::MultiLineString { .. }
        | GeometryValue::GeometryCollection { .. }) => {
            Err(malformed(format!("a {} is not read", other.type_name())))
        }
    }
}

fn area(crs: Crs, rings: &[Vec<Position>]) -> Result<Outline, GeoError> {
    let ring = |ring: &Vec<Position>| {
        let points = ring.iter().map(|at| {
            let at = read_at(crs, at)?;
            Ok([at.lon(), at.lat()])
        });
        points.collect::<Result<Vec<_>, GeoError>>()
    };
    Outline::from_rings(&rings.iter().map(ring).collect::<Result<Vec<_>, _>>()?)
}

fn read_at(crs: Crs, at: &Position) -> Result<Coordinate, GeoError> {
    let ([lon, lat] | [lon, lat, _]) = at.as_slice() else {
        return Err(malformed(
            "a position of other than two or three numbers".to_owned(),
        ));
    };
    crs.read(*lon, *lat)
}

fn shown(crs: Crs, at: Coordinate) -> Position {
    let (lon, lat) = crs.show(at);
    Position::from([decimals(lon), decimals(lat)])
}

fn areas_out(crs: Crs, areas: &[Outline]) -> GeometryValue {
    let rings = |outline: &Outline| -> Vec<Vec<Position>> {
        let rings = outline.to_rings();
        let point = |[lon, lat]: &[f64; 2]| match Coordinate::new(*lon, *lat) {
            Ok(at) => shown(crs, at),
            // An outline holds coordinates only; its own numbers if that should ever fail.
            Err(_) => Position::from([*lon, *lat]),
        };
        rings
            .iter()
            .map(|ring| ring.iter().map(point).collect())
            .collect()
    };
    match areas {
        [one] => GeometryValue::Polygon {
            coordinates: rings(one),
        },
        several => GeometryValue::MultiPolygon {
            coordinates: several.iter().map(rings).collect(),
        },
    }
}

/// Seven decimals: more are noise.
fn decimals(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

fn malformed(reason: String) -> GeoError {
    GeoError::Malformed { what: NAME, reason }
}

#[cfg(test)]
mod tests;
