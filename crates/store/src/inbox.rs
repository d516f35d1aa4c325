//! Pushes that came while this server was recovering: kept as they came, acknowledged as parked,
//! ingested when the recovery is over (docs/sync.md).

use linli_model::{KeyId, Timestamp};
use rusqlite::params;

use crate::error::Result;
use crate::sql;
use crate::tx::{Reader, Tx};

/// A push as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxItem {
    /// Its place in the inbox.
    pub item: i64,
    /// Who pushed it.
    pub peer: KeyId,
    /// The bytes of the push, in the caller's own encoding.
    pub body: Vec<u8>,
    /// When it came; this time counts when it is judged later.
    pub received_at: Timestamp,
}

impl Reader<'_> {
    /// The oldest items, at most `limit`.
    pub fn inbox(&self, limit: usize) -> Result<Vec<InboxItem>> {
        let mut list = self.sql().prepare_cached(
            "SELECT item, peer, body, received_at FROM inbox ORDER BY item LIMIT ?1",
        )?;
        let found = list.query_map([sql::len(limit)], |row| {
            Ok(InboxItem {
                item: row.get("item")?,
                peer: sql::key(row, "peer")?,
                body: row.get("body")?,
                received_at: Timestamp(row.get("received_at")?),
            })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Keeps a push. The same bytes from the same peer are kept once.
    pub fn put_inbox(&mut self, peer: &KeyId, body: &[u8], received_at: Timestamp) -> Result<()> {
        self.sql().execute(
            "INSERT INTO inbox (peer, body, received_at)
             SELECT ?1, ?2, ?3
             WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE peer = ?1 AND body = ?2)",
            params![peer.0, body, received_at.0],
        )?;
        Ok(())
    }

    /// Removes a push, in the transaction that has ingested it.
    pub fn take_inbox(&mut self, item: i64) -> Result<()> {
        self.sql()
            .execute("DELETE FROM inbox WHERE item = ?1", [item])?;
        Ok(())
    }
}
