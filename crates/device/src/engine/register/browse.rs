//! 人进户，户进房，房进格: from the buildings of a grid to the households in them, and what stands in
//! public space. Read from rows, a part at a time.

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_store::Reader;
use linli_store::rusqlite::{Row, named_params, params};

use super::super::Engine;
use super::super::people::By;
use super::{id, masked, optional_id};
use crate::dto::building::{
    BuildingRow, ComponentState, DwellingList, DwellingQuery, DwellingRow, EntranceRow,
    FacilityKind, FacilityList, FacilityQuery, FacilityRow, PageQuery,
};
use crate::dto::household::{HouseholdList, HouseholdQuery, HouseholdRow};
use crate::dto::place::{PositionDto, PositionSource};
use crate::error::Result;

/// The most rows of one answer.
const MOST: u32 = 200;

impl Engine {
    /// The buildings of the grid in the order of their numbers.
    pub fn buildings(&self, by: &By, now: Timestamp) -> Result<Vec<BuildingRow>> {
        self.may_see(by, RecordKind::Building, now)?;
        self.read(|reader| {
            let mut list = reader
                .sql()
                .prepare_cached(include_str!("browse/buildings.sql"))?;
            let found = list.query_map([RecordKind::Building.number()], building)?;
            let mut rows: Vec<BuildingRow> = found.collect::<Result<_, _>>()?;
            rows.sort_by_cached_key(|row| (super::find::door_order(&row.name), row.name.clone()));
            Ok(rows)
        })
    }

    /// The entrances of a building.
    pub fn entrances(&self, by: &By, building: &str, now: Timestamp) -> Result<Vec<EntranceRow>> {
        self.may_see(by, RecordKind::Entrance, now)?;
        let building = id(building, "building")?;
        self.read(|reader| {
            let mut list = reader
                .sql()
                .prepare_cached(include_str!("browse/entrances.sql"))?;
            let found =
                list.query_map(params![RecordKind::Entrance.number(), building.0], |row| {
                    Ok(EntranceRow {
                        id: RecordId(row.get("record")?).to_string(),
                        name: row.get("name")?,
                        dwelling_count: row.get("dwellings")?,
                        household_count: row.get("households")?,
                    })
                })?;
            let mut rows: Vec<EntranceRow> = found.collect::<Result<_, _>>()?;
            rows.sort_by_cached_key(|row| (super::find::door_order(&row.name), row.name.clone()));
            Ok(rows)
        })
    }

    /// Dwellings in the order of their doors, with who lives there.
    pub fn dwellings(
        &self,
        by: &By,
        query: &DwellingQuery,
        now: Timestamp,
    ) -> Result<DwellingList> {
        self.may_see(by, RecordKind::Dwelling, now)?;
        self.may_see(by, RecordKind::Household, now)?;
        let building = optional_id(query.building.as_deref(), "building")?.map(|id| id.0);
        let entrance = optional_id(query.entrance.as_deref(), "entrance")?.map(|id| id.0);
        let (limit, offset) = window(query.page);
        self.read(|reader| {
            let total_count = reader.sql().query_row(
                "SELECT count(*) FROM dwelling_rows
                 WHERE (?1 IS NULL OR building = ?1) AND (?2 IS NULL OR entrance = ?2)",
                params![building, entrance],
                |row| row.get(0),
            )?;
            let mut list = reader
                .sql()
                .prepare_cached(include_str!("browse/dwellings.sql"))?;
            let found = list.query_map(
                named_params! {":building": building, ":entrance": entrance, ":limit": limit,
                ":offset": offset},
                dwelling,
            )?;
            Ok(DwellingList {
                rows: found.collect::<Result<_, _>>()?,
                total_count,
            })
        })
    }

    /// Households of a place in the order of their doors, or the answers to a question, the best first.
    pub fn households(
        &self,
        by: &By,
        query: &HouseholdQuery,
        now: Timestamp,
    ) -> Result<HouseholdList> {
        self.may_see(by, RecordKind::Household, now)?;
        let text = query.text.as_deref().map(str::trim);
        match text.filter(|text| !text.is_empty()) {
            Some(text) => self.found(text, query, now),
            None => self.listed(query, now),
        }
    }

    fn found(&self, text: &str, query: &HouseholdQuery, now: Timestamp) -> Result<HouseholdList> {
        let near = query.near.map(|at| (at.lon, at.lat));
        let (limit, offset) = window(query.page);
        self.read(|reader| {
            let all = super::find::search(reader, text, near, now)?;
            let total_count = u32::try_from(all.len()).unwrap_or(u32::MAX);
            let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
            let taken = usize::try_from(limit).unwrap_or(usize::MAX);
            let mut rows = Vec::new();
            for one in all.iter().skip(skipped).take(taken) {
                rows.extend(household_row(
                    reader,
                    &one.household,
                    one.contact.as_ref(),
                    now,
                )?);
            }
            Ok(HouseholdList { rows, total_count })
        })
    }

    fn listed(&self, query: &HouseholdQuery, now: Timestamp) -> Result<HouseholdList> {
        let building = optional_id(query.building.as_deref(), "building")?.map(|id| id.0);
        let entrance = optional_id(query.entrance.as_deref(), "entrance")?.map(|id| id.0);
        let dwelling = optional_id(query.dwelling.as_deref(), "dwelling")?.map(|id| id.0);
        let (limit, offset) = window(query.page);
        self.read(|reader| {
            let total_count = reader.sql().query_row(
                include_str!("browse/household_count.sql"),
                named_params! {":building": building, ":entrance": entrance, ":dwelling": dwelling},
                |row| row.get(0),
            )?;
            let mut list = reader
                .sql()
                .prepare_cached(include_str!("browse/household_ids.sql"))?;
            let found = list.query_map(
                named_params! {":building": building, ":entrance": entrance, ":dwelling": dwelling,
                ":limit": limit, ":offset": offset},
                |row| Ok(RecordId(row.get("record")?)),
            )?;
            let mut rows = Vec::new();
            for household in found {
                rows.extend(household_row(reader, &household?, None, now)?);
            }
            Ok(HouseholdList { rows, total_count })
        })
    }

    /// Places or components by class and name.
    pub fn facilities(
        &self,
        by: &By,
        query: &FacilityQuery,
        now: Timestamp,
    ) -> Result<FacilityList> {
        let kind = match query.kind {
            FacilityKind::Place => RecordKind::Place,
            FacilityKind::Component => RecordKind::Component,
        };
        self.may_see(by, kind, now)?;
        let building = optional_id(query.building.as_deref(), "building")?.map(|id| id.0);
        let (limit, offset) = window(query.page);
        self.read(|reader| {
            let total_count = reader.sql().query_row(
                "SELECT count(*) FROM facility_rows WHERE kind = ?1
                   AND (?2 IS NULL OR class = ?2) AND (?3 IS NULL OR building = ?3)",
                params![kind.number(), query.class, building],
                |row| row.get(0),
            )?;
            let mut list = reader
                .sql()
                .prepare_cached(include_str!("browse/facilities.sql"))?;
            let found = list.query_map(
                named_params! {":kind": kind.number(), ":class": query.class,
                ":building": building, ":limit": limit, ":offset": offset},
                facility,
            )?;
            Ok(FacilityList {
                rows: found.collect::<Result<_, _>>()?,
                total_count,
            })
        })
    }
}

/// A household as lists show it, with the person to talk to or the one who was searched for.
pub(super) fn household_row(
    reader: &Reader<'_>,
    household: &RecordId,
    contact: Option<&RecordId>,
    now: Timestamp,
) -> Result<Option<HouseholdRow>> {
    let mut find = reader
        .sql()
        .prepare_cached(include_str!("browse/household.sql"))?;
    let mut rows = find.query(named_params! {":household": household.0,
    ":contact": contact.map(|id| id.0), ":now": now.0})?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let phones: Option<String> = row.get("phones")?;
    let phones = phones
        .map(|json| super::rows::read_phones(&json))
        .transpose()?;
    let first = phones.and_then(|phones| phones.into_iter().next());
    Ok(Some(HouseholdRow {
        id: household.to_string(),
        address_form: row.get("address_form")?,
        door: row.get("door")?,
        dwelling: optional_text(row, "dwelling")?,
        people_count: row.get("people_count")?,
        contact: optional_text(row, "contact")?,
        name: row.get("name")?,
        phone: first.map(|phone| masked(&phone.number)),
        last_visit_at: row.get("last_visit_at")?,
        clash_count: row.get("clashes")?,
    }))
}

/// The id in a column that may be empty.
pub(super) fn optional_text(
    row: &Row<'_>,
    column: &str,
) -> linli_store::rusqlite::Result<Option<String>> {
    let record: Option<[u8; 16]> = row.get(column)?;
    Ok(record.map(|record| RecordId(record).to_string()))
}

fn building(row: &Row<'_>) -> linli_store::rusqlite::Result<BuildingRow> {
    let at: (Option<f64>, Option<f64>) = (row.get("lon")?, row.get("lat")?);
    let position = at.0.zip(at.1).map(|(lon, lat)| PositionDto {
        lon,
        lat,
        accuracy_m: None,
        source: PositionSource::Door,
        at: 0,
    });
    Ok(BuildingRow {
        id: RecordId(row.get("record")?).to_string(),
        name: row.get("name")?,
        position,
        entrance_count: row.get("entrances")?,
        dwelling_count: row.get("dwellings")?,
        household_count: row.get("households")?,
    })
}

fn dwelling(row: &Row<'_>) -> linli_store::rusqlite::Result<DwellingRow> {
    let households: Option<String> = row.get("households")?;
    let households = households.unwrap_or_default();
    let households = households.split(',').filter(|id| !id.is_empty());
    Ok(DwellingRow {
        id: RecordId(row.get("record")?).to_string(),
        door: row.get("door")?,
        unit: row.get("unit")?,
        floor: row.get("floor")?,
        households: households.map(str::to_lowercase).collect(),
        address_form: row.get("address_form")?,
    })
}

fn facility(row: &Row<'_>) -> linli_store::rusqlite::Result<FacilityRow> {
    let state: Option<String> = row.get("state")?;
    Ok(FacilityRow {
        id: RecordId(row.get("record")?).to_string(),
        name: row.get("name")?,
        code: row.get("code")?,
        class: row.get("class")?,
        state: state.and_then(|word| ComponentState::of(&word)),
        checked_at: row.get("checked_at")?,
        place: row.get("place")?,
        clash_count: row.get("clashes")?,
    })
}

/// How many rows, and how many before them.
fn window(page: PageQuery) -> (i64, i64) {
    (i64::from(page.limit.min(MOST)), i64::from(page.offset))
}
