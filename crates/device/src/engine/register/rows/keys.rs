//! Search keys of a household and its people.

use linli_model::RecordId;
use linli_store::Tx;
use linli_store::rusqlite::{OptionalExtension, params};

use super::super::find::{self, Key};
use super::read_phones;
use crate::error::Result;

/// Nothing about a household itself expires.
const EVER: i64 = i64::MAX;

/// Writes every key of a household anew.
pub(super) fn of_household(tx: &mut Tx<'_>, household: &RecordId) -> Result<()> {
    tx.sql()
        .prepare_cached("DELETE FROM find_keys WHERE household = ?1")?
        .execute([household.0])?;
    let mut find = tx.sql().prepare_cached(
        "SELECT address_form, door, door_order FROM household_rows WHERE record = ?1",
    )?;
    let found = find.query_row([household.0], |row| {
        Ok((
            row.get::<_, String>("address_form")?,
            row.get::<_, String>("door")?,
            row.get::<_, String>("door_order")?,
        ))
    });
    let Some((form, door, order)) = found.optional()? else {
        return Ok(());
    };
    drop(find);
    let mut keys = find::form_keys(&form);
    keys.extend(find::door_keys(&door));
    put(tx, household, &[], EVER, &order, keys)?;
    let contacts: Vec<([u8; 16], Option<String>, String, i64)> = {
        let mut list = tx.sql().prepare_cached(
            "SELECT record, name, phones, expires_at FROM contact_rows WHERE household = ?1",
        )?;
        let found = list.query_map([household.0], |row| {
            Ok((
                row.get("record")?,
                row.get("name")?,
                row.get("phones")?,
                row.get("expires_at")?,
            ))
        })?;
        found.collect::<Result<_, _>>()?
    };
    for (contact, name, phones, expires_at) in contacts {
        let mut keys = name.as_deref().map(find::name_keys).unwrap_or_default();
        for phone in read_phones(&phones)? {
            keys.insert(find::phone_key(&phone.number));
        }
        put(tx, household, &contact, expires_at, &order, keys)?;
    }
    Ok(())
}

fn put(
    tx: &Tx<'_>,
    household: &RecordId,
    contact: &[u8],
    expires_at: i64,
    order: &str,
    keys: impl IntoIterator<Item = Key>,
) -> Result<()> {
    let mut add = tx.sql().prepare_cached(
        "INSERT OR IGNORE INTO find_keys (kind, key, household, contact, expires_at, door_order)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for key in keys {
        add.execute(params![
            key.kind.number(),
            key.text,
            household.0,
            contact,
            expires_at,
            order
        ])?;
    }
    Ok(())
}
