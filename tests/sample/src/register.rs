//! The registers of the sample's grids: everybody and everything of the first grid, some of the others.

use anyhow::{Context as _, Result, bail};
use linli_device::dto::building::{BuildingInput, DwellingInput, EntranceInput};
use linli_device::dto::household::ConsentDto;
use linli_device::dto::register::{ContactInput, HouseholdInput};
use linli_device::{By, Engine};
use linli_intake::{BaseRow, Door};
use linli_model::{GridCode, RecordKind, StaffId, Timestamp};
use linli_records::FieldValue;
use linli_sync_server::door::{ImportRows, RowOutcome};
use linli_world::city;
use linli_world::neighbourhood::{Component, Neighbourhood, components, fill as filled};

use crate::town::{Town, community_of};

/// How many dwellings of a grid other than the first are in its register.
const SOME: usize = 24;
/// Rows of a file that share a transaction.
const CHUNK: usize = 500;
/// How long the sample's consents last: two years.
const CONSENT_MS: i64 = 2 * 365 * 24 * 60 * 60 * 1000;

/// Writes buildings, entrances, dwellings and households into every grid's register. Answers how many
/// households.
pub(crate) fn fill(town: &mut Town) -> Result<usize> {
    let mut homes = 0;
    let mut seen: Vec<GridCode> = Vec::new();
    let now = town.founded;
    for index in 0..town.handhelds.len() {
        let handheld = town.handhelds.get(index).context("no such handheld")?;
        let grid = handheld.device.grid.clone();
        if seen.contains(&grid) {
            continue;
        }
        let by = handheld.engine().sign_in(&handheld.device.staff, now)?;
        let area = town.sample.grids().find(|area| area.code == grid);
        let filled = filled(area.context("no such grid")?)?;
        let is_first = grid == city::grid(1)?;
        let dwellings = if is_first {
            filled.dwellings.len()
        } else {
            SOME
        };
        let mut scribe = Scribe {
            engine: handheld.engine(),
            by: &by,
            now,
            filled: &filled,
        };
        homes += scribe.write(dwellings)?;
        let staff = handheld.device.staff.clone();
        let mut all = town.sample.land().grids.iter();
        let number = all.position(|area| area.code == grid);
        let mut stand = components(&filled, number.context("no such grid")?)?;
        stand.retain(|component| is_first || component.lane == 0);
        import_components(town, &filled, &stand, &staff)?;
        town.sync(index, now)?;
        seen.push(grid);
    }
    Ok(homes)
}

/// What stands in the lanes comes from the city's survey: as a file that the server imports.
fn import_components(
    town: &mut Town,
    filled: &Neighbourhood,
    stand: &[Component],
    staff: &StaffId,
) -> Result<()> {
    let now = town.founded;
    let mut rows = Vec::new();
    for (line, component) in (2..).zip(stand) {
        let lane = filled.lanes.get(component.lane).context("no such lane")?;
        let text = |text: &str| FieldValue::Text(text.to_owned());
        let class = component.code.category()?;
        let fields = [
            ("code", text(component.code.as_str())),
            ("class", text(class.as_str())),
            ("name", text(component.name)),
            ("place", text(&lane.name)),
            ("state", text("intact")),
            ("lon", FieldValue::Real(component.at.lon())),
            ("lat", FieldValue::Real(component.at.lat())),
        ];
        rows.push(BaseRow {
            line,
            kind: RecordKind::Component,
            grid: Some(filled.grid.clone()),
            door: Door::default(),
            fields: fields.map(|(name, value)| (name.to_owned(), value)).into(),
            phones: Vec::new(),
        });
    }
    let host = town.host_of(&community_of(&filled.grid)?)?;
    for rows in rows.chunks(CHUNK) {
        let ask = ImportRows {
            staff: staff.clone(),
            confirm: true,
            rows: rows.to_vec(),
        };
        let done = town
            .server(host)?
            .call(|calls| calls.import_rows(now, &ask))?;
        let is_new = |outcome: &RowOutcome| matches!(outcome, RowOutcome::New { .. });
        if let Some(other) = done.iter().find(|outcome| !is_new(outcome)) {
            bail!("a component was not taken: {other:?}");
        }
    }
    Ok(())
}

/// Who writes a neighbourhood down.
struct Scribe<'a> {
    engine: &'a Engine,
    by: &'a By,
    now: Timestamp,
    filled: &'a Neighbourhood,
}

impl Scribe<'_> {
    /// Writes the first dwellings with what they belong to and who lives there.
    fn write(&mut self, dwellings: usize) -> Result<usize> {
        let filled = self.filled;
        let mut homes = 0;
        let mut building = None;
        let mut entrance = None;
        for (index, dwelling) in filled.dwellings.iter().enumerate().take(dwellings) {
            let door = filled.entrances.get(dwelling.entrance);
            let door = door.context("a dwelling without an entrance")?;
            let house = match &building {
                Some((known, id)) if *known == door.building => String::clone(id),
                _ => self.building(door.building)?,
            };
            building = Some((door.building, house.clone()));
            let way = match &entrance {
                Some((known, id)) if *known == dwelling.entrance => String::clone(id),
                _ => self.entrance(&house, door.number)?,
            };
            entrance = Some((dwelling.entrance, way.clone()));
            let input = DwellingInput {
                building: house,
                entrance: Some(way),
                unit: dwelling.door.clone(),
                floor: i16::try_from(dwelling.floor).ok(),
            };
            let home = self.engine.add_dwelling(self.by, &input, self.now)?;
            let lives_here = |household: &usize| {
                let found = filled.households.get(*household);
                found.is_some_and(|household| household.dwelling == index)
            };
            if let Some(household) = (homes..filled.households.len()).find(lives_here) {
                self.household(household, &home.to_string())?;
                homes = household + 1;
            }
        }
        Ok(homes)
    }

    fn building(&self, index: usize) -> Result<String> {
        let building = self.filled.buildings.get(index);
        let building = building.context("an entrance without a building")?;
        let input = BuildingInput {
            name: format!("{}号楼", building.number),
            position: Some(linli_device::dto::place::PositionDto {
                lon: building.at.lon(),
                lat: building.at.lat(),
                accuracy_m: None,
                source: linli_device::dto::place::PositionSource::Manual,
                at: self.now.0,
            }),
        };
        Ok(self
            .engine
            .add_building(self.by, &input, self.now)?
            .to_string())
    }

    fn entrance(&self, building: &str, number: u32) -> Result<String> {
        let input = EntranceInput {
            building: building.to_owned(),
            name: format!("{number}单元"),
        };
        Ok(self
            .engine
            .add_entrance(self.by, &input, self.now)?
            .to_string())
    }

    /// A household with those of its people who told a telephone number.
    fn household(&self, index: usize, dwelling: &str) -> Result<()> {
        let household = self
            .filled
            .households
            .get(index)
            .context("no such household")?;
        let people = self.filled.residents.iter();
        let told = people.filter(|one| one.household == index && one.phone.is_some());
        let contact = |one: &linli_world::neighbourhood::Resident| ContactInput {
            name: Some(one.name.clone()),
            phones: one.phone.iter().cloned().collect(),
            language: None,
            hours: None,
            consent: ConsentDto {
                purpose: "register".into(),
                legal_basis: "consent".into(),
                consent: "sample".into(),
                expires_at: self.now.plus_ms(CONSENT_MS).0,
            },
        };
        let input = HouseholdInput {
            dwelling: Some(dwelling.to_owned()),
            address_form: household.address_form.clone(),
            people_count: u8::try_from(household.people).ok(),
            contacts: told.map(contact).collect(),
        };
        self.engine.add_household(self.by, &input, self.now)?;
        Ok(())
    }
}
