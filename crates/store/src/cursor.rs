//! How far the exchange with each peer has come.

use linli_model::{KeyId, Scope, Timestamp};
use rusqlite::{OptionalExtension, params};

use crate::error::Result;
use crate::sql;
use crate::tx::{Reader, Tx};

/// How far the exchange of one scope with one peer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The peer's feed number up to which we hold everything it lists for us.
    pub pulled: u64,
    /// The peer's generation that `pulled` belongs to. In another generation `pulled` means nothing.
    pub generation: u64,
    /// Our own feed number up to which the peer has acknowledged everything.
    pub pushed: u64,
}

/// What we know about a peer as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Peer {
    /// The last number taken from its control log.
    pub control_since: u64,
    /// The highest generation seen of it; a lower one is refused from then on.
    pub generation: u64,
    /// Its clock minus ours, in milliseconds.
    pub clock_offset_ms: i64,
    /// When an exchange with it last came to its end.
    pub contact_at: Timestamp,
}

impl Reader<'_> {
    /// The cursor of a peer in a scope; zeros when nothing was exchanged.
    pub fn cursor(&self, peer: &KeyId, scope: &Scope) -> Result<Cursor> {
        let mut find = self.sql().prepare_cached(
            "SELECT c.pulled AS pulled, c.generation AS generation, c.pushed AS pushed
             FROM cursors c JOIN scopes s ON s.scope = c.scope
             WHERE c.peer = ?1 AND s.name = ?2",
        )?;
        let found = find.query_row(params![peer.0, scope.to_string()], |row| {
            Ok(Cursor {
                pulled: sql::uint(row, "pulled")?,
                generation: sql::uint(row, "generation")?,
                pushed: sql::uint(row, "pushed")?,
            })
        });
        Ok(found.optional()?.unwrap_or_default())
    }

    /// What is known about a peer; zeros when it was never met.
    pub fn peer(&self, peer: &KeyId) -> Result<Peer> {
        let mut find = self.sql().prepare_cached(
            "SELECT control_since, generation, clock_offset_ms, contact_at
             FROM peers WHERE peer = ?1",
        )?;
        let found = find.query_row([peer.0], |row| {
            Ok(Peer {
                control_since: sql::uint(row, "control_since")?,
                generation: sql::uint(row, "generation")?,
                clock_offset_ms: row.get("clock_offset_ms")?,
                contact_at: Timestamp(row.get("contact_at")?),
            })
        });
        Ok(found.optional()?.unwrap_or_default())
    }
}

impl Tx<'_> {
    /// Sets the whole cursor, in the transaction that stores what it speaks of.
    pub fn set_cursor(&mut self, peer: &KeyId, scope: &Scope, cursor: &Cursor) -> Result<()> {
        let scope = self.scope_row_or_new(scope)?;
        let mut set = self.sql().prepare_cached(
            "INSERT INTO cursors (peer, scope, pulled, generation, pushed)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (peer, scope) DO UPDATE SET pulled = excluded.pulled,
               generation = excluded.generation, pushed = excluded.pushed",
        )?;
        set.execute(params![
            peer.0,
            scope.0,
            sql::int(cursor.pulled)?,
            sql::int(cursor.generation)?,
            sql::int(cursor.pushed)?,
        ])?;
        Ok(())
    }

    /// Notes that a page of a peer's feed is stored here: everything up to `to` in `generation`.
    /// Within one generation the cursor never goes back.
    pub fn advance_pulled(
        &mut self,
        peer: &KeyId,
        scope: &Scope,
        generation: u64,
        to: u64,
    ) -> Result<()> {
        let mut cursor = self.cursor(peer, scope)?;
        if cursor.generation == generation {
            cursor.pulled = cursor.pulled.max(to);
        } else {
            cursor.generation = generation;
            cursor.pulled = to;
        }
        self.set_cursor(peer, scope, &cursor)
    }

    /// Notes that a peer has durably taken everything of our feed up to `to`.
    pub fn advance_pushed(&mut self, peer: &KeyId, scope: &Scope, to: u64) -> Result<()> {
        let mut cursor = self.cursor(peer, scope)?;
        cursor.pushed = cursor.pushed.max(to);
        self.set_cursor(peer, scope, &cursor)
    }

    /// Sets what is known about a peer.
    pub fn set_peer(&mut self, peer: &KeyId, known: &Peer) -> Result<()> {
        let mut set = self.sql().prepare_cached(
            "INSERT INTO peers (peer, control_since, generation, clock_offset_ms, contact_at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (peer) DO UPDATE SET control_since = excluded.control_since,
               generation = excluded.generation, clock_offset_ms = excluded.clock_offset_ms,
               contact_at = excluded.contact_at",
        )?;
        set.execute(params![
            peer.0,
            sql::int(known.control_since)?,
            sql::int(known.generation)?,
            known.clock_offset_ms,
            known.contact_at.0,
        ])?;
        Ok(())
    }
}
