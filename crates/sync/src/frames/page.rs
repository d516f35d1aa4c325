//! Changes on their way from a server.

use linli_model::{RecordId, Scope};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use super::stretch::{Stretch, StretchMsg};
use super::{Wire, get, put, scope};
use crate::codec::{Bounded, Text};
use crate::error::SyncError;
use crate::limits;

/// A stretch of a scope's feed: one transaction of the receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The scope.
    pub scope: Scope,
    /// The place after which it begins.
    pub from: u64,
    /// The last place that it covers, above `from`.
    pub to: u64,
    /// The changes. None: nothing up to `to` is for the receiver.
    pub changes: Stretch,
}

/// Records to be sent again from their first change, after a difference was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The scope that they are in.
    pub scope: Scope,
    /// The records.
    pub records: Vec<RecordId>,
}

/// Changes of records that were asked for again. Belongs to no place of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The scope.
    pub scope: Scope,
    /// The changes.
    pub changes: Stretch,
}

#[derive(Encode, Decode)]
struct PageMsg<'b> {
    #[n(0)]
    scope: Text<{ limits::SCOPE_TEXT }>,
    #[n(1)]
    from: u64,
    #[n(2)]
    to: u64,
    #[b(3)]
    changes: StretchMsg<'b>,
}

#[derive(Encode, Decode)]
struct FetchMsg {
    #[n(0)]
    scope: Text<{ limits::SCOPE_TEXT }>,
    #[n(1)]
    records: Bounded<ByteArray<16>, { limits::FETCH_RECORDS }>,
}

#[derive(Encode, Decode)]
struct FetchedMsg<'b> {
    #[n(0)]
    scope: Text<{ limits::SCOPE_TEXT }>,
    #[b(1)]
    changes: StretchMsg<'b>,
}

impl Wire for Page {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        if self.to <= self.from {
            return Err(SyncError::Caller("a page that does not advance"));
        }
        self.changes.with_msg(|changes| {
            let msg = PageMsg {
                scope: Text(self.scope.to_string()),
                from: self.from,
                to: self.to,
                changes,
            };
            put("Page", &msg)
        })
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: PageMsg<'_> = get("Page", bytes)?;
        if msg.to <= msg.from {
            return Err(SyncError::malformed("Page", "does not advance"));
        }
        Ok(Self {
            scope: scope("Page", &msg.scope.0)?,
            from: msg.from,
            to: msg.to,
            changes: Stretch::from_msg("Page", msg.changes)?,
        })
    }
}

impl Wire for Fetch {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        let records = self.records.iter().map(|record| record.0.into());
        let msg = FetchMsg {
            scope: Text(self.scope.to_string()),
            records: Bounded(records.collect()),
        };
        put("Fetch", &msg)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: FetchMsg = get("Fetch", bytes)?;
        let records = msg
            .records
            .0
            .into_iter()
            .map(|record| RecordId(record.into()));
        Ok(Self {
            scope: scope("Fetch", &msg.scope.0)?,
            records: records.collect(),
        })
    }
}

impl Wire for Fetched {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        self.changes.with_msg(|changes| {
            let msg = FetchedMsg {
                scope: Text(self.scope.to_string()),
                changes,
            };
            put("Fetched", &msg)
        })
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: FetchedMsg<'_> = get("Fetched", bytes)?;
        Ok(Self {
            scope: scope("Fetched", &msg.scope.0)?,
            changes: Stretch::from_msg("Fetched", msg.changes)?,
        })
    }
}
