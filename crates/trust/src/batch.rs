//! Signed batches: the unit in which changes are authored, and the parcel that carries one.
//!
//! One batch holds changes of one scope by one staff member. Its header names the SHA-256 of the
//! ordered changes and the batch before it in the signer's chain for epoch and scope, so that a
//! dropped, reordered or doubled batch shows. One signature covers up to 1,000 changes.

mod parcel;

use std::collections::BTreeSet;

use linli_model::role::Role;
use linli_model::{
    ActorId, BatchId, ChangeHash, KeyId, OrgId, RecordId, RecordKind, Scope, StaffId, Timestamp,
};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::cbor;
use crate::error::TrustError;
use crate::key::{Domain, PublicKey, Signature, SigningKey, Suite};

pub use parcel::Parcel;

/// Most changes in a batch.
pub const MAX_ENTRIES: usize = 1_000;
/// Most bytes of an encoded header.
pub const MAX_HEADER_BYTES: usize = 1_024;
/// Most bytes of one change (docs/sync.md, caps).
pub const MAX_CHANGE_BYTES: usize = 64 * 1024;
/// Most bytes of all changes of a batch together (docs/sync.md).
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Most bytes of the app version and of the console session.
const MAX_TEXT_BYTES: usize = 64;

/// One change in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryRef {
    /// The record that it belongs to.
    pub record: RecordId,
    /// What the record is.
    pub kind: RecordKind,
    /// The change.
    pub hash: ChangeHash,
}

/// What an author says about a new batch. Sealing adds suite, signer, count and content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchDraft {
    /// The signer's epoch.
    pub epoch: u64,
    /// The scope of every change in it.
    pub scope: Scope,
    /// 1 for the first batch of signer, epoch and scope, then one more each time.
    pub number: u64,
    /// The batch numbered one less; absent for the first.
    pub prev: Option<BatchId>,
    /// The organisation that acts.
    pub org: OrgId,
    /// The person who acts.
    pub staff: StaffId,
    /// The role in which the person acts.
    pub role: Role,
    /// The edition whose rights and tables count.
    pub edition: u32,
    /// The version of the app.
    pub app: String,
    /// The author's clock: evidence only.
    pub at: Timestamp,
    /// The console session; absent on devices.
    pub session: Option<String>,
}

/// What is signed. Unknown further fields are ignored here and kept in the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BatchHeader {
    /// The algorithms of the signature.
    #[cbor(n(0), with = "cbor::number")]
    pub suite: Suite,
    /// The signing key: a device's or a desk's.
    #[cbor(n(1), with = "cbor::fixed")]
    pub signer: KeyId,
    /// See [`BatchDraft::epoch`].
    #[n(2)]
    pub epoch: u64,
    /// See [`BatchDraft::scope`].
    #[cbor(n(3), with = "cbor::text")]
    pub scope: Scope,
    /// See [`BatchDraft::number`].
    #[n(4)]
    pub number: u64,
    /// See [`BatchDraft::prev`].
    #[cbor(n(5), with = "cbor::fixed", has_nil)]
    pub prev: Option<BatchId>,
    /// See [`BatchDraft::org`].
    #[cbor(n(6), with = "cbor::text")]
    pub org: OrgId,
    /// See [`BatchDraft::staff`].
    #[cbor(n(7), with = "cbor::text")]
    pub staff: StaffId,
    /// See [`BatchDraft::role`].
    #[cbor(n(8), with = "cbor::text")]
    pub role: Role,
    /// See [`BatchDraft::edition`].
    #[n(9)]
    pub edition: u32,
    /// See [`BatchDraft::app`].
    #[n(10)]
    pub app: String,
    /// See [`BatchDraft::at`].
    #[cbor(n(11), with = "cbor::number")]
    pub at: Timestamp,
    /// See [`BatchDraft::session`].
    #[n(12)]
    pub session: Option<String>,
    /// How many changes the batch has.
    #[n(13)]
    pub count: u32,
    /// SHA-256 over record, kind and hash of each change in order.
    #[cbor(n(14), with = "cbor::fixed")]
    pub content: [u8; 32],
}

impl BatchHeader {
    /// The actor that wrote the batch's changes.
    pub fn actor(&self) -> ActorId {
        ActorId::new(&self.signer, self.epoch)
    }

    /// Reads header bytes and checks the fields by themselves.
    pub fn decode(bytes: &[u8]) -> Result<Self, TrustError> {
        let header: Self = cbor::decode_suited("batch header", bytes, MAX_HEADER_BYTES)?;
        header.check()?;
        Ok(header)
    }

    fn check(&self) -> Result<(), TrustError> {
        let wrong = |reason| Err(TrustError::malformed("batch header", reason));
        if self.epoch > ActorId::MAX_EPOCH {
            return wrong("epoch is above 48 bits");
        }
        if self.number == 0 || (self.number == 1) != self.prev.is_none() {
            return wrong("number and previous batch do not fit");
        }
        if self.app.len() > MAX_TEXT_BYTES
            || self
                .session
                .as_ref()
                .is_some_and(|session| session.len() > MAX_TEXT_BYTES)
        {
            return wrong("app or session is longer than 64 bytes");
        }
        Ok(())
    }
}

/// A batch whose entries are the ones that its header names. [`SealedBatch::seal`] and
/// [`SealedBatch::open`] see to that; the signature is checked by [`SealedBatch::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedBatch {
    /// The header, readable.
    pub header: BatchHeader,
    /// The header as it was signed.
    pub header_bytes: Vec<u8>,
    /// The signature over domain and header bytes.
    pub signature: Signature,
    /// The changes, in order.
    pub entries: Vec<EntryRef>,
}

impl SealedBatch {
    /// Signs a new batch.
    pub fn seal(
        draft: BatchDraft,
        entries: Vec<EntryRef>,
        key: &SigningKey,
    ) -> Result<Self, TrustError> {
        let (count, content) = content_of(&entries)?;
        let header = BatchHeader {
            suite: Suite::CURRENT,
            signer: key.id(),
            epoch: draft.epoch,
            scope: draft.scope,
            number: draft.number,
            prev: draft.prev,
            org: draft.org,
            staff: draft.staff,
            role: draft.role,
            edition: draft.edition,
            app: draft.app,
            at: draft.at,
            session: draft.session,
            count,
            content,
        };
        header.check()?;
        let header_bytes = cbor::encode("batch header", &header)?;
        if header_bytes.len() > MAX_HEADER_BYTES {
            return Err(TrustError::TooLarge {
                what: "batch header",
                limit: MAX_HEADER_BYTES,
            });
        }
        let signature = key.sign(Domain::BATCH, &header_bytes);
        Ok(Self {
            header,
            header_bytes,
            signature,
            entries,
        })
    }

    /// Puts a received or stored batch together: decodes the header, checks caps, and that count
    /// and content fit the entries. The signature is not verified yet.
    pub fn open(
        header_bytes: Vec<u8>,
        signature: Signature,
        entries: Vec<EntryRef>,
    ) -> Result<Self, TrustError> {
        let header = BatchHeader::decode(&header_bytes)?;
        if content_of(&entries)? != (header.count, header.content) {
            return Err(TrustError::ContentMismatch);
        }
        Ok(Self {
            header,
            header_bytes,
            signature,
            entries,
        })
    }

    /// Checks that `key` is the signer, that the signature fits the header bytes, and that header
    /// and entries are what was signed.
    pub fn verify(&self, key: &PublicKey) -> Result<(), TrustError> {
        if key.id() != self.header.signer {
            return Err(TrustError::WrongKey {
                named: self.header.signer,
                used: key.id(),
            });
        }
        key.verify(Domain::BATCH, &self.header_bytes, &self.signature)?;
        let is_what_was_signed = BatchHeader::decode(&self.header_bytes)? == self.header
            && content_of(&self.entries)? == (self.header.count, self.header.content);
        if is_what_was_signed {
            Ok(())
        } else {
            Err(TrustError::ContentMismatch)
        }
    }

    /// The batch's name: SHA-256 of the header bytes.
    pub fn id(&self) -> BatchId {
        BatchId(Sha256::digest(&self.header_bytes).into())
    }
}

/// Count and content hash of a list of entries within the caps, none twice.
fn content_of(entries: &[EntryRef]) -> Result<(u32, [u8; 32]), TrustError> {
    if entries.is_empty() {
        return Err(TrustError::malformed("batch", "has no changes"));
    }
    if entries.len() > MAX_ENTRIES {
        return Err(TrustError::TooLarge {
            what: "number of changes in a batch",
            limit: MAX_ENTRIES,
        });
    }
    let mut hasher = Sha256::new();
    let mut seen = BTreeSet::new();
    for entry in entries {
        if !seen.insert(entry.hash) {
            return Err(TrustError::malformed("batch", "names a change twice"));
        }
        hasher.update(entry.record.0);
        hasher.update([entry.kind.number()]);
        hasher.update(entry.hash.0);
    }
    let count = u32::try_from(entries.len()).map_err(|_| TrustError::Encode("batch"))?;
    Ok((count, hasher.finalize().into()))
}

#[cfg(test)]
mod tests;
