//! Filling a request with what waits.

use std::collections::VecDeque;

use linli_model::{BatchId, ChangeHash, KeyId, Scope};
use linli_store::{ControlItem as StoredItem, PageRequest, Tx};
use linli_sync::Fit;
use linli_sync::client::Request;
use linli_sync::frames::{ControlItem, Offer, OfferMode, Stretch};
use linli_trust::Parcel;

use crate::error::ExchangeError;

/// Bytes of one piece that is read from the ledger at a time.
const PIECE_BYTES: u64 = 256 * 1024;

/// A batch that was offered and waits for its acknowledgement.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) batch: BatchId,
    /// The entries that travelled with their bytes.
    pub(super) hashes: Vec<Option<ChangeHash>>,
    /// The place in our feed that is reached with this batch.
    pub(super) reaches: Option<u64>,
}

fn offered(parcel: &Parcel, reaches: Option<u64>) -> Offered {
    let entries = parcel.batch.entries.iter().zip(&parcel.bodies);
    Offered {
        batch: parcel.batch.id(),
        hashes: entries
            .map(|(entry, body)| body.as_ref().map(|_| entry.hash))
            .collect(),
        reaches,
    }
}

/// Offers own batches in the order of their chains. Answers whether something did not fit.
pub(super) fn outbox(
    tx: &Tx<'_>,
    request: &mut Request,
    waiting: &mut VecDeque<Offered>,
) -> Result<bool, ExchangeError> {
    let mut after = None;
    loop {
        let parcels = tx.outbox_parcels(after.as_ref(), PIECE_BYTES)?;
        let Some(last) = parcels.last() else {
            return Ok(false);
        };
        after = Some(last.batch.id());
        for parcel in parcels {
            let note = offered(&parcel, None);
            if request.offer(Offer::of_batch(parcel))? == Fit::Full {
                return Ok(true);
            }
            waiting.push_back(note);
        }
    }
}

/// Offers the feed that is kept for the peer. Answers whether something did not fit.
pub(super) fn feed(
    tx: &mut Tx<'_>,
    peer: &KeyId,
    scope: &Scope,
    request: &mut Request,
    waiting: &mut VecDeque<Offered>,
) -> Result<bool, ExchangeError> {
    let mut since = tx.cursor(peer, scope)?.pushed;
    loop {
        let asked = PageRequest {
            since,
            max_bytes: PIECE_BYTES,
            skip_origin: Some(*peer),
        };
        let page = tx.page(scope, &asked)?;
        if page.parcels.is_empty() {
            // Everything up to there came from the peer itself.
            if page.to > since && waiting.is_empty() {
                tx.advance_pushed(peer, scope, page.to)?;
            }
            return Ok(false);
        }
        let mut notes: Vec<Offered> = page
            .parcels
            .iter()
            .map(|parcel| offered(parcel, None))
            .collect();
        if let Some(last) = notes.last_mut() {
            last.reaches = Some(page.to);
        }
        let offer = Offer {
            scope: scope.clone(),
            to: Some(page.to),
            mode: OfferMode::Give,
            changes: Stretch::of(page.parcels),
        };
        if request.offer(offer)? == Fit::Full {
            return Ok(true);
        }
        waiting.extend(notes);
        since = page.to;
        if !page.more {
            return Ok(false);
        }
    }
}

/// The name of the note that says how far the peer has taken our control log.
pub(super) fn control_note(peer: &KeyId) -> String {
    format!("control_pushed/{peer}")
}

/// Offers certificates, revocations and tombstones; editions come from above. Answers whether
/// something did not fit.
pub(super) fn control(
    tx: &Tx<'_>,
    peer: &KeyId,
    request: &mut Request,
) -> Result<bool, ExchangeError> {
    let mut since = tx.meta_number(&control_note(peer))?;
    loop {
        let page = tx.control_page(since, PIECE_BYTES)?;
        for entry in &page.entries {
            let Some(item) = upward(&entry.item) else {
                continue;
            };
            if request.control(entry.seq, &item)? == Fit::Full {
                return Ok(true);
            }
        }
        if !page.more {
            return Ok(false);
        }
        since = page.to;
    }
}

fn upward(item: &StoredItem) -> Option<ControlItem> {
    match item {
        StoredItem::Certificate(item) => Some(ControlItem::Certificate(item.clone())),
        StoredItem::Revocation(item) => Some(ControlItem::Revocation(item.clone())),
        StoredItem::Tombstone(item) => Some(ControlItem::Tombstone(item.clone())),
        StoredItem::Edition(_) | StoredItem::Checkpoint(_) => None,
    }
}
