//! The audit chain: rows that name the hash of the row before, so that a changed, deleted, added or
//! moved row shows. A cut tail shows against a signed head that a parent server or a device keeps.

use linli_model::{KeyId, OrgId, Timestamp};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::cbor;
use crate::key::{Domain, Suite};
use crate::signed::{Signed, SignedBody};

/// A signed head of an audit log.
pub type AuditHead = Signed<AuditHeadBody>;

/// One row as it is stored. `content` is whatever the server writes: who, role, record, purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// 1 for the first row, then one more each time.
    pub number: u64,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// What happened.
    pub content: Vec<u8>,
    /// The row's hash: over the hash before it and everything above.
    pub hash: [u8; 32],
}

/// The end of a chain: how many rows, and the hash of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainEnd {
    /// The number of the last row; 0 when there is none.
    pub number: u64,
    /// Its hash; zeros when there is none.
    pub hash: [u8; 32],
}

/// Where a log is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// The row at this place (counted from 0) is not the one that was written there.
    #[error("audit row at place {0} does not fit the chain")]
    BadRow(usize),
    /// The log is shorter than a head that was signed.
    #[error("audit log ends at row {found}, but row {signed} was signed")]
    CutOff {
        /// The last row found.
        found: u64,
        /// The row that the head names.
        signed: u64,
    },
    /// The row that the head names has another hash: history was written anew.
    #[error("audit row {0} is not the one that was signed")]
    Rewritten(u64),
}

impl ChainEnd {
    /// Before the first row.
    pub const START: Self = Self {
        number: 0,
        hash: [0; 32],
    };

    /// The next row of the log.
    pub fn append(&self, at: Timestamp, content: Vec<u8>) -> AuditRow {
        let number = self.number.saturating_add(1);
        let hash = row_hash(&self.hash, number, at, &content);
        AuditRow {
            number,
            at,
            content,
            hash,
        }
    }

    /// Checks rows that follow this end, in order, and gives the end after them.
    pub fn verify<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r AuditRow>,
    ) -> Result<Self, AuditFault> {
        self.walk(rows, |_| Ok(()))
    }

    /// Checks a whole log against a head that was signed earlier. The head's signature is for the
    /// caller to check.
    pub fn verify_with_head<'r>(
        rows: impl IntoIterator<Item = &'r AuditRow>,
        head: &AuditHeadBody,
    ) -> Result<Self, AuditFault> {
        let end = Self::START.walk(rows, |end| {
            if end.number == head.number && end.hash != head.hash {
                return Err(AuditFault::Rewritten(end.number));
            }
            Ok(())
        })?;
        if end.number < head.number {
            return Err(AuditFault::CutOff {
                found: end.number,
                signed: head.number,
            });
        }
        Ok(end)
    }

    fn walk<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r AuditRow>,
        mut at_each: impl FnMut(&Self) -> Result<(), AuditFault>,
    ) -> Result<Self, AuditFault> {
        let mut end = *self;
        for (place, row) in rows.into_iter().enumerate() {
            let hash = row_hash(&end.hash, row.number, row.at, &row.content);
            if row.number != end.number.saturating_add(1) || row.hash != hash {
                return Err(AuditFault::BadRow(place));
            }
            end = Self {
                number: row.number,
                hash,
            };
            at_each(&end)?;
        }
        Ok(end)
    }
}

fn row_hash(before: &[u8; 32], number: u64, at: Timestamp, content: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"linli/audit/1\0");
    hasher.update(before);
    hasher.update(number.to_be_bytes());
    hasher.update(at.0.to_be_bytes());
    hasher.update(content);
    hasher.finalize().into()
}

/// The end of a server's log at a moment, for its parent and its devices to keep.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AuditHeadBody {
    /// The algorithms of the signature.
    #[cbor(n(0), with = "cbor::number")]
    pub suite: Suite,
    /// Whose log.
    #[cbor(n(1), with = "cbor::text")]
    pub org: OrgId,
    /// The number of the last row.
    #[n(2)]
    pub number: u64,
    /// Its hash.
    #[cbor(n(3), with = "cbor::fixed")]
    pub hash: [u8; 32],
    /// The server's generation.
    #[n(4)]
    pub generation: u64,
    /// When, by the signing server's clock.
    #[cbor(n(5), with = "cbor::number")]
    pub at: Timestamp,
    /// The desk key that signs.
    #[cbor(n(6), with = "cbor::fixed")]
    pub signer: KeyId,
}

impl SignedBody for AuditHeadBody {
    const DOMAIN: Domain = Domain::AUDIT_HEAD;
    const NAME: &'static str = "audit head";

    fn signer(&self) -> KeyId {
        self.signer
    }
}

#[cfg(test)]
mod tests;
