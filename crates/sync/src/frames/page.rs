//! Changes on their way from a server.

use linli_model::{RecordId, Scope};
use linli_trust::Parcel;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use super::parcel::{self, ParcelMsg};
use super::{Wire, get, put, scope};
use crate::codec::{Bounded, Text};
use crate::error::SyncError;
use crate::limits;

/// A stretch of a scope's feed: one transaction of the receiver.
///
/// Neighbouring changes of one batch travel in one parcel; the batch's other changes are bare
/// hashes in it, and a batch that goes on in the next page names its header and hashes there again,
/// so that each page can be verified by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The scope.
    pub scope: Scope,
    /// The place after which it begins.
    pub from: u64,
    /// The last place that it covers, above `from`. With no parcels: nothing up to there is for
    /// the receiver.
    pub to: u64,
    /// The changes, causes before effects.
    pub parcels: Vec<Parcel>,
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
    /// The changes, causes before effects.
    pub parcels: Vec<Parcel>,
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
    parcels: Bounded<ParcelMsg<'b>, { limits::PAGE_PARCELS }>,
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
    parcels: Bounded<ParcelMsg<'b>, { limits::PAGE_PARCELS }>,
}

impl Wire for Page {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        if self.to <= self.from {
            return Err(SyncError::Caller("a page that does not advance"));
        }
        with_msgs(&self.parcels, |parcels| {
            let msg = PageMsg {
                scope: Text(self.scope.to_string()),
                from: self.from,
                to: self.to,
                parcels,
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
            parcels: parcels("Page", msg.parcels)?,
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
        with_msgs(&self.parcels, |parcels| {
            let msg = FetchedMsg {
                scope: Text(self.scope.to_string()),
                parcels,
            };
            put("Fetched", &msg)
        })
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: FetchedMsg<'_> = get("Fetched", bytes)?;
        Ok(Self {
            scope: scope("Fetched", &msg.scope.0)?,
            parcels: parcels("Fetched", msg.parcels)?,
        })
    }
}

fn with_msgs(
    parcels: &[Parcel],
    send: impl FnOnce(Bounded<ParcelMsg<'_>, { limits::PAGE_PARCELS }>) -> Result<Vec<u8>, SyncError>,
) -> Result<Vec<u8>, SyncError> {
    let forms = parcels
        .iter()
        .map(parcel::forms)
        .collect::<Result<Vec<_>, _>>()?;
    let msgs = parcels.iter().zip(&forms);
    send(Bounded(
        msgs.map(|(parcel, forms)| parcel::msg(parcel, forms))
            .collect(),
    ))
}

fn parcels(
    frame: &'static str,
    msgs: Bounded<ParcelMsg<'_>, { limits::PAGE_PARCELS }>,
) -> Result<Vec<Parcel>, SyncError> {
    msgs.0
        .into_iter()
        .map(|msg| parcel::parcel(frame, msg))
        .collect()
}
