//! Doors: what people call the way to a dwelling, and the order in which doors are walked by.

use linli_model::RecordId;
use linli_store::Tx;
use linli_store::rusqlite::{OptionalExtension, params};

use super::super::find;
use super::{Fields, Stale};
use crate::error::Result;

/// Writes the row of a dwelling.
pub(super) fn dwelling(tx: &mut Tx<'_>, record: &RecordId, fields: &Fields<'_>) -> Result<()> {
    let unit = fields.text("unit").or_else(|| fields.text("code"));
    let floor = fields.int("floor");
    let entrance = fields.record("entrance");
    let own = fields.record("building");
    tx.sql()
        .prepare_cached(
            "INSERT INTO dwelling_rows (record, own_building, building, entrance, unit, floor, door,
               door_order)
             VALUES (?1, ?2, NULL, ?3, ?4, ?5, '', '')",
        )?
        .execute(params![
            record.0,
            own.map(|id| id.0),
            entrance.map(|id| id.0),
            unit.unwrap_or_default(),
            floor,
        ])?;
    name(tx, record)
}

/// A building or an entrance has another name, or is gone: the doors behind it follow.
pub(super) fn renamed(tx: &mut Tx<'_>, record: &RecordId, stale: &mut Stale) -> Result<()> {
    let behind: Vec<RecordId> = {
        let mut list = tx.sql().prepare_cached(
            "SELECT record FROM dwelling_rows
             WHERE building = ?1 OR own_building = ?1 OR entrance = ?1 OR entrance IN
               (SELECT record FROM place_rows WHERE parent = ?1)",
        )?;
        let found = list.query_map([record.0], |row| Ok(RecordId(row.get("record")?)))?;
        found.collect::<Result<_, _>>()?
    };
    for dwelling in behind {
        name(tx, &dwelling)?;
        households_behind(tx, &dwelling, stale)?;
    }
    Ok(())
}

/// The households of a dwelling.
pub(super) fn households_behind(tx: &Tx<'_>, dwelling: &RecordId, stale: &mut Stale) -> Result<()> {
    let mut list = tx
        .sql()
        .prepare_cached("SELECT record FROM household_rows WHERE dwelling = ?1")?;
    let found = list.query_map([dwelling.0], |row| Ok(RecordId(row.get("record")?)))?;
    for household in found {
        stale.insert(household?);
    }
    Ok(())
}

/// Says where a household's door is: its dwelling's, or the one in its form of address.
pub(super) fn of_household(tx: &mut Tx<'_>, household: &RecordId) -> Result<()> {
    let mut find = tx.sql().prepare_cached(
        "SELECT h.address_form AS form, d.door AS door
         FROM household_rows h LEFT JOIN dwelling_rows d ON d.record = h.dwelling
         WHERE h.record = ?1",
    )?;
    let found: Option<(String, Option<String>)> = find
        .query_row([household.0], |row| {
            Ok((row.get("form")?, row.get("door")?))
        })
        .optional()?;
    let Some((form, door)) = found else {
        return Ok(());
    };
    let door = door.filter(|door| !door.is_empty());
    let order = find::door_order(door.as_deref().unwrap_or(&form));
    tx.sql()
        .prepare_cached("UPDATE household_rows SET door = ?2, door_order = ?3 WHERE record = ?1")?
        .execute(params![household.0, door.unwrap_or_default(), order])?;
    Ok(())
}

/// Names a dwelling's door after its building and entrance as they are known now.
fn name(tx: &mut Tx<'_>, dwelling: &RecordId) -> Result<()> {
    let mut find = tx.sql().prepare_cached(
        "SELECT coalesce(b.name, '') AS building, coalesce(e.name, '') AS entrance, d.unit AS unit,
           coalesce(d.own_building, e.parent) AS at
         FROM dwelling_rows d LEFT JOIN place_rows e ON e.record = d.entrance
           LEFT JOIN place_rows b ON b.record = coalesce(d.own_building, e.parent)
         WHERE d.record = ?1",
    )?;
    let (parts, at): ([String; 3], Option<[u8; 16]>) = find.query_row([dwelling.0], |row| {
        let parts = [row.get("building")?, row.get("entrance")?, row.get("unit")?];
        Ok((parts, row.get("at")?))
    })?;
    let door = joined(&parts);
    tx.sql()
        .prepare_cached(
            "UPDATE dwelling_rows SET building = ?2, door = ?3, door_order = ?4 WHERE record = ?1",
        )?
        .execute(params![dwelling.0, at, door, find::door_order(&door)])?;
    Ok(())
}

/// 30号楼 1单元 101 is written as one word, 30 1 101 with hyphens.
fn joined(parts: &[String]) -> String {
    let mut door = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        let needs_hyphen = door.ends_with(|c: char| c.is_ascii_alphanumeric())
            && part.starts_with(|c: char| c.is_ascii_alphanumeric());
        if needs_hyphen {
            door.push('-');
        }
        door.push_str(part);
    }
    door
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn a_door_reads_as_people_say_it() {
        let door = |parts: [&str; 3]| joined(&parts.map(str::to_owned));
        assert_eq!(door(["30号楼", "1单元", "101"]), "30号楼1单元101");
        assert_eq!(door(["30", "", "101"]), "30-101");
        assert_eq!(door(["", "", "101"]), "101");
    }
}
