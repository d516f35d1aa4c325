//! Finding out whether, and where, two copies of a scope differ.

use linli_model::{ChangeHash, RecordId, Scope};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use super::{Wire, get, put, scope};
use crate::codec::{Bounded, Text};
use crate::error::SyncError;
use crate::limits;

/// The digest of a scope at a place in its feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// The scope.
    pub scope: Scope,
    /// The last place of the feed that it covers.
    pub seq: u64,
    /// The digest: see [`digest`](crate::digest). None: the same as the one in the hello.
    pub digest: Option<[u8; 32]>,
}

/// Scopes in which nothing happened and both ends hold the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InStep {
    /// Their places among the wants of the hello, ascending.
    pub wants: Vec<u16>,
}

/// A question about the digests of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestAsk {
    /// The scope.
    pub scope: Scope,
    /// One bucket to be listed; none asks for the digests of all 256.
    pub bucket: Option<u8>,
}

/// The 256 digests of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buckets {
    /// The scope.
    pub scope: Scope,
    /// The last place of the feed that they cover.
    pub seq: u64,
    /// One digest for each bucket: always 256.
    pub digests: Vec<[u8; 32]>,
}

/// The records of one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// The scope.
    pub scope: Scope,
    /// The last place of the feed that it covers.
    pub seq: u64,
    /// The number of the bucket.
    pub bucket: u8,
    /// Its records.
    pub records: Vec<RecordHeads>,
}

/// A record and its heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHeads {
    /// The record.
    pub record: RecordId,
    /// Its heads, sorted.
    pub heads: Vec<ChangeHash>,
}

#[derive(Encode, Decode)]
struct DigestMsg {
    #[n(0)]
    scope: Text<{ limits::SCOPE_TEXT }>,
    #[n(1)]
    seq: u64,
    #[n(2)]
    digest: Option<ByteArray<32>>,
}

#[derive(Encode, Decode)]
struct InStepMsg {
    #[n(0)]
    wants: Bounded<u16, { limits::WANTS }>,
}

#[derive(Encode, Decode)]
struct DigestAskMsg {
    #[n(0)]
    scope: Text<{ limits::SCOPE_TEXT }>,
    #[n(1)]
    bucket: Option<u8>,
}

#[derive(Encode, Decode)]
struct BucketsMsg {
    #[n(0)]
    scope: Text<{ limits::SCOPE_TEXT }>,
    #[n(1)]
    seq: u64,
    #[n(2)]
    digests: Bounded<ByteArray<32>, 256>,
}

#[derive(Encode, Decode)]
struct BucketMsg {
    #[n(0)]
    scope: Text<{ limits::SCOPE_TEXT }>,
    #[n(1)]
    seq: u64,
    #[n(2)]
    bucket: u8,
    #[n(3)]
    records: Bounded<RecordMsg, { limits::BUCKET_RECORDS }>,
}

#[derive(Encode, Decode)]
struct RecordMsg {
    #[n(0)]
    record: ByteArray<16>,
    #[n(1)]
    heads: Bounded<ByteArray<32>, { limits::RECORD_HEADS }>,
}

impl Wire for Digest {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        let msg = DigestMsg {
            scope: Text(self.scope.to_string()),
            seq: self.seq,
            digest: self.digest.map(ByteArray::from),
        };
        put("Digest", &msg)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: DigestMsg = get("Digest", bytes)?;
        Ok(Self {
            scope: scope("Digest", &msg.scope.0)?,
            seq: msg.seq,
            digest: msg.digest.map(Into::into),
        })
    }
}

impl Wire for InStep {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        let wants = Bounded(self.wants.clone());
        put("InStep", &InStepMsg { wants })
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: InStepMsg = get("InStep", bytes)?;
        if !msg.wants.0.is_sorted_by(|a, b| a < b) {
            return Err(SyncError::malformed("InStep", "wants that do not ascend"));
        }
        Ok(Self { wants: msg.wants.0 })
    }
}

impl Wire for DigestAsk {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        let msg = DigestAskMsg {
            scope: Text(self.scope.to_string()),
            bucket: self.bucket,
        };
        put("DigestAsk", &msg)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: DigestAskMsg = get("DigestAsk", bytes)?;
        Ok(Self {
            scope: scope("DigestAsk", &msg.scope.0)?,
            bucket: msg.bucket,
        })
    }
}

impl Wire for Buckets {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        if self.digests.len() != 256 {
            return Err(SyncError::Caller("not 256 buckets"));
        }
        let msg = BucketsMsg {
            scope: Text(self.scope.to_string()),
            seq: self.seq,
            digests: Bounded(self.digests.iter().map(|digest| (*digest).into()).collect()),
        };
        put("Buckets", &msg)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: BucketsMsg = get("Buckets", bytes)?;
        if msg.digests.0.len() != 256 {
            return Err(SyncError::malformed("Buckets", "not 256 buckets"));
        }
        Ok(Self {
            scope: scope("Buckets", &msg.scope.0)?,
            seq: msg.seq,
            digests: msg.digests.0.into_iter().map(Into::into).collect(),
        })
    }
}

impl Wire for Bucket {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        let records = self.records.iter().map(|record| RecordMsg {
            record: record.record.0.into(),
            heads: Bounded(record.heads.iter().map(|head| head.0.into()).collect()),
        });
        let msg = BucketMsg {
            scope: Text(self.scope.to_string()),
            seq: self.seq,
            bucket: self.bucket,
            records: Bounded(records.collect()),
        };
        put("Bucket", &msg)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: BucketMsg = get("Bucket", bytes)?;
        let records = msg.records.0.into_iter().map(|record| RecordHeads {
            record: RecordId(record.record.into()),
            heads: record
                .heads
                .0
                .into_iter()
                .map(|head| ChangeHash(head.into()))
                .collect(),
        });
        Ok(Self {
            scope: scope("Bucket", &msg.scope.0)?,
            seq: msg.seq,
            bucket: msg.bucket,
            records: records.collect(),
        })
    }
}
