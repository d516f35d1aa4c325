//! The certificates and revocations that a replica knows, and the questions it asks of them.
//!
//! Rules:
//! - The district's root certificate is given; everything else must chain to it. Desks issue
//!   certificates: of desks strictly below them, of devices in their own subtree. Devices issue none.
//! - An issuer is judged when the certificate is received. If it expires, is replaced or revoked
//!   *later*, what it issued stands (a lost server's devices keep working, docs/sync.md); a
//!   revocation dated before the receipt takes what was issued since with it.
//! - A key is judged at `received_at`, the stamp of the first server; what arrives just now is also
//!   held against every revocation that is known, whatever its date ([`Judged::Now`]). What another server has
//!   accepted is vouched for and judged without time ([`Judged::Vouched`]); who may vouch is for the
//!   caller to know.
//! - A device's later certificate replaces an earlier one only if its issuer stands above the
//!   earlier one's organisation: a neighbour cannot take a device away.
//! - A desk certificate of a higher epoch replaces the organisation's earlier keys once it is valid
//!   and received: that is how an organisation is hosted anew. The root is never replaced.

mod judge;

use std::collections::BTreeMap;

use linli_model::{KeyId, OrgId, Timestamp};

use crate::certificate::{Certificate, Subject};
use crate::error::TrustError;
use crate::key::PublicKey;
use crate::revocation::Revocation;

/// Whether the second organisation is the first one or lies below it. Pass
/// `&|upper, lower| tree.is_within(upper, lower)` of the edition that counts.
pub type IsWithin<'a> = &'a dyn Fn(&OrgId, &OrgId) -> bool;

/// When a signer is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// Received just now, by the first server: a revocation that is known counts, even one whose
    /// date is still to come, for the clock that dated it may have been wrong.
    Now(Timestamp),
    /// At the moment of receipt by the first server, which has passed.
    At(Timestamp),
    /// Another server whom we believe has accepted it: only signature, chain and rights count.
    Vouched,
}

/// Whether an item was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// Stored: pass it on.
    New,
    /// Already there.
    Known,
}

/// Everything a replica knows about keys of one district.
#[derive(Debug, Clone)]
pub struct CertificateStore {
    root: Certificate,
    held: BTreeMap<KeyId, Vec<Held>>,
    desks: BTreeMap<OrgId, BTreeMap<u64, KeyId>>,
    revocations: BTreeMap<KeyId, Vec<Revocation>>,
}

#[derive(Debug, Clone)]
struct Held {
    certificate: Certificate,
    received_at: Timestamp,
    /// From when a later certificate counts instead.
    replaced_at: Option<Timestamp>,
}

impl Held {
    /// From when it replaces others. Certificates are dated back because clocks differ; what others
    /// did before this one was received must stand.
    fn counts_from(&self) -> Timestamp {
        self.certificate.not_before.max(self.received_at)
    }
}

impl CertificateStore {
    /// A store that believes one root: the district's self-issued desk certificate.
    pub fn new(root: Certificate) -> Result<Self, TrustError> {
        if root.subject != Subject::Desk || root.issuer != root.key.id() {
            return Err(TrustError::NotEntitled {
                key: root.key.id(),
                act: "be a root",
            });
        }
        root.verify(&root.key)?;
        let held = Held {
            received_at: root.not_before,
            certificate: root.clone(),
            replaced_at: None,
        };
        Ok(Self {
            held: BTreeMap::from([(root.key.id(), vec![held])]),
            root,
            desks: BTreeMap::new(),
            revocations: BTreeMap::new(),
        })
    }

    /// The root certificate.
    pub fn root(&self) -> &Certificate {
        &self.root
    }

    /// Checks and stores a certificate that the first server received at `received_at`.
    ///
    /// [`TrustError::UnknownKey`] means that the issuer's certificate is missing: park and ask.
    pub fn insert(
        &mut self,
        certificate: Certificate,
        received_at: Timestamp,
        is_within: IsWithin<'_>,
    ) -> Result<Inserted, TrustError> {
        let key = certificate.key.id();
        if self
            .held_of(&key)
            .any(|held| held.certificate == certificate)
        {
            return Ok(Inserted::Known);
        }
        self.check_issue(&certificate, received_at, is_within)?;
        let mut held = Held {
            certificate,
            received_at,
            replaced_at: None,
        };
        self.replace_around(&mut held, is_within)?;
        self.held.entry(key).or_default().push(held);
        Ok(Inserted::New)
    }

    /// Checks and stores a revocation that the first server received at `received_at`.
    ///
    /// [`TrustError::UnknownKey`] means that a certificate is missing: park, never discard.
    pub fn revoke(
        &mut self,
        revocation: Revocation,
        received_at: Timestamp,
        is_within: IsWithin<'_>,
    ) -> Result<Inserted, TrustError> {
        let known = self.revocations.get(&revocation.key);
        if known.is_some_and(|known| known.contains(&revocation)) {
            return Ok(Inserted::Known);
        }
        let signer = self.desk_of(revocation.signer, Judged::At(received_at))?;
        revocation.verify(&signer.key)?;
        let subject = self
            .find(&revocation.key)
            .ok_or(TrustError::UnknownKey(revocation.key))?;
        let issued_it = self
            .held_of(&revocation.key)
            .any(|held| held.certificate.issuer == revocation.signer);
        let stands_above = is_within(&signer.org, &subject.org)
            && (subject.subject == Subject::Device || signer.org != subject.org);
        if revocation.key == self.root.key.id() || !(issued_it || stands_above) {
            return Err(TrustError::NotEntitled {
                key: revocation.signer,
                act: "revoke this key",
            });
        }
        let key = revocation.key;
        self.revocations.entry(key).or_default().push(revocation);
        Ok(Inserted::New)
    }

    /// The current certificate of a key: highest epoch, then highest serial. Says nothing about
    /// validity; ask [`CertificateStore::active`] for that.
    pub fn find(&self, key: &KeyId) -> Option<&Certificate> {
        self.held_of(key)
            .map(|held| &held.certificate)
            .max_by_key(|certificate| (certificate.epoch, certificate.serial))
    }

    /// The public key of an id that has a certificate.
    pub fn public_key(&self, key: &KeyId) -> Option<&PublicKey> {
        self.find(key).map(|certificate| &certificate.key)
    }

    /// From when a key is revoked: the earliest date of its revocations.
    pub fn revoked_at(&self, key: &KeyId) -> Option<Timestamp> {
        self.revocations
            .get(key)?
            .iter()
            .map(|revocation| revocation.at)
            .min()
    }

    /// The certificate under which a key may act just now: as [`CertificateStore::active`], and no
    /// revocation of it is known, not even one that is dated later.
    pub fn active_now(&self, key: &KeyId, now: Timestamp) -> Result<&Certificate, TrustError> {
        self.not_revoked(key)?;
        self.active(key, now)
    }

    /// The highest number of a revocation that this signer has given.
    pub fn revocation_number(&self, signer: &KeyId) -> u64 {
        self.revocations()
            .filter(|revocation| revocation.signer == *signer)
            .map(|revocation| revocation.number)
            .max()
            .unwrap_or(0)
    }

    /// The key that speaks for an organisation at a moment, if one does.
    pub fn desk_key(&self, org: &OrgId, at: Timestamp) -> Option<&Certificate> {
        let keys = self.desks.get(org).into_iter().flat_map(BTreeMap::values);
        let newest = keys.rev().find_map(|key| self.active(key, at).ok());
        newest.or_else(|| (self.root.org == *org).then_some(&self.root))
    }

    /// Every certificate with the stamp of its receipt, by key, then in order of insertion. To build
    /// a store again, insert from the control log: issuers come before what they issued there.
    pub fn certificates(&self) -> impl Iterator<Item = (&Certificate, Timestamp)> {
        self.held
            .values()
            .flatten()
            .map(|held| (&held.certificate, held.received_at))
    }

    /// Every revocation.
    pub fn revocations(&self) -> impl Iterator<Item = &Revocation> {
        self.revocations.values().flatten()
    }

    fn held_of(&self, key: &KeyId) -> impl Iterator<Item = &Held> {
        self.held.get(key).into_iter().flatten()
    }

    /// Whether the issuer may state this, at the moment of receipt.
    fn check_issue(
        &self,
        certificate: &Certificate,
        received_at: Timestamp,
        is_within: IsWithin<'_>,
    ) -> Result<(), TrustError> {
        let key = certificate.key.id();
        let refuse = |act| {
            Err(TrustError::NotEntitled {
                key: certificate.issuer,
                act,
            })
        };
        let issuer = self.desk_of(certificate.issuer, Judged::At(received_at))?;
        certificate.verify(&issuer.key)?;
        if key == self.root.key.id() || key == certificate.issuer {
            return refuse("certify itself");
        }
        if !is_within(&issuer.org, &certificate.org) {
            return Err(TrustError::OutsideSubtree {
                org: certificate.org.clone(),
                signer_org: issuer.org.clone(),
            });
        }
        let is_root = issuer.key == self.root.key;
        if certificate.subject == Subject::Desk && issuer.org == certificate.org && !is_root {
            return refuse("certify a desk of its own organisation");
        }
        if self
            .held_of(&key)
            .any(|held| held.certificate.subject != certificate.subject)
        {
            return refuse("turn a desk into a device or back");
        }
        if certificate.subject == Subject::Desk
            && self
                .held_of(&key)
                .any(|held| held.certificate.org != certificate.org)
        {
            return refuse("give one desk key to two organisations");
        }
        let mut same_number = self.held_of(&key).filter(|held| {
            (held.certificate.epoch, held.certificate.serial)
                == (certificate.epoch, certificate.serial)
        });
        if same_number.any(|held| held.certificate.issuer == certificate.issuer) {
            return Err(TrustError::Fork {
                what: "certificate",
                number: certificate.serial,
                key: certificate.issuer,
            });
        }
        Ok(())
    }

    /// Notes what the new certificate replaces and what already replaces it.
    fn replace_around(
        &mut self,
        new: &mut Held,
        is_within: IsWithin<'_>,
    ) -> Result<(), TrustError> {
        let key = new.certificate.key.id();
        if new.certificate.subject == Subject::Desk {
            self.replace_desks(new)?;
        }
        let org_of =
            |store: &Self, issuer: &KeyId| store.find(issuer).map(|found| found.org.clone());
        let new_issuer = org_of(self, &new.certificate.issuer);
        let issuers: Vec<Option<OrgId>> = self
            .held_of(&key)
            .map(|held| org_of(self, &held.certificate.issuer))
            .collect();
        let order = |held: &Held| (held.certificate.epoch, held.certificate.serial);
        let above = |issuer: &Option<OrgId>, held: &Held| {
            issuer
                .as_ref()
                .is_some_and(|org| is_within(org, &held.certificate.org))
        };
        for (old, old_issuer) in self.held.entry(key).or_default().iter_mut().zip(issuers) {
            if order(old) < order(new) && above(&new_issuer, old) {
                replaced(old, new.counts_from());
            } else if order(new) < order(old) && above(&old_issuer, new) {
                replaced(new, old.counts_from());
            }
        }
        Ok(())
    }

    fn replace_desks(&mut self, new: &mut Held) -> Result<(), TrustError> {
        let (key, epoch) = (new.certificate.key.id(), new.certificate.epoch);
        let keys = self.desks.entry(new.certificate.org.clone()).or_default();
        if keys.get(&epoch).is_some_and(|other| *other != key) {
            return Err(TrustError::Fork {
                what: "desk epoch",
                number: epoch,
                key: new.certificate.issuer,
            });
        }
        keys.insert(epoch, key);
        let others: Vec<(u64, KeyId)> = keys
            .iter()
            .filter(|(_, other)| **other != key)
            .map(|(epoch, other)| (*epoch, *other))
            .collect();
        for (other_epoch, other) in others {
            for held in self.held.entry(other).or_default() {
                if held.certificate.epoch != other_epoch {
                    continue;
                }
                if other_epoch < epoch {
                    replaced(held, new.counts_from());
                } else {
                    replaced(new, held.counts_from());
                }
            }
        }
        Ok(())
    }
}

/// Notes a replacement; the earliest one counts.
fn replaced(held: &mut Held, since: Timestamp) {
    held.replaced_at = Some(held.replaced_at.map_or(since, |before| before.min(since)));
}

#[cfg(test)]
mod tests;
