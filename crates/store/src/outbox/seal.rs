//! Sealing: unsealed own changes become signed batches.

use linli_model::{ActorId, BatchId, OrgId, StaffId, Timestamp};
use linli_trust::batch::{MAX_BODY_BYTES, MAX_ENTRIES};
use linli_trust::{BatchDraft, EntryRef, SealedBatch, SigningKey};
use rusqlite::{Row, params};

use crate::batch::Arrival;
use crate::error::{Result, StoreError};
use crate::ledger::Profile;
use crate::outbox::Authorship;
use crate::sql;
use crate::tx::Tx;

/// With what own changes are signed.
pub struct SealAs<'a> {
    /// The key of the device or desk that wrote the changes.
    pub key: &'a SigningKey,
    /// The organisation that acts.
    pub org: &'a OrgId,
    /// The version of the app.
    pub app: &'a str,
    /// Our clock.
    pub at: Timestamp,
}

struct Unsealed {
    position: i64,
    entry: EntryRef,
    epoch: u64,
    size: u64,
    by: Authorship,
}

impl Unsealed {
    /// Changes that may share a batch.
    fn fits(&self, other: &Self) -> bool {
        self.epoch == other.epoch
            && self.by.scope == other.by.scope
            && self.by.staff == other.by.staff
            && self.by.role == other.by.role
            && self.by.edition == other.by.edition
            && self.by.session == other.by.session
    }
}

impl Tx<'_> {
    /// Seals every unsealed own change of this key into batches, one scope, person, role, edition
    /// and session each, at most 1,000 changes and 1 MiB. Answers the new batches in order.
    ///
    /// A scope's chain keeps the order of writing: a change never gets into a batch before that of
    /// an earlier change of its scope.
    pub fn seal_outbox(&mut self, with: &SealAs<'_>) -> Result<Vec<BatchId>> {
        let mut waiting = self.unsealed(with)?;
        let mut sealed = Vec::new();
        while let Some(first) = waiting.first() {
            let scope = first.by.scope.clone();
            let (of_scope, others): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|item| item.by.scope == scope);
            for group in groups(of_scope) {
                sealed.push(self.seal_group(&group, with)?);
            }
            waiting = others;
        }
        if self.profile() == Profile::Server {
            // A server's own changes travel in its feeds; the outbox only waits for the signature.
            self.sql()
                .execute("DELETE FROM outbox WHERE batch IS NOT NULL", [])?;
        }
        Ok(sealed)
    }

    fn unsealed(&self, with: &SealAs<'_>) -> Result<Vec<Unsealed>> {
        let signer = with.key.id();
        let mut list = self.sql().prepare_cached(include_str!("unsealed.sql"))?;
        let found = list.query_map([], read)?;
        let mut waiting = Vec::new();
        for item in found {
            let (actor, item) = item?;
            if actor.is_of(&signer) {
                waiting.push(item);
            }
        }
        Ok(waiting)
    }

    fn seal_group(&mut self, group: &[Unsealed], with: &SealAs<'_>) -> Result<BatchId> {
        let first = group
            .first()
            .ok_or_else(|| StoreError::bug("an empty group was to be sealed"))?;
        let by = &first.by;
        let last = self.last_batch(&with.key.id(), first.epoch, &by.scope)?;
        let draft = BatchDraft {
            epoch: first.epoch,
            scope: by.scope.clone(),
            number: last.map_or(1, |link| link.number.saturating_add(1)),
            prev: last.map(|link| link.id),
            org: with.org.clone(),
            staff: by.staff.clone(),
            role: by.role,
            edition: by.edition,
            app: with.app.to_owned(),
            at: with.at,
            session: by.session.clone(),
        };
        let entries = group.iter().map(|item| item.entry).collect();
        let batch = SealedBatch::seal(draft, entries, with.key)
            .map_err(|error| StoreError::bug(format!("sealing: {error}")))?;
        let arrival = Arrival {
            origin: None,
            vouched: false,
            pulled_to: None,
            received_at: with.at,
        };
        let row = self.keep_batch(&batch, &arrival, false)?;
        let positions: Vec<String> = group.iter().map(|item| item.position.to_string()).collect();
        // One statement for all: every statement inside a savepoint costs more the longer that is.
        for update in [
            "UPDATE outbox SET batch = ?2 WHERE position IN (SELECT value FROM json_each(?1))",
            "UPDATE changes SET batch = ?2 WHERE hash IN
               (SELECT hash FROM outbox WHERE position IN (SELECT value FROM json_each(?1)))",
        ] {
            self.sql()
                .prepare_cached(update)?
                .execute(params![format!("[{}]", positions.join(",")), row])?;
        }
        Ok(batch.id())
    }
}

/// Cuts one scope's changes, in order, where authorship changes or a batch is full.
fn groups(items: Vec<Unsealed>) -> Vec<Vec<Unsealed>> {
    let limit = u64::try_from(MAX_BODY_BYTES).unwrap_or(u64::MAX);
    let mut groups: Vec<Vec<Unsealed>> = Vec::new();
    let mut bytes = 0u64;
    for item in items {
        match groups.last_mut() {
            Some(group)
                if group.len() < MAX_ENTRIES
                    && bytes.saturating_add(item.size) <= limit
                    && group.last().is_some_and(|last| last.fits(&item)) =>
            {
                bytes = bytes.saturating_add(item.size);
                group.push(item);
            }
            Some(_) | None => {
                bytes = item.size;
                groups.push(vec![item]);
            }
        }
    }
    groups
}

fn read(row: &Row<'_>) -> rusqlite::Result<(ActorId, Unsealed)> {
    let actor = sql::actor(row, "actor")?;
    let item = Unsealed {
        position: row.get("position")?,
        entry: EntryRef {
            record: sql::record(row, "record")?,
            kind: sql::kind(row, "kind")?,
            hash: sql::change(row, "hash")?,
        },
        epoch: actor.epoch(),
        size: sql::uint(row, "size")?,
        by: Authorship {
            scope: sql::scope(row, "scope")?,
            staff: sql::text::<StaffId>(row, "staff")?,
            role: sql::text(row, "role")?,
            edition: row.get("edition")?,
            session: row.get("session")?,
            at: Timestamp(row.get("written_at")?),
        },
    };
    Ok((actor, item))
}
