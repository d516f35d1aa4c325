//! Offering again to a peer that has lost state: what this end holds is the peer's backup.
//!
//! First it is said by hash what is held; what the peer lacks is given then: own changes through the
//! outbox, changes of others in their signed batches.

use std::collections::{BTreeSet, VecDeque};

use linli_model::{BatchId, ChangeHash, KeyId, Timestamp};
use linli_store::Tx;
use linli_sync::Fit;
use linli_sync::client::Request;
use linli_sync::frames::{Offer, OfferMode, Outcome, Stretch};
use linli_trust::Parcel;

use super::offer::{Kind, Offered};
use crate::error::ExchangeError;

/// Batches that are looked at in one step.
const STEP: usize = 256;
const ID: usize = 32;

/// What is left to be offered again.
#[derive(Debug, Default, PartialEq, Eq)]
struct Backup {
    /// The last batch that was named and answered.
    named: Option<BatchId>,
    /// Batches of others of which the peer lacks something.
    lost: BTreeSet<BatchId>,
}

fn note(peer: &KeyId) -> String {
    format!("backup/{peer}")
}

impl Backup {
    fn load(tx: &Tx<'_>, peer: &KeyId) -> Result<Option<Self>, ExchangeError> {
        let Some(bytes) = tx.meta(&note(peer))? else {
            return Ok(None);
        };
        let (ids, _) = bytes.as_chunks::<ID>();
        let mut ids = ids.iter().map(|id| BatchId(*id));
        // The first place is the last named batch, all zeros for none.
        let named = ids.next().filter(|id| id.0 != [0; ID]);
        Ok(Some(Self {
            named,
            lost: ids.collect(),
        }))
    }

    fn save(&self, tx: &mut Tx<'_>, peer: &KeyId) -> Result<(), ExchangeError> {
        let named = self.named.map_or([0; ID], |id| id.0);
        let ids = std::iter::once(named).chain(self.lost.iter().map(|id| id.0));
        let bytes: Vec<u8> = ids.flatten().collect();
        Ok(tx.set_meta(&note(peer), &bytes)?)
    }
}

/// Begins to offer everything again.
pub(super) fn begin(tx: &mut Tx<'_>, peer: &KeyId) -> Result<(), ExchangeError> {
    if tx.batches_held(None, 1)?.is_empty() {
        return Ok(());
    }
    Backup::default().save(tx, peer)
}

/// Whether something is left to be offered again.
pub(super) fn is_pending(tx: &Tx<'_>, peer: &KeyId) -> Result<bool, ExchangeError> {
    Ok(tx.meta(&note(peer))?.is_some())
}

/// Puts what is left into a request, as far as it fits. Answers whether something did not.
pub(super) fn offer(
    tx: &mut Tx<'_>,
    peer: &KeyId,
    request: &mut Request,
    waiting: &mut VecDeque<Offered>,
) -> Result<bool, ExchangeError> {
    let Some(mut backup) = Backup::load(tx, peer)? else {
        return Ok(false);
    };
    let before = waiting.len();
    for id in backup.lost.clone() {
        let parcel = tx.parcel(&id, |_| true)?;
        let Some(parcel) = parcel.filter(|parcel| parcel.bodies.iter().any(Option::is_some)) else {
            // Nothing of it is here any more.
            backup.lost.remove(&id);
            continue;
        };
        let offered = Offered::of(&parcel, Kind::Again);
        if request.offer(Offer::of_batch(parcel))? == Fit::Full {
            backup.save(tx, peer)?;
            return Ok(true);
        }
        waiting.push_back(offered);
    }
    let mut after = backup.named;
    loop {
        let ids = tx.batches_held(after.as_ref(), STEP)?;
        let Some(last) = ids.last().copied() else {
            break;
        };
        for id in ids {
            let Some(named) = named(tx, &id)? else {
                continue;
            };
            let offered = Offered::of(&named, Kind::Named);
            let scope = named.batch.header.scope.clone();
            let offer = Offer {
                scope,
                to: None,
                mode: OfferMode::Have,
                changes: Stretch::of(vec![named]),
            };
            if request.offer(offer)? == Fit::Full {
                backup.save(tx, peer)?;
                return Ok(true);
            }
            waiting.push_back(offered);
        }
        after = Some(last);
    }
    if waiting.len() == before {
        tx.remove_meta(&note(peer))?;
        return Ok(false);
    }
    backup.save(tx, peer)?;
    Ok(false)
}

/// A batch without bodies, when something of it is stored here.
fn named(tx: &Tx<'_>, id: &BatchId) -> Result<Option<Parcel>, ExchangeError> {
    let Some(parcel) = tx.parcel(id, |_| false)? else {
        return Ok(None);
    };
    for entry in &parcel.batch.entries {
        if tx.has_change(&entry.hash)? {
            return Ok(Some(parcel));
        }
    }
    Ok(None)
}

/// Takes the answer to a batch that was only named.
pub(super) fn named_answered(
    tx: &mut Tx<'_>,
    peer: &KeyId,
    batch: BatchId,
    answers: &[(ChangeHash, &Outcome)],
) -> Result<(), ExchangeError> {
    let Some(mut backup) = Backup::load(tx, peer)? else {
        return Ok(());
    };
    for (hash, outcome) in answers {
        let is_lost = matches!(outcome, Outcome::Need(_)) && tx.has_change(hash)?;
        if is_lost && !tx.offer_again(hash)? {
            backup.lost.insert(batch);
        }
    }
    backup.named = Some(batch);
    backup.save(tx, peer)
}

/// Takes the answer to a batch of others that was given. Answers whether something of it was
/// refused: then it and what builds on it goes, whoever wrote it (docs/sync.md).
pub(super) fn given_answered(
    tx: &mut Tx<'_>,
    peer: &KeyId,
    batch: BatchId,
    given: &BTreeSet<BatchId>,
    answers: &[(ChangeHash, &Outcome)],
    now: Timestamp,
) -> Result<bool, ExchangeError> {
    let Some(mut backup) = Backup::load(tx, peer)? else {
        return Ok(false);
    };
    let mut is_refused = false;
    let mut is_open = false;
    for (hash, outcome) in answers {
        match outcome {
            Outcome::Quarantined(code) => {
                tx.refuse_stored(hash, code.name(), now)?;
                is_refused = true;
            }
            Outcome::Parked => is_open = true,
            Outcome::Need(needed) => {
                for missing in needed {
                    let Some(ground) = tx.change_info(missing)?.and_then(|info| info.batch) else {
                        continue;
                    };
                    if tx.offer_again(missing)? || given.contains(&ground) {
                        continue;
                    }
                    backup.lost.insert(ground);
                    is_open = true;
                }
            }
            Outcome::Stored { .. } | Outcome::Duplicate | Outcome::Gone | Outcome::Bare => {}
        }
    }
    if !is_open {
        backup.lost.remove(&batch);
    }
    backup.save(tx, peer)?;
    Ok(is_refused)
}
