//! Judging signers: is the key active, and may it do this?

use linli_model::{KeyId, OrgId, Scope, Timestamp};

use super::{CertificateStore, Held, IsWithin, Judged};
use crate::batch::{BatchHeader, SealedBatch};
use crate::certificate::{Certificate, CertificateBody, Subject};
use crate::error::TrustError;
use crate::signed::{Signed, SignedBody};

/// Longest chain to the root. Organisations nest five levels at most; desks of one organisation never
/// issue each other's certificates, so a longer chain is an error of the tree.
const MAX_CHAIN: usize = 8;

impl CertificateStore {
    /// The certificate under which a key may act at a moment: valid, not replaced, not revoked, and
    /// its issuer was all that when this certificate was received.
    pub fn active(&self, key: &KeyId, at: Timestamp) -> Result<&Certificate, TrustError> {
        self.active_within(key, at, MAX_CHAIN)
            .map(|held| &held.certificate)
    }

    /// Checks a batch's signature and whether its signer may write it: a device for its staff in the
    /// scopes of its grids, a desk for organisations in its subtree.
    ///
    /// Not checked here: the chain of numbers, the role and the staff grant in the header's edition,
    /// and for a desk whether the scope's grid is its business.
    pub fn check_batch(
        &self,
        batch: &SealedBatch,
        judged: Judged,
        is_within: IsWithin<'_>,
    ) -> Result<&Certificate, TrustError> {
        let signer = batch.header.signer;
        let public = self
            .public_key(&signer)
            .ok_or(TrustError::UnknownKey(signer))?;
        batch.verify(public)?;
        let mut refusal = None;
        for held in self.candidates(&signer, judged)? {
            match may_write(&held.certificate, &batch.header, is_within) {
                Ok(()) => return Ok(&held.certificate),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        Err(refusal.unwrap_or(TrustError::UnknownKey(signer)))
    }

    /// Checks a control item (edition, tombstone, checkpoint, lease, server time, wipe order, audit
    /// head): signed by a desk that is active and whose subtree holds the organisation it is about.
    pub fn check_signed<B: SignedBody>(
        &self,
        item: &Signed<B>,
        judged: Judged,
        about: &OrgId,
        is_within: IsWithin<'_>,
    ) -> Result<&Certificate, TrustError> {
        let desk = self.desk_of(item.body().signer(), judged)?;
        item.verify(&desk.key)?;
        inside(desk, about, is_within)?;
        Ok(desk)
    }

    /// The desk certificate of a key, as judged.
    pub(super) fn desk_of(&self, key: KeyId, judged: Judged) -> Result<&Certificate, TrustError> {
        let held = self.candidates(&key, judged)?.into_iter().next();
        let certificate = &held.ok_or(TrustError::UnknownKey(key))?.certificate;
        if certificate.subject != Subject::Desk {
            return Err(TrustError::NotEntitled {
                key,
                act: "speak for a desk",
            });
        }
        Ok(certificate)
    }

    /// The certificates under which a key may be judged, the current one first; at least one.
    fn candidates(&self, key: &KeyId, judged: Judged) -> Result<Vec<&Held>, TrustError> {
        let mut found: Vec<&Held> = match judged {
            Judged::Vouched => self.held_of(key).collect(),
            Judged::Now(at) | Judged::At(at) => {
                if let Judged::Now(_) = judged {
                    self.not_revoked(key)?;
                }
                self.active_within(key, at, MAX_CHAIN)?;
                let all = self.held_of(key);
                all.filter(|held| self.refusal(held, at, MAX_CHAIN).is_none())
                    .collect()
            }
        };
        found.sort_by_key(|held| {
            std::cmp::Reverse((held.certificate.epoch, held.certificate.serial))
        });
        if found.is_empty() {
            return Err(TrustError::UnknownKey(*key));
        }
        Ok(found)
    }

    pub(super) fn not_revoked(&self, key: &KeyId) -> Result<(), TrustError> {
        match self.revoked_at(key) {
            Some(since) => Err(TrustError::Revoked { key: *key, since }),
            None => Ok(()),
        }
    }

    fn active_within(&self, key: &KeyId, at: Timestamp, chain: usize) -> Result<&Held, TrustError> {
        let mut newest_first: Vec<&Held> = self.held_of(key).collect();
        newest_first.sort_by_key(|held| {
            std::cmp::Reverse((held.certificate.epoch, held.certificate.serial))
        });
        let mut refusal = TrustError::UnknownKey(*key);
        for (rank, held) in newest_first.into_iter().enumerate() {
            match self.refusal(held, at, chain) {
                None => return Ok(held),
                Some(error) if rank == 0 => refusal = error,
                Some(_) => {}
            }
        }
        Err(refusal)
    }

    /// Why a certificate does not count at a moment.
    fn refusal(&self, held: &Held, at: Timestamp, chain: usize) -> Option<TrustError> {
        let certificate = &held.certificate;
        let key = certificate.key.id();
        if let Some(since) = self.revoked_at(&key).filter(|since| *since <= at) {
            return Some(TrustError::Revoked { key, since });
        }
        if !certificate.is_valid_at(at) {
            return Some(TrustError::OutsideValidity { key, at });
        }
        if let Some(since) = held.replaced_at.filter(|since| *since <= at) {
            return Some(TrustError::Replaced { key, since });
        }
        if certificate.issuer == key {
            // Only the root issues itself; `insert` refuses all others.
            return None;
        }
        let Some(left) = chain.checked_sub(1) else {
            return Some(TrustError::NotEntitled {
                key,
                act: "stand so far from the root",
            });
        };
        self.active_within(&certificate.issuer, held.received_at, left)
            .err()
    }
}

fn inside(
    signer: &CertificateBody,
    org: &OrgId,
    is_within: IsWithin<'_>,
) -> Result<(), TrustError> {
    if is_within(&signer.org, org) {
        return Ok(());
    }
    Err(TrustError::OutsideSubtree {
        org: org.clone(),
        signer_org: signer.org.clone(),
    })
}

fn may_write(
    signer: &CertificateBody,
    header: &BatchHeader,
    is_within: IsWithin<'_>,
) -> Result<(), TrustError> {
    inside(signer, &header.org, is_within)?;
    let key = signer.key.id();
    let refuse = |act| Err(TrustError::NotEntitled { key, act });
    match (&header.scope, signer.subject) {
        (Scope::Reference(_), Subject::Desk | Subject::Device) => refuse("write reference data"),
        (Scope::Desk(org), Subject::Desk) => inside(signer, org, is_within),
        (Scope::Desk(_), Subject::Device) => refuse("write in a desk's scope"),
        (Scope::Register(_) | Scope::Places(_) | Scope::Cases(_), Subject::Desk) => Ok(()),
        (Scope::Register(grid) | Scope::Places(grid) | Scope::Cases(grid), Subject::Device) => {
            if signer.grids.binary_search(grid).is_err() {
                return refuse("write in this grid");
            }
            if header.epoch < signer.epoch {
                return refuse("sign in an epoch before its certificate's");
            }
            if signer.staff.binary_search(&header.staff).is_err() {
                return Err(TrustError::StaffNotListed {
                    key,
                    staff: header.staff.clone(),
                });
            }
            Ok(())
        }
    }
}
