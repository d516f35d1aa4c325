//! The land: streets, communities, social grids and unit grids of the district as areas that fit
//! without gap or overlap.
//!
//! The district is covered with blocks of about a hundred metres, whose corners are moved a little, and
//! cut along its outline. A block is a unit grid; larger areas are sets of blocks. Neighbours share their
//! corners, so no gap and no overlap can come about, whatever is rounded.

mod mesh;
mod planar;
mod split;
mod union;

use linli_geo::{Outline, geo_json};
use linli_model::GridCode;
use linli_model::standard::{DivisionCode, SocialGridCode, UnitGridCode};

use crate::divisions::{Street, streets};
use crate::error::WorldError;
use mesh::Mesh;
use split::{Part, split};

const DISTRICT: &str = include_str!("../../../tests/fixtures/divisions/district.geojson");

/// An area with its code.
#[derive(Debug, Clone, PartialEq)]
pub struct Area<K> {
    /// Its code.
    pub code: K,
    /// The code of the area that it is a part of.
    pub within: DivisionCode,
    /// Its border.
    pub outline: Outline,
}

/// The district's areas on every level. Each level covers the district once.
#[derive(Debug, Clone, PartialEq)]
pub struct Land {
    /// The district's own outline.
    pub district: Outline,
    /// Streets in order of codes.
    pub streets: Vec<Area<DivisionCode>>,
    /// Communities in order of codes.
    pub communities: Vec<Area<DivisionCode>>,
    /// Social grids in order of codes.
    pub grids: Vec<Area<GridCode>>,
    /// Unit grids, numbered west to east and north to south within their community.
    pub unit_grids: Vec<Area<UnitGridCode>>,
}

/// The outline of the district, as its source draws it.
pub fn district_outline() -> Result<Outline, WorldError> {
    // The source does not state its system; it is read as WGS-84, for samples only.
    let features = geo_json::read(DISTRICT, Some(linli_geo::Crs::Wgs84))?;
    let outline = features
        .into_iter()
        .find_map(|feature| match feature.shape {
            geo_json::Shape::Areas(areas) => areas.into_iter().next(),
            geo_json::Shape::Point(_) | geo_json::Shape::Line(_) => None,
        });
    outline.ok_or(WorldError::Row {
        line: 1,
        reason: "district.geojson holds no area",
    })
}

/// Draws the whole district.
pub fn draw() -> Result<Land, WorldError> {
    let district = district_outline()?;
    let mesh = Mesh::cover(&district);
    let all: Vec<usize> = (0..mesh.blocks()).collect();
    let streets = streets()?;
    let mut land = Land {
        district,
        streets: Vec::new(),
        communities: Vec::new(),
        grids: Vec::new(),
        unit_grids: Vec::new(),
    };
    let parts: Vec<Part> = streets.iter().map(street_part).collect();
    let cut = split(&mesh, "the district", &all, &parts)?;
    for (street, blocks) in streets.iter().zip(cut) {
        draw_street(&mesh, street, &blocks, &mut land)?;
    }
    Ok(land)
}

fn street_part(street: &Street) -> Part {
    Part {
        weight: street.grids(),
        place: Some(street.place),
    }
}

fn draw_street(
    mesh: &Mesh,
    street: &Street,
    blocks: &[usize],
    land: &mut Land,
) -> Result<(), WorldError> {
    land.streets.push(Area {
        code: street.code.clone(),
        within: street.code.district(),
        outline: mesh.outline_of(blocks)?,
    });
    let parts: Vec<Part> = street
        .communities
        .iter()
        .map(|community| Part {
            weight: community.grids,
            place: None,
        })
        .collect();
    let cut = split(mesh, street.code.as_str(), blocks, &parts)?;
    for (community, blocks) in street.communities.iter().zip(cut) {
        land.communities.push(Area {
            code: community.code.clone(),
            within: street.code.clone(),
            outline: mesh.outline_of(&blocks)?,
        });
        let parts = vec![
            Part {
                weight: 1,
                place: None
            };
            community.grids
        ];
        let cut = split(mesh, community.code.as_str(), &blocks, &parts)?;
        for (number, blocks) in (1..).zip(&cut) {
            land.grids.push(Area {
                code: SocialGridCode::new(&community.code, number)?.to_grid()?,
                within: community.code.clone(),
                outline: mesh.outline_of(blocks)?,
            });
        }
        for (number, block) in (1..).zip(mesh.in_reading_order(&blocks)) {
            land.unit_grids.push(Area {
                code: unit_grid_code(&community.code, number)?,
                within: community.code.clone(),
                outline: mesh.outline_of(&[block])?,
            });
        }
    }
    Ok(())
}

fn unit_grid_code(community: &DivisionCode, number: u32) -> Result<UnitGridCode, WorldError> {
    Ok(format!("{community}{number:03}").parse()?)
}

#[cfg(test)]
mod tests;
