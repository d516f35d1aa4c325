//! Writes invented households and places, to have something to look at.

use std::collections::BTreeMap;

use clap::Args;
use linli_device::dto::building::{BuildingInput, DwellingInput, EntranceInput};
use linli_device::dto::household::ConsentDto;
use linli_device::dto::register::{ContactInput, HouseholdInput};
use linli_device::{Device, DeviceError};
use linli_model::GridCode;
use serde::Serialize;

use super::Common;
use super::answer::{Failure, Output};
use super::door::unlocked;
use super::write::now;
use crate::world::demo_register;

/// Name and telephone of an invented household are kept for a year.
const KEEP_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// `seed-households`.
#[derive(Debug, Args)]
pub(super) struct Seed {
    /// How many.
    #[arg(long, default_value_t = 24)]
    count: u32,
    /// Writes buildings, entrances and dwellings too, and puts the households into them.
    #[arg(long)]
    doors: bool,
}

/// What `seed-households` answers.
#[derive(Debug, Serialize)]
struct Seeded {
    households: u32,
    places: u32,
}

pub(super) fn seed(common: &Common, seed: &Seed, output: &mut Output) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let grid = device.status()?.grid.ok_or(DeviceError::NotBound)?;
    let grid: GridCode = grid.code.parse().map_err(DeviceError::from)?;
    let mut answer = Seeded {
        households: 0,
        places: 0,
    };
    let mut doors = seed.doors.then(Doors::default);
    let register = demo_register(&grid, seed.count)?;
    for home in register.households {
        let dwelling = match &mut doors {
            Some(doors) => Some(doors.dwelling(&device, &home.door)?),
            None => None,
        };
        let address_form = match dwelling {
            Some(_) => home.address_form,
            None => format!("{} {}", home.door, home.address_form),
        };
        device.add_household(&HouseholdInput {
            dwelling,
            address_form,
            people_count: Some(home.people),
            contacts: vec![ContactInput {
                name: Some(home.name),
                phones: vec![home.phone],
                language: None,
                hours: None,
                consent: ConsentDto {
                    purpose: "register".into(),
                    legal_basis: "consent".into(),
                    consent: "demo-consent".into(),
                    expires_at: now().saturating_add(KEEP_MS),
                },
            }],
        })?;
        answer.households += 1;
    }
    if doors.is_some() {
        return said_seeded(&answer, output);
    }
    for place in register.places {
        device.add_place(&place.name, Some((place.lon, place.lat)))?;
        answer.places += 1;
    }
    said_seeded(&answer, output)
}

fn said_seeded(answer: &Seeded, output: &mut Output) -> Result<(), Failure> {
    output.answer(answer, || {
        vec![format!(
            "seeded: {} invented households, {} places",
            answer.households, answer.places
        )]
    })
}

/// Buildings, entrances and dwellings that were made so far, by their names.
#[derive(Default)]
struct Doors {
    buildings: BTreeMap<String, String>,
    entrances: BTreeMap<String, String>,
}

impl Doors {
    /// Makes the dwelling of a door such as 30号楼1单元101, and what it belongs to.
    fn dwelling(&mut self, device: &Device, door: &str) -> Result<String, Failure> {
        let (building, rest) = door
            .split_once('楼')
            .map_or((door.to_owned(), ""), |(name, rest)| {
                (format!("{name}楼"), rest)
            });
        let (entrance, unit) = rest
            .split_once("单元")
            .map_or((String::new(), rest), |(name, unit)| {
                (format!("{name}单元"), unit)
            });
        if !self.buildings.contains_key(&building) {
            let made = device.add_building(&BuildingInput {
                name: building.clone(),
                position: None,
            })?;
            self.buildings.insert(building.clone(), made.id);
        }
        let at = self.buildings.get(&building).cloned().unwrap_or_default();
        let way = format!("{building}{entrance}");
        if !entrance.is_empty() && !self.entrances.contains_key(&way) {
            let made = device.add_entrance(&EntranceInput {
                building: at.clone(),
                name: entrance,
            })?;
            self.entrances.insert(way.clone(), made.id);
        }
        let made = device.add_dwelling(&DwellingInput {
            building: at,
            entrance: self.entrances.get(&way).cloned(),
            unit: unit.to_owned(),
            floor: None,
        })?;
        Ok(made.id)
    }
}
