//! A document as its changes, without one hash.
//!
//! In a short history most of what does not compress is hashes: the document's heads, and in each
//! change those that it was written on top of. All of them can be computed. A change is sent
//! without its first eight bytes and with places in the record's list instead of the hashes of its
//! predecessors; the receiver rebuilds the chunks from the first on and so gets every hash, the
//! heads among them.

use linli_model::ChangeHash;
use linli_records::Document;
use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use super::frame::{CHUNK_HEAD, HASH, find, head_of};
use crate::codec::Bounded;
use crate::error::SyncError;

/// Most changes of a document that travels so. Longer histories are smaller as documents.
pub(super) const CHANGES: usize = 64;
/// Most predecessors of one change that travels so.
const PARENTS: usize = 8;
/// A document is sent as changes up to this many times its own size, in percent.
const WORTH_PERCENT: usize = 140;
/// And this many bytes more for each head: a hash weighs as much as that of anything else, which
/// compresses to a quarter.
const WORTH_OF_A_HEAD: usize = 4 * HASH;

/// One change without hashes.
#[derive(Encode, Decode)]
pub(super) struct ThinMsg {
    /// How many bytes it has here.
    #[n(0)]
    pub(super) bytes: u32,
    /// Where the hashes of its predecessors stood.
    #[n(1)]
    at: u32,
    /// Its predecessors, as places in the record's list of changes. Absent: the change before it,
    /// if any.
    #[n(2)]
    parents: Option<Bounded<u16, PARENTS>>,
}

/// A document's changes without hashes, and their bytes one after the other.
pub(super) type Thin = (Vec<ThinMsg>, Vec<u8>);

/// The thin form of a document, where it has one that is worth it.
pub(super) fn thin(snapshot: &[u8], heads: &[ChangeHash]) -> Option<Thin> {
    let doc = Document::load(Some(snapshot), &[]).ok()?;
    let changes = doc.changes();
    if changes.len() > CHANGES || doc.heads() != heads {
        return None;
    }
    let (mut msgs, mut bytes) = (Vec::new(), Vec::new());
    let mut known = Vec::new();
    for change in &changes {
        let (head, rest) = change.bytes.split_at_checked(CHUNK_HEAD)?;
        let flat = change.deps.iter().flat_map(|dep| dep.0).collect::<Vec<_>>();
        let at = if flat.is_empty() {
            0
        } else {
            find(rest, &flat)?
        };
        let parents = change.deps.iter().map(|dep| {
            let place = known.iter().position(|hash| hash == dep)?;
            u16::try_from(place).ok()
        });
        let parents = parents.collect::<Option<Vec<_>>>()?;
        if parents.len() > PARENTS || head != head_of(rest) {
            return None;
        }
        let (before, after) = rest.split_at_checked(at as usize)?;
        let after = after.get(flat.len()..)?;
        let is_usual = parents == usual_parents(msgs.len());
        msgs.push(ThinMsg {
            bytes: u32::try_from(before.len() + after.len()).ok()?,
            at,
            parents: (!is_usual).then_some(Bounded(parents)),
        });
        bytes.extend_from_slice(before);
        bytes.extend_from_slice(after);
        known.push(change.hash);
    }
    let worth = snapshot.len() * WORTH_PERCENT / 100 + heads.len() * WORTH_OF_A_HEAD;
    (bytes.len() <= worth).then_some((msgs, bytes))
}

/// The document's changes, from its thin form.
pub(super) fn fatten(msgs: &[ThinMsg], mut bytes: &[u8]) -> Result<Vec<Vec<u8>>, SyncError> {
    let wrong = || SyncError::malformed("pack frame", "changes that do not fit each other");
    let mut chunks: Vec<Vec<u8>> = Vec::with_capacity(msgs.len());
    let mut hashes: Vec<[u8; HASH]> = Vec::with_capacity(msgs.len());
    for msg in msgs {
        let data = bytes.split_off(..msg.bytes as usize).ok_or_else(wrong)?;
        let (before, after) = data.split_at_checked(msg.at as usize).ok_or_else(wrong)?;
        let mut chunk = vec![0; CHUNK_HEAD];
        chunk.extend_from_slice(before);
        let usual = usual_parents(hashes.len());
        let parents = msg.parents.as_ref().map_or(&usual, |parents| &parents.0);
        for parent in parents {
            chunk.extend_from_slice(hashes.get(usize::from(*parent)).ok_or_else(wrong)?);
        }
        chunk.extend_from_slice(after);
        let (head, rest) = chunk.split_at_mut_checked(CHUNK_HEAD).ok_or_else(wrong)?;
        hashes.push(Sha256::digest(&*rest).into());
        head.copy_from_slice(&head_of(rest));
        chunks.push(chunk);
    }
    if bytes.is_empty() {
        Ok(chunks)
    } else {
        Err(wrong())
    }
}

/// The change before this one, if any.
fn usual_parents(place: usize) -> Vec<u16> {
    let before = place
        .checked_sub(1)
        .and_then(|place| u16::try_from(place).ok());
    before.into_iter().collect()
}
