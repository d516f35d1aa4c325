//! Rows derived from documents: what lists, search and boards read.
//!
//! A projector writes its rows in the transaction that stores the change, so that a reader never
//! sees one without the other. Its rows can be dropped and filled again at any time and are the same
//! then; a new version of a projector does exactly that when the ledger is opened.

use linli_model::{GridCode, RecordId, RecordKind};
use linli_records::Document;
use rusqlite::Connection;

use crate::document::DocumentRow;
use crate::error::Result;
use crate::ledger::Ledger;
use crate::tx::Tx;

/// How many documents are read at a time while rows are rebuilt.
const REBUILD_PAGE: usize = 256;

/// What a projector is given about a document.
#[derive(Debug, Clone, Copy)]
pub struct Projected<'a> {
    /// The record.
    pub record: &'a RecordId,
    /// What it is.
    pub kind: RecordKind,
    /// Its home grid.
    pub home: &'a GridCode,
    /// The document, loaded.
    pub document: &'a Document,
}

/// Derives rows from documents. Its tables are its own: the ledger never reads them.
///
/// Rows may depend on the document alone, never on when or in which order changes came.
pub trait Projector: Send + Sync {
    /// A stable name.
    fn name(&self) -> &'static str;

    /// Raised whenever the same document would give other rows.
    fn version(&self) -> u32;

    /// Makes the tables, empty. Runs after [`Projector::remove`] as well.
    fn create(&self, conn: &Connection) -> Result<()>;

    /// Removes the tables, of this version or an older one, if they are there.
    fn remove(&self, conn: &Connection) -> Result<()>;

    /// Replaces the rows of one record.
    fn project(&self, conn: &Connection, projected: &Projected<'_>) -> Result<()>;

    /// Removes the rows of one record: it was erased.
    fn forget(&self, conn: &Connection, record: &RecordId) -> Result<()>;
}

fn version_name(projector: &dyn Projector) -> String {
    format!("projector/{}", projector.name())
}

impl Tx<'_> {
    pub(crate) fn project(&mut self, row: &DocumentRow, document: &Document) -> Result<()> {
        let projected = Projected {
            record: &row.record,
            kind: row.kind,
            home: &row.home,
            document,
        };
        for projector in &self.shared().projectors {
            projector.project(self.sql(), &projected)?;
        }
        Ok(())
    }

    pub(crate) fn forget_rows(&mut self, record: &RecordId) -> Result<()> {
        for projector in &self.shared().projectors {
            projector.forget(self.sql(), record)?;
        }
        Ok(())
    }

    /// Drops the rows of the given projectors and derives them again from every document.
    fn rebuild(&mut self, projectors: &[&dyn Projector]) -> Result<()> {
        for projector in projectors {
            projector.remove(self.sql())?;
            projector.create(self.sql())?;
        }
        let mut after = None;
        loop {
            let page = self.records(after.as_ref(), REBUILD_PAGE)?;
            for record in &page {
                self.rebuild_one(projectors, record)?;
            }
            after = page.last().copied();
            if after.is_none() {
                break;
            }
        }
        for projector in projectors {
            let version = u64::from(projector.version());
            self.set_meta_number(&version_name(*projector), version)?;
        }
        Ok(())
    }

    fn rebuild_one(&mut self, projectors: &[&dyn Projector], record: &RecordId) -> Result<()> {
        let (Some(row), Some(document)) = (self.document_row(record)?, self.load_document(record)?)
        else {
            return Ok(());
        };
        let projected = Projected {
            record,
            kind: row.kind,
            home: &row.home,
            document: &document,
        };
        for projector in projectors {
            projector.project(self.sql(), &projected)?;
        }
        Ok(())
    }
}

impl Ledger {
    /// Drops all derived rows and derives them again, in one transaction.
    pub fn rebuild_projections(&self) -> Result<()> {
        self.write(|tx| {
            let all: Vec<&dyn Projector> = tx.shared().projectors.iter().map(|p| &**p).collect();
            tx.rebuild(&all)
        })
    }

    /// Rebuilds the rows of projectors that are new or have another version.
    pub(crate) fn refresh_projections(&self) -> Result<()> {
        self.write(|tx| {
            let mut stale: Vec<&dyn Projector> = Vec::new();
            for projector in &tx.shared().projectors {
                let built = tx.meta_number(&version_name(&**projector))?;
                if built != u64::from(projector.version()) {
                    stale.push(&**projector);
                }
            }
            if stale.is_empty() {
                return Ok(());
            }
            tx.rebuild(&stale)
        })
    }
}
