//! Scopes as rows, and which documents belong to which scope.

use linli_model::{RecordId, RecordKind, Scope};
use rusqlite::{OptionalExtension, named_params, params};

use crate::digest;
use crate::document::DocumentRow;
use crate::error::{Result, StoreError};
use crate::sql;
use crate::tx::{Reader, Tx};

/// The row number of a scope in this ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ScopeRow(pub(crate) i64);

impl Reader<'_> {
    pub(crate) fn scope_row(&self, scope: &Scope) -> Result<Option<ScopeRow>> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT scope FROM scopes WHERE name = ?1")?;
        let found = find.query_row([scope.to_string()], |row| row.get(0));
        Ok(found.optional()?.map(ScopeRow))
    }

    /// Every scope that this ledger has ever named.
    pub fn scopes(&self) -> Result<Vec<Scope>> {
        let mut list = self
            .sql()
            .prepare_cached("SELECT name FROM scopes ORDER BY name")?;
        let found = list.query_map([], |row| sql::scope(row, "name"))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The scopes that hold a document.
    pub fn scopes_of(&self, record: &RecordId) -> Result<Vec<Scope>> {
        let mut list = self.sql().prepare_cached(
            "SELECT s.name AS name FROM documents d
             JOIN memberships m ON m.document = d.document
             JOIN scopes s ON s.scope = m.scope
             WHERE d.record = ?1 ORDER BY s.name",
        )?;
        let found = list.query_map([record.0], |row| sql::scope(row, "name"))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The records of a scope in ascending order of their ids, a page at a time: those above
    /// `after`, at most `limit`, of one kind or of all.
    pub fn records_in(
        &self,
        scope: &Scope,
        kind: Option<RecordKind>,
        after: Option<&RecordId>,
        limit: usize,
    ) -> Result<Vec<RecordId>> {
        let mut list = self.sql().prepare_cached(
            "SELECT d.record AS record FROM scopes s
             JOIN memberships m ON m.scope = s.scope
             JOIN documents d ON d.document = m.document
             WHERE s.name = :scope AND (:kind IS NULL OR d.kind = :kind)
               AND (:after IS NULL OR d.record > :after)
             ORDER BY d.record LIMIT :limit",
        )?;
        let found = list.query_map(
            named_params! {
                ":scope": scope.to_string(),
                ":kind": kind.map(RecordKind::number),
                ":after": after.map(|id| id.0),
                ":limit": sql::len(limit),
            },
            |row| sql::record(row, "record"),
        )?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    pub(crate) fn scope_row_or_new(&mut self, scope: &Scope) -> Result<ScopeRow> {
        if let Some(row) = self.scope_row(scope)? {
            return Ok(row);
        }
        self.sql()
            .execute("INSERT INTO scopes (name) VALUES (?1)", [scope.to_string()])?;
        Ok(ScopeRow(self.sql().last_insert_rowid()))
    }

    /// Puts a document into a scope, so that the scope's digest covers it. Twice is once.
    pub fn join_scope(&mut self, scope: &Scope, record: &RecordId) -> Result<()> {
        let document = self
            .document_row(record)?
            .ok_or_else(|| StoreError::unknown("record", record))?;
        let scope = self.scope_row_or_new(scope)?;
        self.join(scope, &document)
    }

    pub(crate) fn join(&mut self, scope: ScopeRow, document: &DocumentRow) -> Result<()> {
        let mut add = self.sql().prepare_cached(
            "INSERT OR IGNORE INTO memberships (scope, document, bucket) VALUES (?1, ?2, ?3)",
        )?;
        let bucket = digest::bucket_of(&document.record);
        if add.execute(params![scope.0, document.row, bucket])? == 1 {
            let entry = digest::of_document(&document.record, &document.heads);
            self.fold_digest(scope, &entry)?;
        }
        Ok(())
    }

    /// Takes a document out of one scope: it has moved or its membership ended. Local to this
    /// ledger and never sent (docs/sync.md); the document itself stays for its other scopes.
    pub fn leave_scope(&mut self, scope: &Scope, record: &RecordId) -> Result<()> {
        let (Some(scope), Some(document)) = (self.scope_row(scope)?, self.document_row(record)?)
        else {
            return Ok(());
        };
        let gone = self.sql().execute(
            "DELETE FROM memberships WHERE scope = ?1 AND document = ?2",
            params![scope.0, document.row],
        )?;
        if gone == 1 {
            let entry = digest::of_document(&document.record, &document.heads);
            self.fold_digest(scope, &entry)?;
        }
        Ok(())
    }

    pub(crate) fn memberships_of(&self, document: i64) -> Result<Vec<ScopeRow>> {
        let mut list = self
            .sql()
            .prepare_cached("SELECT scope FROM memberships WHERE document = ?1")?;
        let found = list.query_map([document], |row| row.get(0).map(ScopeRow))?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}
