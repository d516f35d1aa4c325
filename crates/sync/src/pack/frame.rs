//! The records of one frame, by columns: like stands beside like, which compresses better.

use linli_model::{ChangeHash, GridCode, RecordId, RecordKind};
use minicbor::bytes::ByteSlice;
use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use super::thin::{self, ThinMsg};
use super::{PackRecord, PackedContent, PackedRecord};
use crate::codec::{Bounded, Text};
use crate::error::SyncError;
use crate::frames::{get, put};
use crate::limits;

const NAME: &str = "pack frame";
pub(super) const HASH: usize = 32;
/// The first four bytes of a stored document.
const CHUNK: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The constant and the first four bytes of the hash.
pub(super) const CHUNK_HEAD: usize = 8;

/// The document as it is.
const FULL: u8 = 0;
/// The document without its first eight bytes.
const CUT: u8 = 1;
/// The document as its changes without hashes.
const THIN: u8 = 2;

#[derive(Encode, Decode)]
struct FrameMsg<'b> {
    /// 16 bytes for each record.
    #[b(0)]
    records: &'b ByteSlice,
    /// One byte for each.
    #[b(1)]
    kinds: &'b ByteSlice,
    #[n(2)]
    homes: Bounded<HomeMsg, { limits::PACK_FRAME_RECORDS }>,
    #[n(3)]
    documents: Bounded<DocumentMsg, { limits::PACK_FRAME_RECORDS }>,
    /// The heads that do not stand in their document, 32 bytes each.
    #[b(4)]
    heads: &'b ByteSlice,
    /// All documents, one after the other.
    #[b(5)]
    bytes: &'b ByteSlice,
}

/// So many neighbouring records of one grid.
#[derive(Encode, Decode)]
struct HomeMsg {
    #[n(0)]
    home: Text<32>,
    #[n(1)]
    count: u32,
}

#[derive(Encode, Decode)]
struct DocumentMsg {
    #[n(0)]
    form: u8,
    /// How many bytes it has here.
    #[n(1)]
    bytes: u32,
    /// How many heads it has.
    #[n(2)]
    heads: u16,
    /// Where they stand in the document's bytes here; absent when they stand in the column of heads.
    #[n(3)]
    at: Option<u32>,
    /// Its changes, when it travels as those; then it names no heads.
    #[n(4)]
    changes: Option<Bounded<ThinMsg, { thin::CHANGES }>>,
}

/// Encodes records.
pub(super) fn encode(records: &[PackRecord]) -> Result<Vec<u8>, SyncError> {
    let (mut ids, mut kinds, mut heads, mut bytes) = (vec![], vec![], vec![], vec![]);
    let (mut homes, mut documents) = (Vec::<HomeMsg>::new(), vec![]);
    for record in records {
        ids.extend(record.record.0);
        kinds.push(record.kind.number());
        match homes.last_mut() {
            Some(last) if last.home.0 == record.home.as_str() => last.count += 1,
            _ => homes.push(HomeMsg {
                home: Text(record.home.to_string()),
                count: 1,
            }),
        }
        if let Some((changes, data)) = thin::thin(&record.snapshot, &record.heads) {
            documents.push(DocumentMsg {
                form: THIN,
                bytes: small(data.len()),
                heads: 0,
                at: None,
                changes: Some(Bounded(changes)),
            });
            bytes.extend(data);
            continue;
        }
        let (form, data) = form_of(&record.snapshot);
        let flat = record
            .heads
            .iter()
            .flat_map(|head| head.0)
            .collect::<Vec<_>>();
        let at = find(data, &flat);
        if at.is_none() {
            heads.extend(&flat);
        }
        bytes.extend_from_slice(data);
        documents.push(DocumentMsg {
            form,
            bytes: small(data.len()),
            heads: u16::try_from(record.heads.len()).unwrap_or(u16::MAX),
            at,
            changes: None,
        });
    }
    let msg = FrameMsg {
        records: ids.as_slice().into(),
        kinds: kinds.as_slice().into(),
        homes: Bounded(homes),
        documents: Bounded(documents),
        heads: heads.as_slice().into(),
        bytes: bytes.as_slice().into(),
    };
    put(NAME, &msg)
}

/// Reads the records of an inflated frame.
pub(super) fn decode(frame: &[u8], count: usize) -> Result<Vec<PackedRecord>, SyncError> {
    let wrong = || SyncError::malformed(NAME, "columns that do not fit each other");
    let msg: FrameMsg<'_> = get(NAME, frame)?;
    let (ids, rest) = msg.records.as_chunks::<16>();
    let homes = msg
        .homes
        .0
        .iter()
        .map(|home| home.count as usize)
        .sum::<usize>();
    let lengths = [ids.len(), msg.kinds.len(), homes, msg.documents.0.len()];
    if !rest.is_empty() || lengths != [count; 4] {
        return Err(wrong());
    }
    let homes = msg.homes.0.iter().flat_map(|run| {
        let home = GridCode::new(run.home.0.as_str());
        std::iter::repeat_n(home, run.count as usize)
    });
    let columns = ids
        .iter()
        .zip(msg.kinds.iter())
        .zip(homes)
        .zip(&msg.documents.0);
    let mut bytes: &[u8] = msg.bytes;
    let mut loose: &[u8] = msg.heads;
    let mut records = Vec::with_capacity(count);
    for (((id, kind), home), document) in columns {
        let data = bytes
            .split_off(..document.bytes as usize)
            .ok_or_else(wrong)?;
        let content = match &document.changes {
            Some(changes) if document.form == THIN => {
                PackedContent::Changes(thin::fatten(&changes.0, data)?)
            }
            _ => PackedContent::Document {
                heads: heads_of(document, data, &mut loose).ok_or_else(wrong)?,
                snapshot: restore(document.form, data)?,
            },
        };
        records.push(PackedRecord {
            record: RecordId(*id),
            kind: RecordKind::from_number(*kind).ok_or(SyncError::Unknown {
                what: "kind of record",
                number: (*kind).into(),
            })?,
            home: home.map_err(|e| SyncError::malformed(NAME, e.to_string()))?,
            content,
        });
    }
    if bytes.is_empty() && loose.is_empty() {
        Ok(records)
    } else {
        Err(wrong())
    }
}

/// The heads of a document that names them: from its own bytes, or the next of the loose ones.
fn heads_of(document: &DocumentMsg, data: &[u8], loose: &mut &[u8]) -> Option<Vec<ChangeHash>> {
    let size = usize::from(document.heads) * HASH;
    let heads = match document.at {
        Some(at) => data.get(at as usize..)?.get(..size)?,
        None => loose.split_off(..size)?,
    };
    let (heads, _) = heads.as_chunks::<HASH>();
    Some(heads.iter().map(|head| ChangeHash(*head)).collect())
}

/// The form in which a document travels, and its bytes in that form.
fn form_of(snapshot: &[u8]) -> (u8, &[u8]) {
    match snapshot.split_at_checked(CHUNK_HEAD) {
        Some((head, rest)) if head == head_of(rest) => (CUT, rest),
        _ => (FULL, snapshot),
    }
}

fn restore(form: u8, data: &[u8]) -> Result<Vec<u8>, SyncError> {
    match form {
        FULL => Ok(data.to_vec()),
        CUT => Ok([head_of(data).as_slice(), data].concat()),
        form => Err(SyncError::Unknown {
            what: "form of a document",
            number: form.into(),
        }),
    }
}

/// The first eight bytes of a document whose rest this is.
pub(super) fn head_of(rest: &[u8]) -> [u8; CHUNK_HEAD] {
    let hash: [u8; 32] = Sha256::digest(rest).into();
    let mut head = [0; CHUNK_HEAD];
    let bytes = CHUNK.iter().chain(&hash);
    head.iter_mut()
        .zip(bytes)
        .for_each(|(slot, byte)| *slot = *byte);
    head
}

/// Where `needle` stands in the beginning of `bytes`, where a document has its heads and a change
/// its predecessors.
pub(super) fn find(bytes: &[u8], needle: &[u8]) -> Option<u32> {
    const REACH: usize = 4 * 1024;
    if needle.is_empty() {
        return None;
    }
    let reach = bytes.get(..REACH).unwrap_or(bytes);
    let at = reach
        .windows(needle.len())
        .position(|window| window == needle)?;
    u32::try_from(at).ok()
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
