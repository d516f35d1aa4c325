//! A signed batch on the move.
//!
//! An entry names its record and kind and one of three forms of its change. Where the receiver gets
//! the change, its hash is not sent but computed, and the first eight bytes of the chunk (a
//! constant and the start of the hash) are restored: 40 bytes that do not compress, saved for each
//! change. The signed content hash of the batch proves that all of it was restored exactly.

use linli_model::{ChangeHash, RecordId, RecordKind};
use linli_trust::{EntryRef, Parcel, SealedBatch, Signature};
use minicbor::bytes::{ByteArray, ByteSlice};
use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use crate::codec::Bounded;
use crate::error::SyncError;
use crate::limits;

/// The first four bytes of every change chunk.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The constant and the first four bytes of the hash.
const CHUNK_HEAD: usize = 8;
const HASH: usize = 32;

/// Only the hash: the receiver may not or need not see the change.
const BARE: u8 = 0;
/// The hash, then the change as it is.
const FULL: u8 = 1;
/// The chunk without its first eight bytes.
const CUT: u8 = 2;

#[derive(Encode, Decode)]
pub(super) struct ParcelMsg<'b> {
    #[b(0)]
    header: &'b ByteSlice,
    #[n(1)]
    signature: ByteArray<64>,
    #[b(2)]
    entries: Bounded<EntryMsg<'b>, { limits::BATCH_ENTRIES }>,
}

#[derive(Encode, Decode)]
struct EntryMsg<'b> {
    #[n(0)]
    record: ByteArray<16>,
    #[n(1)]
    kind: u8,
    #[n(2)]
    form: u8,
    #[b(3)]
    data: &'b ByteSlice,
}

/// An upper bound of the encoded size of a parcel whose entries are all bare.
pub(crate) fn parcel_bytes(batch: &SealedBatch) -> usize {
    const FRAMING: usize = 16 + 66;
    const ENTRY: usize = 1 + 17 + 2 + 1 + 2 + HASH;
    FRAMING + batch.header_bytes.len() + batch.entries.len() * ENTRY
}

/// An upper bound of what one change adds to a parcel.
pub(crate) fn body_bytes(body: &[u8]) -> usize {
    const LENGTH: usize = 5;
    LENGTH + HASH + body.len()
}

/// A change's data in one of the two forms that carry it; borrowed where it can be.
fn form_of(entry: &EntryRef, body: &[u8]) -> (u8, Option<Vec<u8>>) {
    let hash = &entry.hash.0;
    let cut = body.split_at_checked(CHUNK_HEAD).filter(|(head, rest)| {
        head.starts_with(&MAGIC)
            && head.ends_with(hash.first_chunk::<4>().unwrap_or(&[0; 4]))
            && Sha256::digest(rest).as_slice() == hash
    });
    match cut {
        Some(_) => (CUT, None),
        None => (FULL, Some([hash.as_slice(), body].concat())),
    }
}

/// The forms of a parcel's bodies, kept while its message borrows from them.
pub(super) type Forms = Vec<(u8, Option<Vec<u8>>)>;

/// Decides the form of each entry and checks the caps.
pub(super) fn forms(parcel: &Parcel) -> Result<Forms, SyncError> {
    parcel
        .check()
        .map_err(|e| SyncError::malformed("parcel to send", e.to_string()))?;
    let pairs = parcel.batch.entries.iter().zip(&parcel.bodies);
    let forms = pairs.map(|(entry, body)| match body {
        None => (BARE, None),
        Some(body) => form_of(entry, body),
    });
    Ok(forms.collect())
}

/// The wire form of a parcel.
pub(super) fn msg<'b>(parcel: &'b Parcel, forms: &'b Forms) -> ParcelMsg<'b> {
    let entries = parcel.batch.entries.iter().zip(&parcel.bodies).zip(forms);
    let entries = entries.map(|((entry, body), (form, full))| {
        let body = body.as_deref().unwrap_or_default();
        let data = match (*form, full) {
            (_, Some(full)) => full.as_slice(),
            (CUT, None) => body.get(CHUNK_HEAD..).unwrap_or_default(),
            (_, None) => entry.hash.0.as_slice(),
        };
        EntryMsg {
            record: entry.record.0.into(),
            kind: entry.kind.number(),
            form: *form,
            data: data.into(),
        }
    });
    ParcelMsg {
        header: parcel.batch.header_bytes.as_slice().into(),
        signature: parcel.batch.signature.0.into(),
        entries: Bounded(entries.collect()),
    }
}

/// Reads a parcel: restores hashes and chunks, then has the signed header checked against them.
/// The signature itself is the receiver's to check, against the signer's certificate.
pub(super) fn parcel(frame: &'static str, msg: &ParcelMsg<'_>) -> Result<Parcel, SyncError> {
    let mut entries = Vec::with_capacity(msg.entries.0.len());
    let mut bodies = Vec::with_capacity(msg.entries.0.len());
    for entry in &msg.entries.0 {
        let (hash, body) = restore(frame, entry)?;
        entries.push(EntryRef {
            record: RecordId(entry.record.into()),
            kind: RecordKind::from_number(entry.kind).ok_or(SyncError::Unknown {
                what: "kind of record",
                number: entry.kind.into(),
            })?,
            hash,
        });
        bodies.push(body);
    }
    let signature = Signature(*msg.signature);
    SealedBatch::open(msg.header.to_vec(), signature, entries)
        .and_then(|batch| Parcel::new(batch, bodies))
        .map_err(|e| SyncError::malformed(frame, e.to_string()))
}

fn restore(
    frame: &'static str,
    entry: &EntryMsg<'_>,
) -> Result<(ChangeHash, Option<Vec<u8>>), SyncError> {
    let short = || SyncError::malformed(frame, "an entry without its hash");
    match entry.form {
        BARE => Ok((ChangeHash::from_slice(entry.data).ok_or_else(short)?, None)),
        FULL => {
            let (hash, body) = entry.data.split_first_chunk::<HASH>().ok_or_else(short)?;
            Ok((ChangeHash(*hash), Some(body.to_vec())))
        }
        CUT => {
            let hash: [u8; HASH] = Sha256::digest(&**entry.data).into();
            let mut body = Vec::with_capacity(CHUNK_HEAD + entry.data.len());
            body.extend_from_slice(&MAGIC);
            body.extend(hash.first_chunk::<4>().into_iter().flatten());
            body.extend_from_slice(entry.data);
            Ok((ChangeHash(hash), Some(body)))
        }
        form => Err(SyncError::Unknown {
            what: "form of a change",
            number: form.into(),
        }),
    }
}
