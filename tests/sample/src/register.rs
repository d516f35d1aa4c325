//! The registers of the sample's grids: everybody of the first grid, some of the others.

use anyhow::{Context as _, Result};
use linli_device::HouseholdInput;
use linli_model::GridCode;
use linli_world::city;

use crate::town::Town;

/// How many households a grid other than the first gets.
const SOME: u32 = 24;
/// How many of the first grid.
const ALL: u32 = 1_300;
/// How long the sample's consents last: two years.
const CONSENT_MS: i64 = 2 * 365 * 24 * 60 * 60 * 1000;

/// Writes households and doors into every grid's register. Answers how many households.
pub(crate) fn fill(town: &mut Town) -> Result<u32> {
    let mut homes = 0;
    let mut seen: Vec<GridCode> = Vec::new();
    for index in 0..town.handhelds.len() {
        let handheld = town.handhelds.get(index).context("no such handheld")?;
        let grid = handheld.device.grid.clone();
        if seen.contains(&grid) {
            continue;
        }
        let count = if grid == city::grid(1)? { ALL } else { SOME };
        homes += fill_one(town, index, &grid, count)?;
        let now = town.founded;
        town.sync(index, now)?;
        seen.push(grid);
    }
    Ok(homes)
}

fn fill_one(town: &Town, index: usize, grid: &GridCode, count: u32) -> Result<u32> {
    let handheld = town.handhelds.get(index).context("no such handheld")?;
    let now = town.founded;
    let by = handheld.engine().sign_in(&handheld.device.staff, now)?;
    let area = town.sample.grids().find(|area| area.code == *grid);
    let filled = linli_fleet::world::households_of(area.context("no such grid")?, count)?;
    for home in &filled.households {
        let input = HouseholdInput {
            address_form: format!("{} {}", home.door, home.address_form),
            people_count: home.people,
            name: home.name.clone(),
            phone: home.phone.clone(),
            consent: "sample".into(),
            expires_at: now.plus_ms(CONSENT_MS),
        };
        handheld.engine().add_household(&by, &input, now)?;
    }
    for door in &filled.places {
        let at = Some((door.lon, door.lat));
        handheld.engine().add_place(&by, &door.name, at, now)?;
    }
    Ok(u32::try_from(filled.households.len()).unwrap_or(u32::MAX))
}
