//! Reference data in memory: editions ready for the case rules, and what is known of keys.

use std::collections::BTreeMap;

use linli_model::case::{Editions, Rules};
use linli_model::edition::Edition;
use linli_model::{OrgId, Scope, Timestamp};
use linli_store::{ControlItem, Reader, Tx};
use linli_trust::{CertificateStore, Inserted, SignedEdition, Subject, Tombstone};

use crate::error::ExchangeError;

/// Editions and keys as the control log holds them. Loaded once, extended as items arrive; load it
/// again after a rollback ([`Reference::is_current`] tells).
#[derive(Debug)]
pub struct Reference {
    seq: u64,
    rules: BTreeMap<u32, Rules>,
    certificates: CertificateStore,
}

/// What became of a control item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is in the log now.
    New,
    /// It was there.
    Known,
    /// It is not believed; the sender is told nothing, the log says why.
    Refused,
}

impl Reference {
    /// Loads what the ledger holds; `None` before the root certificate is set.
    pub fn load(reader: &Reader<'_>) -> Result<Option<Self>, ExchangeError> {
        let mut rules = BTreeMap::new();
        for number in 1..=reader.newest_edition()? {
            if let Some(edition) = reader.edition(number)? {
                rules.insert(number, parse(&edition)?);
            }
        }
        let tree = newest(&rules);
        let is_within = |upper: &OrgId, lower: &OrgId| within(tree, upper, lower);
        let Some(certificates) = reader.certificate_store(&is_within)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            seq: reader.control_seq()?,
            rules,
            certificates,
        }))
    }

    /// Whether the log has not changed since this was loaded or extended.
    pub fn is_current(&self, reader: &Reader<'_>) -> Result<bool, ExchangeError> {
        Ok(reader.control_seq()? == self.seq)
    }

    /// The newest edition's rules.
    pub fn newest(&self) -> Option<&Rules> {
        newest(&self.rules)
    }

    /// The number of the newest edition; 0 for none.
    pub fn newest_number(&self) -> u32 {
        self.rules.keys().next_back().copied().unwrap_or(0)
    }

    /// What is known of keys.
    pub fn certificates(&self) -> &CertificateStore {
        &self.certificates
    }

    /// Whether `lower` is `upper` or lies below it, in the newest edition's tree. Before the first
    /// edition only the root stands above others.
    pub fn is_within(&self, upper: &OrgId, lower: &OrgId) -> bool {
        within(self.newest(), upper, lower)
            || (self.newest().is_none() && *upper == self.certificates.root().org)
    }

    /// Checks an item and puts it into the log.
    pub fn keep(
        &mut self,
        tx: &mut Tx<'_>,
        item: &ControlItem,
        received_at: Timestamp,
    ) -> Result<Kept, ExchangeError> {
        let believed = match item {
            ControlItem::Certificate(certificate) => {
                let tree = newest(&self.rules);
                let is_within = |upper: &OrgId, lower: &OrgId| within(tree, upper, lower);
                certificate_kept(self.certificates.insert(
                    certificate.clone(),
                    received_at,
                    &is_within,
                ))
            }
            ControlItem::Revocation(revocation) => {
                let tree = newest(&self.rules);
                let is_within = |upper: &OrgId, lower: &OrgId| within(tree, upper, lower);
                certificate_kept(self.certificates.revoke(
                    revocation.clone(),
                    received_at,
                    &is_within,
                ))
            }
            ControlItem::Edition(edition) => self.keep_edition(edition)?,
            ControlItem::Tombstone(tombstone) => {
                let signed = self.signed_by_desk(tombstone.signer, |key| tombstone.verify(key));
                if self.may_drop(tombstone) {
                    signed
                } else {
                    Kept::Refused
                }
            }
            ControlItem::Checkpoint(checkpoint) => {
                self.signed_by_desk(checkpoint.signer, |key| checkpoint.verify(key))
            }
        };
        if believed == Kept::Refused {
            tracing::warn!(
                item = item.number(),
                "a control item is not believed and not kept"
            );
            return Ok(believed);
        }
        let stored = tx.put_control(item, received_at)?;
        self.seq = tx.control_seq()?;
        Ok(if stored.is_some() {
            Kept::New
        } else {
            Kept::Known
        })
    }

    /// Only the root signs editions.
    fn keep_edition(&mut self, edition: &SignedEdition) -> Result<Kept, ExchangeError> {
        if self.rules.contains_key(&edition.number) {
            return Ok(Kept::Known);
        }
        let root = self.certificates.root();
        if edition.verify(&root.key).is_err() || edition.district != root.org {
            return Ok(Kept::Refused);
        }
        let rules = parse(edition)?;
        self.rules.insert(edition.number, rules);
        Ok(Kept::New)
    }

    /// Only the desk of a record's own community, or one above it, erases the record.
    fn may_drop(&self, tombstone: &Tombstone) -> bool {
        let Some(desk) = self.certificates.find(&tombstone.signer) else {
            return false;
        };
        let (Scope::Register(grid) | Scope::Places(grid) | Scope::Cases(grid)) = &tombstone.scope
        else {
            return false;
        };
        // A grid that was dissolved stands in an earlier edition only.
        let mut editions = self.rules.values().rev();
        let home = editions.find_map(|rules| rules.community(grid));
        home.is_some_and(|home| self.is_within(&desk.org, home))
            && tombstone.kind.grid_scope(grid.clone()) == tombstone.scope
    }

    fn signed_by_desk(
        &self,
        signer: linli_model::KeyId,
        verify: impl Fn(&linli_trust::PublicKey) -> Result<(), linli_trust::TrustError>,
    ) -> Kept {
        let certificate = self.certificates.find(&signer);
        let desk = certificate.filter(|found| found.subject == Subject::Desk);
        match desk.map(|found| verify(&found.key)) {
            Some(Ok(())) => Kept::New,
            Some(Err(_)) | None => Kept::Refused,
        }
    }
}

impl Editions for Reference {
    fn rules(&self, number: u32) -> Option<&Rules> {
        self.rules.get(&number)
    }
}

fn certificate_kept(inserted: Result<Inserted, linli_trust::TrustError>) -> Kept {
    match inserted {
        Ok(Inserted::New) => Kept::New,
        Ok(Inserted::Known) => Kept::Known,
        Err(error) => {
            tracing::warn!(%error, "a key item is refused");
            Kept::Refused
        }
    }
}

fn newest(rules: &BTreeMap<u32, Rules>) -> Option<&Rules> {
    rules.values().next_back()
}

fn within(rules: Option<&Rules>, upper: &OrgId, lower: &OrgId) -> bool {
    upper == lower || rules.is_some_and(|rules| rules.tree().is_within(upper, lower))
}

fn parse(signed: &SignedEdition) -> Result<Rules, ExchangeError> {
    let wrong = |first: String| ExchangeError::Edition {
        number: signed.number,
        first,
    };
    let edition: Edition =
        serde_json::from_slice(&signed.json).map_err(|error| wrong(error.to_string()))?;
    if edition.number != signed.number || edition.district != signed.district {
        return Err(wrong(
            "number or district differ from the signed ones".to_owned(),
        ));
    }
    Rules::new(edition).map_err(|mistakes| {
        wrong(
            mistakes
                .first()
                .map_or_else(String::new, ToString::to_string),
        )
    })
}
