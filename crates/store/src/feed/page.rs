//! Cutting a feed into pages that end where a reader may stop.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::{ActorId, ChangeHash, KeyId, Scope};
use linli_trust::Parcel;
use rusqlite::params;

use crate::error::Result;
use crate::scopes::ScopeRow;
use crate::sql;
use crate::tx::Reader;

/// Bytes that a batch adds to a page beside its bodies: a header is some 200, a signature 64.
const BATCH_BYTES: u64 = 320;
/// Bytes of one entry without its body.
const ENTRY_BYTES: u64 = 52;

/// What a reader of a feed asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// The reader holds everything up to this number.
    pub since: u64,
    /// About how many bytes it wants. One group is sent even when it is larger.
    pub max_bytes: u64,
    /// Leave out what this peer has brought: it holds that already, except after a new generation.
    pub skip_origin: Option<KeyId>,
    /// Leave out what this author has written: a device holds what it wrote in its present epoch.
    pub skip_actor: Option<ActorId>,
}

/// A page of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOut {
    /// After this page the reader holds everything up to this number.
    pub to: u64,
    /// Whether there is more after `to`.
    pub more: bool,
    /// The changes in their signed batches, in order of first appearance; what the page does not
    /// list is bare.
    pub parcels: Vec<Parcel>,
}

struct Listed {
    seq: u64,
    until: u64,
    hash: ChangeHash,
    size: u64,
    /// `None` while the change is not sealed.
    batch: Option<i64>,
    entries: u64,
    is_skipped: bool,
}

/// Where a page ends and what it holds.
struct Cut {
    to: u64,
    more: bool,
    /// Batches in order of first appearance, each with the listed hashes.
    batches: Vec<(i64, BTreeSet<ChangeHash>)>,
}

impl Reader<'_> {
    /// The next page of a feed. It never ends inside a group that was listed together, and never
    /// behind a change that is not sealed yet.
    pub fn page(&self, scope: &Scope, request: &PageRequest) -> Result<PageOut> {
        let Some(row) = self.scope_row(scope)? else {
            return Ok(PageOut {
                to: request.since,
                more: false,
                parcels: Vec::new(),
            });
        };
        let cut = self.cut(row, self.feed_state(scope)?.seq, request)?;
        let mut parcels = Vec::with_capacity(cut.batches.len());
        for (batch, hashes) in cut.batches {
            let sealed = self.batch_at_row(batch)?.sealed;
            parcels.push(self.fill(sealed, &mut |entry| hashes.contains(&entry.hash))?);
        }
        Ok(PageOut {
            to: cut.to,
            more: cut.more,
            parcels,
        })
    }

    fn cut(&self, scope: ScopeRow, last_seq: u64, request: &PageRequest) -> Result<Cut> {
        let mut list = self
            .sql()
            .prepare_cached(include_str!("listed_after.sql"))?;
        let mut rows = list.query(params![
            scope.0,
            sql::int(request.since)?,
            request.skip_origin.map(|key| key.0),
            request.skip_actor.map(|actor| actor.0)
        ])?;
        let mut cutter = Cutter::new(request);
        while let Some(row) = rows.next()? {
            let listed = Listed {
                seq: sql::uint(row, "seq")?,
                until: sql::uint(row, "until")?,
                hash: sql::change(row, "hash")?,
                size: sql::uint(row, "size")?,
                batch: row.get("batch")?,
                entries: sql::uint(row, "entries")?,
                is_skipped: row.get("is_skipped")?,
            };
            if !cutter.take(&listed) {
                return Ok(cutter.finish(true));
            }
        }
        // Numbers of erased records have no rows; the end of the feed is the end of the page.
        cutter.reach(last_seq.max(request.since));
        Ok(cutter.finish(false))
    }
}

/// Collects listed changes group by group and knows the last place where the page may end.
struct Cutter {
    max_bytes: u64,
    to: u64,
    is_blocked: bool,
    /// Everything up to here is in closed groups.
    until: u64,
    bytes: u64,
    taken: Vec<(i64, ChangeHash)>,
    /// How many of `taken` lie in closed groups.
    safe: usize,
    seen: BTreeSet<i64>,
}

impl Cutter {
    fn new(request: &PageRequest) -> Self {
        Self {
            max_bytes: request.max_bytes,
            to: request.since,
            is_blocked: false,
            until: request.since,
            bytes: 0,
            taken: Vec::new(),
            safe: 0,
            seen: BTreeSet::new(),
        }
    }

    /// Takes the next row; `false` when the page is full and must end at the last safe place.
    fn take(&mut self, listed: &Listed) -> bool {
        if listed.seq > self.until {
            // A new group begins: everything before it is safe.
            self.to = listed.seq.saturating_sub(1);
            self.safe = self.taken.len();
            if self.bytes >= self.max_bytes {
                return false;
            }
        }
        let Some(batch) = listed.batch else {
            self.is_blocked = true;
            return false;
        };
        self.until = self.until.max(listed.until);
        if listed.is_skipped {
            return true;
        }
        let cost = self.cost(batch, listed);
        if self.safe > 0 && self.bytes.saturating_add(cost) > self.max_bytes {
            return false;
        }
        self.bytes = self.bytes.saturating_add(cost);
        self.seen.insert(batch);
        self.taken.push((batch, listed.hash));
        true
    }

    fn cost(&self, batch: i64, listed: &Listed) -> u64 {
        let whole = if self.seen.contains(&batch) {
            0
        } else {
            BATCH_BYTES.saturating_add(listed.entries.saturating_mul(ENTRY_BYTES))
        };
        listed.size.saturating_add(whole)
    }

    fn reach(&mut self, end: u64) {
        self.to = end;
        self.safe = self.taken.len();
    }

    fn finish(self, more: bool) -> Cut {
        let mut place: BTreeMap<i64, usize> = BTreeMap::new();
        let mut batches: Vec<(i64, BTreeSet<ChangeHash>)> = Vec::new();
        for (batch, hash) in self.taken.into_iter().take(self.safe) {
            let index = *place.entry(batch).or_insert(batches.len());
            if index == batches.len() {
                batches.push((batch, BTreeSet::new()));
            }
            if let Some((_, hashes)) = batches.get_mut(index) {
                hashes.insert(hash);
            }
        }
        Cut {
            to: self.to,
            more: more && !self.is_blocked,
            batches,
        }
    }
}
