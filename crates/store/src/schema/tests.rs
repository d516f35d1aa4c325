use rusqlite::Connection;

use super::*;

/// Every object of the schema with its SQL.
fn shape(conn: &Connection) -> Vec<(String, String)> {
    let mut found = conn
        .prepare("SELECT name, coalesce(sql, '') FROM sqlite_master ORDER BY name")
        .unwrap();
    found
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn every_old_schema_upgrades_to_the_fresh_one() {
    let fresh = Connection::open_in_memory().unwrap();
    migrate(&fresh, &LEDGER).unwrap();
    for old in 0..LEDGER.migrations.len() {
        let conn = Connection::open_in_memory().unwrap();
        migrate_to(&conn, &LEDGER, old).unwrap();
        assert_eq!(version(&conn, "ledger").unwrap() as usize, old);
        migrate(&conn, &LEDGER).unwrap();
        assert_eq!(shape(&conn), shape(&fresh), "from version {old}");
    }
}

#[test]
fn running_twice_changes_nothing_and_a_newer_file_is_refused() {
    let conn = Connection::open_in_memory().unwrap();
    migrate(&conn, &LEDGER).unwrap();
    let before = shape(&conn);
    migrate(&conn, &LEDGER).unwrap();
    assert_eq!(shape(&conn), before);
    conn.execute("UPDATE schema_versions SET version = 99", [])
        .unwrap();
    let refused = migrate(&conn, &LEDGER);
    assert!(matches!(
        refused,
        Err(StoreError::NewerSchema { found: 99, .. })
    ));
}

#[test]
fn every_table_is_strict_and_every_column_says_its_class() {
    const CLASSES: [&str; 5] = ["shared:", "reference:", "derived:", "local:", "blob:"];
    for sql in LEDGER.migrations {
        let mut in_table = false;
        for line in sql.lines() {
            if line.starts_with("CREATE TABLE") {
                in_table = true;
                continue;
            }
            if line.starts_with(')') {
                assert!(line.starts_with(") STRICT"), "{line}");
                in_table = false;
            }
            let word = line.split_whitespace().next().unwrap_or_default();
            let is_column = in_table && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if is_column && !word.is_empty() {
                assert!(CLASSES.iter().any(|class| line.contains(class)), "{line}");
            }
        }
    }
}
