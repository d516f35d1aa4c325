//! Numbered migrations: one file each, never edited once released.
//!
//! The ledger's own tables are one [`Module`]; a caller (the handheld's engine, the server) adds
//! modules of its own for the tables that only it knows, in the same file and transaction.

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Result, StoreError};

/// A named set of tables with its migrations, oldest first. The version is the number of migrations.
#[derive(Debug, Clone, Copy)]
pub struct Module {
    /// A stable name.
    pub name: &'static str,
    /// SQL of each version, in order. Never reordered, never edited.
    pub migrations: &'static [&'static str],
}

/// The ledger's own tables.
pub const LEDGER: Module = Module {
    name: "ledger",
    migrations: &[
        include_str!("schema/0001_records.sql"),
        include_str!("schema/0002_exchange.sql"),
        include_str!("schema/0003_reference.sql"),
        include_str!("schema/0004_blobs.sql"),
        include_str!("schema/0005_forgetting.sql"),
    ],
};

const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_versions (
  module  TEXT NOT NULL PRIMARY KEY, -- local: name of a module
  version INTEGER NOT NULL           -- local: how many of its migrations have run
) STRICT, WITHOUT ROWID";

/// Brings one module up to date inside the caller's transaction.
pub(crate) fn migrate(conn: &Connection, module: &Module) -> Result<()> {
    migrate_to(conn, module, module.migrations.len())
}

/// Brings a module up to `target` migrations, which a test of old schemas needs.
fn migrate_to(conn: &Connection, module: &Module, target: usize) -> Result<()> {
    conn.execute_batch(VERSIONS)?;
    let found = version(conn, module.name)?;
    let known = u32::try_from(module.migrations.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    for sql in module.migrations.iter().take(target).skip(done) {
        conn.execute_batch(sql)?;
    }
    let reached = u32::try_from(target).unwrap_or(u32::MAX).max(found);
    conn.execute(
        "INSERT INTO schema_versions (module, version) VALUES (?1, ?2)
         ON CONFLICT (module) DO UPDATE SET version = excluded.version",
        params![module.name, reached],
    )?;
    Ok(())
}

/// How many migrations of a module have run in this database.
pub(crate) fn version(conn: &Connection, module: &str) -> Result<u32> {
    let found = conn
        .query_row(
            "SELECT version FROM schema_versions WHERE module = ?1",
            [module],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.unwrap_or(0))
}

#[cfg(test)]
mod tests;
