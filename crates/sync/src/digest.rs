//! One value for the state of a scope, kept up to date with every write.
//!
//! The digest of a record is SHA-256 over its id and its sorted heads; the digest of a scope is the
//! XOR of its live records' digests, so that replacing one record's share costs two XORs. It finds
//! faults, not forgers: XOR of hashes can be forged by someone who may choose records, and what is
//! forged is still checked change by change.

use linli_model::{ChangeHash, RecordId};
use sha2::{Digest as _, Sha256};

/// How many buckets a scope is divided into when two digests differ.
pub const BUCKETS: usize = 256;

/// A digest of a record, a bucket or a scope. All zeros for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ScopeDigest(pub [u8; 32]);

impl ScopeDigest {
    /// The share of one record. The order of `heads` does not matter.
    pub fn of_record(record: &RecordId, heads: &[ChangeHash]) -> Self {
        let mut sorted = heads.to_vec();
        sorted.sort_unstable();
        let mut hasher = Sha256::new();
        hasher.update(record.0);
        for head in &sorted {
            hasher.update(head.0);
        }
        Self(hasher.finalize().into())
    }

    /// Puts a share in, or takes it out again.
    pub fn toggle(&mut self, share: &Self) {
        for (byte, other) in self.0.iter_mut().zip(share.0) {
            *byte ^= other;
        }
    }

    /// Replaces one share by another. `None` is a record that was not there, or no longer is.
    pub fn replace(&mut self, before: Option<&Self>, after: Option<&Self>) {
        before
            .into_iter()
            .chain(after)
            .for_each(|share| self.toggle(share));
    }
}

/// The bucket of a record: the last byte of its id. Ids are UUIDs of version 7, whose last bytes
/// are random while their first ones are the time.
pub fn bucket_of(record: &RecordId) -> u8 {
    let [.., last] = record.0;
    last
}

/// The digests of a scope's 256 buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketDigests(Vec<ScopeDigest>);

impl Default for BucketDigests {
    fn default() -> Self {
        Self(vec![ScopeDigest::default(); BUCKETS])
    }
}

impl BucketDigests {
    /// Puts a record's share in, or takes it out again.
    pub fn toggle(&mut self, record: &RecordId, share: &ScopeDigest) {
        if let Some(bucket) = self.0.get_mut(usize::from(bucket_of(record))) {
            bucket.toggle(share);
        }
    }

    /// The digest of the whole scope.
    pub fn total(&self) -> ScopeDigest {
        let mut total = ScopeDigest::default();
        self.0.iter().for_each(|bucket| total.toggle(bucket));
        total
    }

    /// The buckets as they travel, 256 of them.
    pub fn to_vec(&self) -> Vec<[u8; 32]> {
        self.0.iter().map(|bucket| bucket.0).collect()
    }

    /// The numbers of the buckets that differ from a peer's. Every bucket when the peer's list is
    /// not one of 256.
    pub fn differing(&self, theirs: &[[u8; 32]]) -> Vec<u8> {
        let whole = theirs.len() == BUCKETS;
        let mine = (0..=u8::MAX).zip(&self.0).enumerate();
        mine.filter(|(at, (_, bucket))| !whole || theirs.get(*at) != Some(&bucket.0))
            .map(|(_, (number, _))| number)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_record_is_hashed_as_written_down() {
        let record = RecordId([1; 16]);
        let (a, b) = (ChangeHash([2; 32]), ChangeHash([3; 32]));
        let expect: [u8; 32] = Sha256::digest([&[1u8; 16][..], &[2; 32], &[3; 32]].concat()).into();
        assert_eq!(ScopeDigest::of_record(&record, &[a, b]).0, expect);
        assert_eq!(ScopeDigest::of_record(&record, &[b, a]).0, expect);
    }

    proptest! {
        /// Kept incrementally or computed afresh: the same value, and only the touched buckets differ.
        #[test]
        fn steps_and_recount_agree(
            edits in prop::collection::vec((any::<[u8; 2]>(), prop::option::of(any::<u8>())), 0..60),
        ) {
            let id = |tail: [u8; 2]| {
                let mut id = [0; 16];
                id[14..].copy_from_slice(&tail);
                RecordId(id)
            };
            let mut state = std::collections::BTreeMap::new();
            let mut scope = ScopeDigest::default();
            let mut buckets = BucketDigests::default();
            for (tail, head) in edits {
                let share = |head: &u8| ScopeDigest::of_record(&id(tail), &[ChangeHash([*head; 32])]);
                let before = state.get(&tail).map(share);
                let after = head.as_ref().map(share);
                scope.replace(before.as_ref(), after.as_ref());
                before.iter().chain(&after).for_each(|s| buckets.toggle(&id(tail), s));
                match head {
                    Some(head) => state.insert(tail, head),
                    None => state.remove(&tail),
                };
            }
            let mut fresh = BucketDigests::default();
            for (tail, head) in &state {
                let share = ScopeDigest::of_record(&id(*tail), &[ChangeHash([*head; 32])]);
                fresh.toggle(&id(*tail), &share);
            }
            prop_assert_eq!(fresh.total(), scope);
            prop_assert_eq!(&fresh, &buckets);
            prop_assert!(fresh.differing(&buckets.to_vec()).is_empty());
            let extra = id([9, 77]);
            fresh.toggle(&extra, &ScopeDigest::of_record(&extra, &[]));
            prop_assert_eq!(fresh.differing(&buckets.to_vec()), vec![77]);
            prop_assert_eq!(fresh.differing(&[]).len(), BUCKETS);
        }
    }
}
