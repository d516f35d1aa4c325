//! Households and doors of a grid, as the generator fills it.

use linli_model::GridCode;
use linli_world::land::Area;
use linli_world::neighbourhood::{Neighbourhood, fill};
use linli_world::{Sample, SampleSet, WorldError};

/// An invented household with somebody who can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoHousehold {
    /// Its grid.
    pub grid: GridCode,
    /// Door as people say it.
    pub door: String,
    /// Form of address.
    pub address_form: String,
    /// Name of the person to talk to.
    pub name: String,
    /// Telephone: 990 and eight digits, which no operator gives out.
    pub phone: String,
    /// How many people live there.
    pub people: u8,
}

/// An invented named place.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoPlace {
    /// Its name.
    pub name: String,
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
}

/// What the demo writes into a grid's register.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoRegister {
    /// Households.
    pub households: Vec<DemoHousehold>,
    /// Doors of buildings: one for every dozen households.
    pub places: Vec<DemoPlace>,
}

/// The first households of a drawn grid, and doors: the same for the same arguments.
fn households_of(area: &Area<GridCode>, count: u32) -> Result<DemoRegister, WorldError> {
    let filled = fill(area)?;
    let up_to = |count: u32| count.try_into().unwrap_or(usize::MAX);
    Ok(DemoRegister {
        households: callable(&area.code, &filled).take(up_to(count)).collect(),
        places: doors(&filled).take(up_to(count.div_ceil(12))).collect(),
    })
}

/// The same by the grid's code; empty for a grid of no sample.
pub fn demo_register(grid: &GridCode, count: u32) -> Result<DemoRegister, WorldError> {
    let sample = Sample::new(SampleSet::District)?;
    let area = sample.grids().find(|area| area.code == *grid);
    Ok(match area {
        Some(area) => households_of(area, count)?,
        None => DemoRegister {
            households: Vec::new(),
            places: Vec::new(),
        },
    })
}

fn doors(filled: &Neighbourhood) -> impl Iterator<Item = DemoPlace> {
    filled.entrances.iter().filter_map(|entrance| {
        let building = filled.buildings.get(entrance.building)?;
        Some(DemoPlace {
            name: format!("{}号楼{}单元", building.number, entrance.number),
            lon: entrance.at.lon(),
            lat: entrance.at.lat(),
        })
    })
}

/// Households whose first resident has told a telephone number.
fn callable<'a>(
    grid: &'a GridCode,
    filled: &'a Neighbourhood,
) -> impl Iterator<Item = DemoHousehold> + 'a {
    let mut last = None;
    let firsts = filled.residents.iter().filter(move |resident| {
        let is_first = last != Some(resident.household);
        last = Some(resident.household);
        is_first
    });
    firsts.filter_map(move |resident| {
        let phone = resident.phone.clone()?;
        let household = filled.households.get(resident.household)?;
        let dwelling = filled.dwellings.get(household.dwelling)?;
        let entrance = filled.entrances.get(dwelling.entrance)?;
        let building = filled.buildings.get(entrance.building)?;
        Some(DemoHousehold {
            grid: grid.clone(),
            door: format!(
                "{}号楼{}单元{}",
                building.number, entrance.number, dwelling.door
            ),
            address_form: household.address_form.clone(),
            name: resident.name.clone(),
            phone,
            people: u8::try_from(household.people).unwrap_or(u8::MAX),
        })
    })
}
