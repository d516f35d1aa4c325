//! One transaction: what can be read, what can be written, savepoints inside it.

use std::collections::BTreeSet;
use std::ops::Deref;

use linli_model::RecordId;
use rusqlite::Connection;

use crate::error::{Result, StoreError};
use crate::ledger::{Profile, Shared};

/// One consistent state of the ledger. The methods live beside their subjects.
pub struct Reader<'c> {
    conn: &'c Connection,
    shared: &'c Shared,
}

impl<'c> Reader<'c> {
    pub(crate) fn new(conn: &'c Connection, shared: &'c Shared) -> Self {
        Self { conn, shared }
    }

    /// The connection, for the caller's own tables. The ledger's tables are read through methods.
    pub fn sql(&self) -> &'c Connection {
        self.conn
    }

    pub(crate) fn leap(&self) -> u64 {
        self.shared.leap
    }

    /// Which end of a link this ledger serves.
    pub fn profile(&self) -> Profile {
        self.shared.profile
    }

    pub(crate) fn shared(&self) -> &'c Shared {
        self.shared
    }
}

/// One transaction that writes. Everything that can be read can be read here too, and sees what
/// this transaction has written.
pub struct Tx<'c> {
    reader: Reader<'c>,
    /// Documents whose derived rows and snapshot are not yet up to date.
    dirty: BTreeSet<RecordId>,
    touched: BTreeSet<RecordId>,
    has_erased: bool,
}

impl<'c> Deref for Tx<'c> {
    type Target = Reader<'c>;
    fn deref(&self) -> &Reader<'c> {
        &self.reader
    }
}

impl<'c> Tx<'c> {
    pub(crate) fn new(reader: Reader<'c>) -> Self {
        Self {
            reader,
            dirty: BTreeSet::new(),
            touched: BTreeSet::new(),
            has_erased: false,
        }
    }

    /// A part that can fail alone: its error undoes what the part did and nothing else. This is how
    /// several pushes share one commit.
    pub fn savepoint<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Tx<'c>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.batch_sql("SAVEPOINT part")?;
        let before = (self.dirty.clone(), self.touched.clone(), self.has_erased);
        match work(self) {
            Ok(answer) => {
                self.batch_sql("RELEASE part")?;
                Ok(answer)
            }
            Err(error) => {
                (self.dirty, self.touched, self.has_erased) = before;
                self.batch_sql("ROLLBACK TO part; RELEASE part")?;
                Err(error)
            }
        }
    }

    /// The records that this transaction has changed so far, for the caller's change notice.
    pub fn touched(&self) -> &BTreeSet<RecordId> {
        &self.touched
    }

    /// Notes that a record changed and that its rows must be derived again before the commit.
    pub(crate) fn mark_dirty(&mut self, record: RecordId) {
        self.dirty.insert(record);
        self.touched.insert(record);
    }

    /// Notes that a record's rows are up to date again, or that it is gone.
    pub(crate) fn mark_clean(&mut self, record: &RecordId) {
        self.dirty.remove(record);
        self.touched.insert(*record);
    }

    pub(crate) fn mark_erased(&mut self) {
        self.has_erased = true;
    }

    pub(crate) fn has_erased(&self) -> bool {
        self.has_erased
    }

    /// Runs before the commit: derives rows of every document that is still dirty.
    pub(crate) fn finish(&mut self) -> Result<()> {
        while let Some(record) = self.dirty.pop_first() {
            if let Some(document) = self.load_document(&record)? {
                self.settle(&record, &document)?;
            }
        }
        Ok(())
    }

    fn batch_sql(&self, sql: &str) -> Result<()> {
        Ok(self.sql().execute_batch(sql)?)
    }
}
