//! Cutting a feed into pages.

use std::sync::Arc;

use linli_model::Scope;
use linli_trust::SealedBatch;

use crate::error::SyncError;
use crate::frames::{Page, Stretch, body_bytes, parcel_bytes};
use crate::limits;

/// One row of a feed.
#[derive(Debug, Clone)]
pub struct FeedRow {
    /// Its place in the feed.
    pub seq: u64,
    /// The batch that the change was signed in.
    pub batch: Arc<SealedBatch>,
    /// The change's place in the batch.
    pub index: usize,
    /// The change.
    pub body: Vec<u8>,
}

/// Cuts a feed into pages of about 256 KiB, never inside a group of rows that belong together.
#[derive(Debug)]
pub struct Pager {
    scope: Scope,
    from: u64,
    to: u64,
    changes: Stretch,
    bytes: usize,
}

impl Pager {
    /// Begins after the place `since`.
    pub fn new(scope: Scope, since: u64) -> Self {
        Self {
            scope,
            from: since,
            to: since,
            changes: Stretch::default(),
            bytes: 0,
        }
    }

    /// Adds rows that must not be torn apart: an event with its admission and receipt, or one row.
    /// Gives the page that they did not fit into; they open the next one.
    pub fn push(&mut self, group: Vec<FeedRow>) -> Result<Option<Page>, SyncError> {
        let Some(last) = group.last() else {
            return Ok(None);
        };
        let seqs = group.iter().map(|row| row.seq);
        if !std::iter::once(self.to)
            .chain(seqs)
            .is_sorted_by(|a, b| a < b)
        {
            return Err(SyncError::Caller("rows of a feed that do not ascend"));
        }
        let reached = last.seq;
        let mut page = None;
        if !self.changes.is_empty() && self.bytes + self.size_of(&group) > limits::PAGE_BYTES {
            page = self.close();
        }
        let size = self.size_of(&group);
        if self.bytes + size > limits::PAGE_FRAME_BYTES - 1024 {
            let cap = limits::PAGE_FRAME_BYTES - 1024;
            return Err(SyncError::too_large("group of changes", size, cap));
        }
        self.bytes += size;
        for row in group {
            self.changes.push(&row.batch, row.index, row.body);
        }
        self.to = reached;
        Ok(page)
    }

    /// Says that there is nothing for the receiver up to a place.
    pub fn skip_to(&mut self, seq: u64) {
        self.to = self.to.max(seq);
    }

    /// The last page, when it covers anything.
    pub fn finish(mut self) -> Option<Page> {
        self.close()
    }

    fn close(&mut self) -> Option<Page> {
        let page = Page {
            scope: self.scope.clone(),
            from: self.from,
            to: self.to,
            changes: std::mem::take(&mut self.changes),
        };
        self.from = self.to;
        self.bytes = 0;
        (page.to > page.from).then_some(page)
    }

    /// An upper bound of what a group adds to the page.
    fn size_of(&self, group: &[FeedRow]) -> usize {
        let mut size = 0;
        let mut before: Option<&FeedRow> = None;
        for row in group {
            let is_known = self.changes.names(&row.batch)
                || before.is_some_and(|b| b.batch.header_bytes == row.batch.header_bytes);
            if !is_known {
                size += parcel_bytes(&row.batch);
            }
            // A turn in the order takes up to 12 bytes.
            size += body_bytes(&row.body) + 12;
            before = Some(row);
        }
        size
    }
}
