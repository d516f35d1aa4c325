//! Grids with their borders, from `GeoJSON`. The "line" of a feature is its place in the file.

use std::collections::BTreeMap;

use linli_geo::geo_json::{self, Shape};
use linli_geo::{Crs, Outline};
use linli_model::edition::Day;
use serde_json::Value as Json;

use crate::fields::Fields;
use crate::header::Header;
use crate::kinds::{Kind, Row, With};
use crate::mapping::Mapping;
use crate::mistake::{Mistake, Notes};
use crate::read::{Cell, Value};
use crate::reason::Reason;
use crate::refusal::Refusal;

/// Reads grids. The file says its coordinate system itself, or `stated` does.
pub fn read_grids(
    text: &str,
    stated: Option<Crs>,
    mapping: &Mapping,
    notes: &mut Notes,
) -> Result<(Vec<Row>, Vec<Mistake>), Refusal> {
    let features = geo_json::read_each(text, stated).map_err(|error| areas(&error))?;
    let mut rows = Vec::new();
    let mut mistakes = Vec::new();
    let mut first: BTreeMap<String, u64> = BTreeMap::new();
    for (at, feature) in features.into_iter().enumerate() {
        let line = u64::try_from(at).unwrap_or(u64::MAX).saturating_add(1);
        let names: Vec<String> = feature.properties.keys().cloned().collect();
        let header = Header::read(line, &names, Kind::Grids.columns(), mapping)?;
        let cells: Vec<Cell> = feature.properties.values().map(cell).collect();
        let mut fields = Fields::new(&header, &cells, line, &mapping.values, notes);
        let with = With {
            crs: stated,
            today: Day(0),
        };
        let parsed = Kind::Grids.parse(&mut fields, with);
        let border = match feature.shape {
            Ok(shape) => one_area(&shape),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = &border {
            fields.wrong_row(Reason::Border(why.clone()));
        }
        mistakes.extend(fields.into_mistakes());
        let Some((parsed, border)) = parsed.zip(border.ok()) else {
            continue;
        };
        if let Some(earlier) = first.get(&parsed.same) {
            mistakes.push(Mistake::of_row(line, Reason::Repeats(*earlier)));
            continue;
        }
        first.insert(parsed.same, line);
        if let Row::Grid(mut row) = parsed.row {
            row.grid.border = border.to_rings();
            rows.push(Row::Grid(row));
        }
    }
    Ok((rows, mistakes))
}

/// Reads the border of a whole, as of a district: every area of a file.
pub fn read_whole(text: &str, stated: Option<Crs>) -> Result<Vec<Outline>, Refusal> {
    let features = geo_json::read(text, stated).map_err(|error| areas(&error))?;
    let outlines = features
        .into_iter()
        .filter_map(|feature| match feature.shape {
            Shape::Areas(outlines) => Some(outlines),
            Shape::Point(_) | Shape::Line(_) => None,
        });
    Ok(outlines.flatten().collect())
}

fn one_area(shape: &Shape) -> Result<Outline, String> {
    match shape {
        Shape::Areas(areas) => match areas.as_slice() {
            [one] => Ok(one.clone()),
            several => Err(format!("a grid is one area, here are {}", several.len())),
        },
        Shape::Point(_) | Shape::Line(_) => Err("a grid is an area".to_owned()),
    }
}

fn cell(value: &Json) -> Cell {
    let value = match value {
        Json::String(text) => return Cell::text(text),
        Json::Number(number) => number.as_f64().map_or(Value::Empty, Value::Number),
        Json::Bool(flag) => Value::Flag(*flag),
        Json::Null | Json::Array(_) | Json::Object(_) => Value::Empty,
    };
    Cell {
        value,
        ..Cell::EMPTY
    }
}

fn areas(error: &linli_geo::GeoError) -> Refusal {
    if let linli_geo::GeoError::Crs(why) = error
        && why.contains("does not say")
    {
        return Refusal::NoCrs;
    }
    Refusal::Areas(error.to_string())
}

#[cfg(test)]
mod tests;
