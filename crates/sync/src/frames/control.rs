//! Signed items that must be known before the changes that need them: certificates, editions,
//! revocations, tombstones and checkpoints.
//!
//! An item travels as bytes under a tag, in one or more parts, because an edition may be larger
//! than any frame.

use linli_trust::{
    Certificate, Checkpoint, Revocation, Signed, SignedBody, SignedEdition, Tombstone,
};
use minicbor::{Decode, Encode};

use super::{Wire, get, put};
use crate::codec::Bytes;
use crate::error::SyncError;
use crate::limits;

/// What a control item is. The number is its place on the wire and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ControlTag {
    /// A key's certificate.
    Certificate = 1,
    /// A signed edition of the reference data.
    Edition = 2,
    /// The end of a key's validity.
    Revocation = 3,
    /// The permanent removal of a record.
    Tombstone = 4,
    /// A desk's signature over the state of a scope.
    Checkpoint = 5,
}

impl ControlTag {
    /// Every tag.
    pub const ALL: [Self; 5] = [
        Self::Certificate,
        Self::Edition,
        Self::Revocation,
        Self::Tombstone,
        Self::Checkpoint,
    ];
}

/// A control item. Its signature is the receiver's to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlItem {
    /// A key's certificate.
    Certificate(Certificate),
    /// A signed edition of the reference data.
    Edition(SignedEdition),
    /// The end of a key's validity.
    Revocation(Revocation),
    /// The permanent removal of a record.
    Tombstone(Tombstone),
    /// A desk's signature over the state of a scope.
    Checkpoint(Checkpoint),
}

impl ControlItem {
    /// What it is.
    pub fn tag(&self) -> ControlTag {
        match self {
            Self::Certificate(_) => ControlTag::Certificate,
            Self::Edition(_) => ControlTag::Edition,
            Self::Revocation(_) => ControlTag::Revocation,
            Self::Tombstone(_) => ControlTag::Tombstone,
            Self::Checkpoint(_) => ControlTag::Checkpoint,
        }
    }

    /// Its bytes, as they were signed.
    pub fn encode(&self) -> Result<Vec<u8>, SyncError> {
        match self {
            Self::Certificate(item) => item.encode(),
            Self::Edition(item) => item.encode(),
            Self::Revocation(item) => item.encode(),
            Self::Tombstone(item) => item.encode(),
            Self::Checkpoint(item) => item.encode(),
        }
        .map_err(|e| SyncError::malformed("control item to send", e.to_string()))
    }

    /// Reads an item.
    pub fn decode(tag: ControlTag, bytes: &[u8]) -> Result<Self, SyncError> {
        Ok(match tag {
            ControlTag::Certificate => Self::Certificate(signed(bytes)?),
            ControlTag::Edition => Self::Edition(signed(bytes)?),
            ControlTag::Revocation => Self::Revocation(signed(bytes)?),
            ControlTag::Tombstone => Self::Tombstone(signed(bytes)?),
            ControlTag::Checkpoint => Self::Checkpoint(signed(bytes)?),
        })
    }
}

fn signed<B: SignedBody>(bytes: &[u8]) -> Result<Signed<B>, SyncError> {
    Signed::decode(bytes).map_err(|e| SyncError::malformed(B::NAME, e.to_string()))
}

/// One part of a control item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlPart {
    /// The item's place in the sender's control log, from 1.
    pub seq: u64,
    /// What it is.
    pub tag: ControlTag,
    /// Which part this is, counted from 0.
    pub part: u32,
    /// How many parts there are, at least 1.
    pub parts: u32,
    /// The part's bytes.
    pub bytes: Vec<u8>,
}

/// Cuts an encoded item into parts.
pub(crate) fn split_control(
    seq: u64,
    tag: ControlTag,
    item: &[u8],
) -> Result<Vec<ControlPart>, SyncError> {
    if item.len() > limits::CONTROL_ITEM_BYTES {
        let (size, cap) = (item.len(), limits::CONTROL_ITEM_BYTES);
        return Err(SyncError::too_large("control item", size, cap));
    }
    let chunks = item.chunks(limits::CONTROL_PART_BYTES);
    let parts = u32::try_from(chunks.len()).unwrap_or(u32::MAX);
    Ok((0..)
        .zip(chunks)
        .map(|(part, bytes)| ControlPart {
            seq,
            tag,
            part,
            parts,
            bytes: bytes.to_vec(),
        })
        .collect())
}

/// Puts the parts of items together. Parts of one item follow each other directly, and items come
/// in ascending order.
#[derive(Debug, Default)]
pub(crate) struct Joiner {
    last: u64,
    open: Option<(ControlPart, u32)>,
}

impl Joiner {
    /// A joiner that expects items after `since`.
    pub(crate) fn after(since: u64) -> Self {
        Self {
            last: since,
            open: None,
        }
    }

    /// Takes a part. The whole item when it was the last one.
    pub(crate) fn push(
        &mut self,
        part: ControlPart,
    ) -> Result<Option<(u64, ControlItem)>, SyncError> {
        let (item, next) = match self.open.take() {
            None if part.part == 0 && part.seq > self.last => (part, 1),
            None => return Err(SyncError::Order("a control item that is not the next")),
            Some((mut item, next)) => {
                let fits = (part.seq, part.tag, part.parts) == (item.seq, item.tag, item.parts)
                    && part.part == next;
                if !fits {
                    return Err(SyncError::Order("a part that is not the next of its item"));
                }
                let size = item.bytes.len() + part.bytes.len();
                if size > limits::CONTROL_ITEM_BYTES {
                    let cap = limits::CONTROL_ITEM_BYTES;
                    return Err(SyncError::too_large("control item", size, cap));
                }
                item.bytes.extend_from_slice(&part.bytes);
                (item, next + 1)
            }
        };
        if next < item.parts {
            self.open = Some((item, next));
            return Ok(None);
        }
        self.last = item.seq;
        Ok(Some((
            item.seq,
            ControlItem::decode(item.tag, &item.bytes)?,
        )))
    }

    /// Whether parts of an item are still missing.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

#[derive(Encode, Decode)]
struct ControlMsg {
    #[n(0)]
    seq: u64,
    #[n(1)]
    tag: u8,
    #[n(2)]
    part: u32,
    #[n(3)]
    parts: u32,
    #[n(4)]
    bytes: Bytes<{ limits::CONTROL_PART_BYTES }>,
}

impl Wire for ControlPart {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        let msg = ControlMsg {
            seq: self.seq,
            tag: self.tag as u8,
            part: self.part,
            parts: self.parts,
            bytes: Bytes(self.bytes.clone()),
        };
        put("Control", &msg)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: ControlMsg = get("Control", bytes)?;
        let tag = ControlTag::ALL
            .into_iter()
            .find(|tag| *tag as u8 == msg.tag);
        let most = limits::CONTROL_ITEM_BYTES.div_ceil(limits::CONTROL_PART_BYTES);
        if msg.part >= msg.parts || msg.parts as usize > most || msg.bytes.0.is_empty() {
            return Err(SyncError::malformed("Control", "impossible parts"));
        }
        Ok(Self {
            seq: msg.seq,
            tag: tag.ok_or(SyncError::Unknown {
                what: "control item",
                number: msg.tag.into(),
            })?,
            part: msg.part,
            parts: msg.parts,
            bytes: msg.bytes.0,
        })
    }
}
