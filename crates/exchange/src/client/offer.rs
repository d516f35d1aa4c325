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

/// Why a batch was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is an own one and waits.
    Own,
    /// It stands in the feed that is kept for the peer; the place that is reached with it.
    Feed(Option<u64>),
    /// Only its hashes were named: the peer has lost state.
    Named,
    /// It was named, and then the peer turned out to have lost more: everything is named anew.
    Moot,
    /// The peer has lost something of it that others wrote.
    Again,
}

/// A batch that was offered and waits for its acknowledgement.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) scope: Scope,
    pub(super) batch: BatchId,
    pub(super) kind: Kind,
    /// The entries that an answer is expected for.
    pub(super) hashes: Vec<Option<ChangeHash>>,
}

impl Offered {
    pub(super) fn of(parcel: &Parcel, kind: Kind) -> Self {
        let entries = parcel.batch.entries.iter().zip(&parcel.bodies);
        let hashes = entries.map(|(entry, body)| {
            let is_asked = kind == Kind::Named || body.is_some();
            is_asked.then_some(entry.hash)
        });
        Self {
            scope: parcel.batch.header.scope.clone(),
            batch: parcel.batch.id(),
            kind,
            hashes: hashes.collect(),
        }
    }
}

/// Offers own batches in the order of their chains. Answers whether something did not fit.
pub(super) fn outbox(
    tx: &Tx<'_>,
    request: &mut Request,
    waiting: &mut VecDeque<Offered>,
) -> Result<bool, ExchangeError> {
    outbox_after(tx, None, request, waiting)
}

/// The same from behind a batch.
pub(super) fn outbox_after(
    tx: &Tx<'_>,
    mut after: Option<BatchId>,
    request: &mut Request,
    waiting: &mut VecDeque<Offered>,
) -> Result<bool, ExchangeError> {
    loop {
        let parcels = tx.outbox_parcels(after.as_ref(), PIECE_BYTES)?;
        let Some(last) = parcels.last() else {
            return Ok(false);
        };
        after = Some(last.batch.id());
        for parcel in parcels {
            let note = Offered::of(&parcel, Kind::Own);
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
    let lost_until = tx.meta_number(&lost_note(peer))?;
    loop {
        let asked = PageRequest {
            since,
            max_bytes: PIECE_BYTES,
            // A peer that was restored gets back what it had brought itself.
            skip_origin: (since >= lost_until).then_some(*peer),
            skip_actor: None,
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
            .map(|parcel| Offered::of(parcel, Kind::Feed(None)))
            .collect();
        if let Some(last) = notes.last_mut() {
            last.kind = Kind::Feed(Some(page.to));
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

/// The name of the note that says up to which place of our feed the peer, which was restored, may
/// have lost what it brought itself.
pub(super) fn lost_note(peer: &KeyId) -> String {
    format!("lost_until/{peer}")
}

/// The name of the note with the newest edition that the peer has.
pub(super) fn edition_note(peer: &KeyId) -> String {
    format!("edition/{peer}")
}

/// Offers certificates, revocations and tombstones. Editions come from above, and go up only to a
/// peer that was restored without them. Answers whether something did not fit.
pub(super) fn control(
    tx: &Tx<'_>,
    peer: &KeyId,
    request: &mut Request,
) -> Result<bool, ExchangeError> {
    let mut since = tx.meta_number(&control_note(peer))?;
    let edition = tx.meta_number(&edition_note(peer))?;
    loop {
        let page = tx.control_page(since, PIECE_BYTES)?;
        for entry in &page.entries {
            let Some(item) = upward(&entry.item, edition) else {
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

fn upward(item: &StoredItem, edition: u64) -> Option<ControlItem> {
    match item {
        StoredItem::Certificate(item) => Some(ControlItem::Certificate(item.clone())),
        StoredItem::Revocation(item) => Some(ControlItem::Revocation(item.clone())),
        StoredItem::Tombstone(item) => Some(ControlItem::Tombstone(item.clone())),
        StoredItem::Edition(item) if edition > 0 && u64::from(item.number) > edition => {
            Some(ControlItem::Edition(item.clone()))
        }
        StoredItem::Edition(_) | StoredItem::Checkpoint(_) => None,
    }
}
