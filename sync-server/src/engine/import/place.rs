//! Where a row belongs, and which record it is about. What is not clear is refused, never guessed.

use std::collections::BTreeMap;

use linli_intake::{BaseRow, Door};
use linli_model::{GridCode, RecordId, RecordKind};
use linli_records::FieldValue;
use linli_store::Tx;

use super::Stop;
use crate::door::RowRefusal;
use crate::engine::base_records::{self, Known};

/// Where a row belongs.
pub(super) struct Place {
    /// Its grid.
    pub(super) home: GridCode,
    /// The record that is meant, when it is there.
    pub(super) record: Option<RecordId>,
    /// Fields that refer to other records.
    pub(super) links: BTreeMap<String, FieldValue>,
    /// An entrance that has to be made first: its building and name.
    pub(super) entrance: Option<(RecordId, String)>,
}

/// Where a row belongs and which record it is about.
pub(super) fn place_of(tx: &Tx<'_>, row: &BaseRow) -> Result<Place, Stop> {
    match row.kind {
        RecordKind::Building => coded(tx, row, None),
        RecordKind::Component => {
            let building = match &row.door.building {
                Some(code) => Some(building(tx, code, row.grid.as_ref())?),
                None => None,
            };
            coded(tx, row, building)
        }
        RecordKind::Dwelling => of_dwelling(tx, row),
        RecordKind::Household => {
            let dwelling = dwelling(tx, &row.door, row.grid.as_ref())?;
            let form = text(row, "address_form");
            let known =
                base_records::find(tx, &base_records::of_household(&dwelling.record, &form))?;
            let record = at_most_one("household", known)?;
            let loose = base_records::of_loose_household(&dwelling.home, &form);
            if record.is_none() && !base_records::find(tx, &loose)?.is_empty() {
                return Err(RowRefusal::WithoutDwelling.into());
            }
            Ok(placed(dwelling.home, record, "dwelling", &dwelling.record))
        }
        RecordKind::Contact => {
            let dwelling = dwelling(tx, &row.door, row.grid.as_ref())?;
            let form = row.door.address_form.clone().unwrap_or_default();
            let known =
                base_records::find(tx, &base_records::of_household(&dwelling.record, &form))?;
            let household = one("household", known)?;
            let key = base_records::of_contact(&household.record, &text(row, "name"));
            let record = at_most_one("contact", base_records::find(tx, &key)?)?;
            Ok(placed(
                household.home,
                record,
                "household",
                &household.record,
            ))
        }
        RecordKind::Case
        | RecordKind::Enrolment
        | RecordKind::Visit
        | RecordKind::Entrance
        | RecordKind::Place
        | RecordKind::Disclosure => Err(RowRefusal::Value {
            detail: "such records do not come in files".to_owned(),
        }
        .into()),
    }
}

fn text(row: &BaseRow, name: &str) -> String {
    let value = row.fields.get(name).and_then(FieldValue::as_text);
    value.unwrap_or_default().to_owned()
}

fn placed(home: GridCode, record: Option<Known>, link: &str, to: &RecordId) -> Place {
    Place {
        home,
        record: record.map(|known| known.record),
        links: BTreeMap::from([(link.to_owned(), to.to_string().into())]),
        entrance: None,
    }
}

/// A building or component goes by its code, whatever its grid.
fn coded(tx: &Tx<'_>, row: &BaseRow, building: Option<Known>) -> Result<Place, Stop> {
    let what = if row.kind == RecordKind::Building {
        "building"
    } else {
        "component"
    };
    let known = base_records::find(tx, &base_records::of_code(row.kind, &text(row, "code")))?;
    let links = building
        .iter()
        .map(|known| ("building".to_owned(), known.record.to_string().into()));
    let links = links.collect();
    let known = narrowed(what, known, row.grid.as_ref())?;
    match (known, row.grid.clone().or(building.map(|known| known.home))) {
        (Some(known), _) => Ok(Place {
            home: known.home,
            record: Some(known.record),
            links,
            entrance: None,
        }),
        (None, Some(home)) => Ok(Place {
            home,
            record: None,
            links,
            entrance: None,
        }),
        (None, None) => Err(RowRefusal::NoGrid.into()),
    }
}

/// Of several with the same code, the one of the grid that the row names.
fn narrowed(what: &str, known: Vec<Known>, grid: Option<&GridCode>) -> Result<Option<Known>, Stop> {
    let Some(grid) = grid else {
        return at_most_one(what, known);
    };
    let (here, elsewhere): (Vec<Known>, Vec<Known>) =
        known.into_iter().partition(|known| known.home == *grid);
    if here.is_empty()
        && let Some(other) = elsewhere.first()
    {
        let grid = other.home.to_string();
        return Err(RowRefusal::OtherGrid { grid }.into());
    }
    at_most_one(what, here)
}

fn at_most_one(what: &str, mut known: Vec<Known>) -> Result<Option<Known>, Stop> {
    if known.len() > 1 {
        let refusal = RowRefusal::Ambiguous {
            what: what.to_owned(),
            count: known.len(),
        };
        return Err(refusal.into());
    }
    Ok(known.pop())
}

fn one(what: &str, known: Vec<Known>) -> Result<Known, Stop> {
    let missing = || RowRefusal::NotThere {
        what: what.to_owned(),
    };
    at_most_one(what, known)?.ok_or_else(|| missing().into())
}

fn building(tx: &Tx<'_>, code: &str, grid: Option<&GridCode>) -> Result<Known, Stop> {
    let known = base_records::find(tx, &base_records::of_code(RecordKind::Building, code))?;
    let found = narrowed("building", known, grid)?;
    let missing = || RowRefusal::NotThere {
        what: "building".to_owned(),
    };
    found.ok_or_else(|| missing().into())
}

/// The dwelling that a door names: by its own code, or by building, entrance and unit.
fn dwelling(tx: &Tx<'_>, door: &Door, grid: Option<&GridCode>) -> Result<Known, Stop> {
    let missing = || {
        Stop::from(RowRefusal::NotThere {
            what: "dwelling".to_owned(),
        })
    };
    if let Some(code) = &door.dwelling {
        let known = base_records::find(tx, &base_records::of_code(RecordKind::Dwelling, code))?;
        return narrowed("dwelling", known, grid)?.ok_or_else(missing);
    }
    let building = building(tx, door.building.as_deref().unwrap_or_default(), grid)?;
    let entrance = match &door.entrance {
        None => None,
        Some(name) => Some(entrance(tx, &building, name)?.ok_or_else(missing)?),
    };
    let unit = door.unit.as_deref().unwrap_or_default();
    one("dwelling", by_unit(tx, &building, entrance.as_ref(), unit)?)
}

fn entrance(tx: &Tx<'_>, building: &Known, name: &str) -> Result<Option<Known>, Stop> {
    let known = base_records::find(tx, &base_records::of_entrance(&building.record, name))?;
    at_most_one("entrance", known)
}

fn by_unit(
    tx: &Tx<'_>,
    building: &Known,
    entrance: Option<&Known>,
    unit: &str,
) -> Result<Vec<Known>, Stop> {
    let entrance = entrance.map(|known| &known.record);
    let key = base_records::of_unit(&building.record, entrance, unit);
    Ok(base_records::find(tx, &key)?)
}

/// A dwelling goes by its code when the file gives one, and by its door.
fn of_dwelling(tx: &Tx<'_>, row: &BaseRow) -> Result<Place, Stop> {
    let door = &row.door;
    let building = building(
        tx,
        door.building.as_deref().unwrap_or_default(),
        row.grid.as_ref(),
    )?;
    let entrance = match &door.entrance {
        None => None,
        Some(name) => Some((name, entrance(tx, &building, name)?)),
    };
    let unit = door.unit.as_deref().unwrap_or_default();
    let behind = match &entrance {
        Some((_, None)) => Vec::new(),
        Some((_, Some(known))) => by_unit(tx, &building, Some(known), unit)?,
        None => by_unit(tx, &building, None, unit)?,
    };
    let by_door = at_most_one("dwelling", behind)?;
    let by_code = match &door.dwelling {
        None => None,
        Some(code) => {
            let known = base_records::find(tx, &base_records::of_code(RecordKind::Dwelling, code))?;
            at_most_one("dwelling", known)?
        }
    };
    let record = match (by_code, by_door) {
        (Some(code), Some(door)) if code != door => return Err(RowRefusal::OtherDoor.into()),
        // The code is known at another door: whether it has moved or was mistyped, a person says.
        (Some(_), None) => return Err(RowRefusal::OtherDoor.into()),
        (Some(known), Some(_)) | (None, Some(known)) => Some(known.record),
        (None, None) => None,
    };
    let mut links = BTreeMap::from([("building".to_owned(), building.record.to_string().into())]);
    if let Some((_, Some(known))) = &entrance {
        links.insert("entrance".to_owned(), known.record.to_string().into());
    }
    let missing = match entrance {
        Some((name, None)) => Some((building.record, name.clone())),
        Some((_, Some(_))) | None => None,
    };
    Ok(Place {
        home: building.home,
        record,
        links,
        entrance: missing,
    })
}
