//! Commands about what doors belong to: buildings, entrances, dwellings. Most of them come from the
//! city's base data; these write what is missing.

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::Basis;

use super::super::Engine;
use super::super::people::By;
use super::pen::Sheet;
use super::{id, must_be, optional_id};
use crate::dto::building::{BuildingInput, DwellingInput, EntranceInput};
use crate::error::{DeviceError, Result};

impl Engine {
    /// Adds a building.
    pub fn add_building(&self, by: &By, input: &BuildingInput, now: Timestamp) -> Result<RecordId> {
        let sheet = Sheet::new()
            .set("name", named(&input.name, "name")?)
            .set_some("lon", input.position.map(|at| at.lon))
            .set_some("lat", input.position.map(|at| at.lat));
        self.with_pen(by, Some(Basis::Sight), now, |pen| {
            pen.create(RecordKind::Building, sheet.content())
        })
    }

    /// Adds an entrance to a building.
    pub fn add_entrance(&self, by: &By, input: &EntranceInput, now: Timestamp) -> Result<RecordId> {
        let building = id(&input.building, "building")?;
        let sheet = Sheet::new()
            .set("name", named(&input.name, "name")?)
            .set("building", building.to_string());
        self.with_pen(by, Some(Basis::Sight), now, |pen| {
            must_be(pen.tx, &building, RecordKind::Building, "building")?;
            pen.create(RecordKind::Entrance, sheet.content())
        })
    }

    /// Adds a dwelling to a building.
    pub fn add_dwelling(&self, by: &By, input: &DwellingInput, now: Timestamp) -> Result<RecordId> {
        let building = id(&input.building, "building")?;
        let entrance = optional_id(input.entrance.as_deref(), "entrance")?;
        let sheet = Sheet::new()
            .set("unit", named(&input.unit, "unit")?)
            .set("building", building.to_string())
            .set_some("entrance", entrance.map(|id| id.to_string()))
            .set_some("floor", input.floor.map(i64::from));
        self.with_pen(by, Some(Basis::Sight), now, |pen| {
            must_be(pen.tx, &building, RecordKind::Building, "building")?;
            if let Some(entrance) = &entrance {
                must_be(pen.tx, entrance, RecordKind::Entrance, "entrance")?;
            }
            pen.create(RecordKind::Dwelling, sheet.content())
        })
    }
}

fn named<'t>(text: &'t str, field: &'static str) -> Result<&'t str> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DeviceError::InputInvalid(field));
    }
    Ok(text)
}
