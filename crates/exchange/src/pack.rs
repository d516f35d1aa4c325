//! Installing a pack: what a server made for a first sync, believed only with a desk's signature.

use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;

use linli_model::{RecordId, Scope, Timestamp};
use linli_records::{Document, RawChange};
use linli_store::{Installed, PackArrival, Place, StoreError, Tx};
use linli_sync::pack::{PackHeader, PackedContent, PackedRecord};
use linli_trust::{Checkpoint, Subject};

use crate::error::ExchangeError;
use crate::reference::Reference;

/// What installing a frame did.
#[derive(Debug, Default)]
pub struct Unpacked {
    /// Records that are here now.
    pub records: BTreeSet<RecordId>,
    /// Those among them that were not here before.
    pub fresh: BTreeSet<RecordId>,
    /// Records that could not be merged with what is here. They are asked for again when both ends
    /// compare what they hold.
    pub left_out: u32,
}

/// Checks that a pack is what a desk of the grid's community, or one above it, has signed: this
/// scope, this header and with it every frame. The signer's key counts whatever this end's clock
/// says, unless it was revoked.
pub fn believe_pack(
    reference: &Reference,
    scope: &Scope,
    header: &PackHeader,
    checkpoint: &Checkpoint,
) -> Result<(), ExchangeError> {
    let refuse = |why| Err(ExchangeError::Pack(why));
    let store = reference.certificates();
    let Some(desk) = store.find(&checkpoint.signer) else {
        return refuse("the checkpoint's signer is not known");
    };
    if desk.subject != Subject::Desk || store.revoked_at(&checkpoint.signer).is_some() {
        return refuse("the checkpoint's signer is no desk, or is revoked");
    }
    checkpoint.verify(&desk.key)?;
    let community = match scope {
        Scope::Register(grid) | Scope::Places(grid) | Scope::Cases(grid) => {
            reference.newest().and_then(|rules| rules.community(grid))
        }
        Scope::Desk(_) | Scope::Reference(_) => None,
    };
    if !community.is_some_and(|community| reference.is_within(&desk.org, community)) {
        return refuse("the checkpoint's signer does not answer for the scope");
    }
    let is_named = checkpoint.scope == *scope
        && header.scope == *scope
        && checkpoint.pack_hash == Some(header.hash()?)
        && (checkpoint.seq, checkpoint.generation) == (header.at_seq, header.generation);
    if is_named {
        Ok(())
    } else {
        refuse("the checkpoint speaks of another pack")
    }
}

/// Documents that may be ready before they are stored.
const AHEAD: usize = 16;

/// Installs the records of a proved frame, each as a whole or not at all. What is here already stays:
/// own changes that were not sent yet are merged with the pack's. `installed` is given every document
/// that is new here, loaded, so that nothing has to load it again.
///
/// Loading a document costs as much as storing it, so another thread loads the next ones meanwhile.
pub fn unpack<E: From<ExchangeError> + From<StoreError>>(
    tx: &mut Tx<'_>,
    scope: &Scope,
    records: Vec<PackedRecord>,
    now: Timestamp,
    mut installed: impl FnMut(&mut Tx<'_>, &Place, &Document) -> Result<(), E>,
) -> Result<Unpacked, E> {
    let is_ours = |packed: &PackedRecord| packed.kind.grid_scope(packed.home.clone()) == *scope;
    if !records.iter().all(is_ours) {
        return Err(ExchangeError::Pack("a record of another scope").into());
    }
    let (ready, arrivals) = sync_channel(AHEAD);
    std::thread::scope(|threads| {
        threads.spawn(move || {
            for packed in records {
                if ready.send(open(packed)).is_err() {
                    // Whoever stores them has stopped.
                    return;
                }
            }
        });
        let mut done = Unpacked::default();
        for opened in arrivals {
            let stored = opened.and_then(|arrival| {
                let how = tx.savepoint(|tx| tx.install(scope, &arrival, now))?;
                Ok((arrival, how))
            });
            match stored {
                Ok((arrival, Some(how))) => {
                    let place = arrival.place();
                    if how == Installed::New {
                        installed(tx, place, arrival.document())?;
                        done.fresh.insert(place.record);
                    }
                    done.records.insert(place.record);
                }
                // Erased here.
                Ok((_, None)) => {}
                Err(StoreError::Refused(why)) => {
                    tracing::error!(why, "a record of a pack is left out");
                    done.left_out = done.left_out.saturating_add(1);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(done)
    })
}

/// The document and its changes, each after those that it builds on.
fn open(packed: PackedRecord) -> Result<PackArrival, StoreError> {
    let record = packed.record;
    let refused = |why: &str| StoreError::Refused(format!("pack: {record}: {why}"));
    let (document, changes) = match packed.content {
        PackedContent::Document { heads, snapshot } => {
            let document = Document::load(Some(&snapshot), &[])
                .map_err(|error| refused(&error.to_string()))?;
            if document.heads() != heads {
                return Err(refused("it has other heads than the pack says"));
            }
            let changes = document.changes();
            (document, changes)
        }
        PackedContent::Changes(bytes) => {
            let slices: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
            let document =
                Document::load(None, &slices).map_err(|error| refused(&error.to_string()))?;
            let changes = bytes.iter().map(|bytes| RawChange::read(bytes));
            let changes: Option<Vec<RawChange>> = changes.collect();
            let changes = changes.ok_or_else(|| refused("a change that cannot be read"))?;
            (document, changes)
        }
    };
    let place = Place {
        record,
        kind: packed.kind,
        home: packed.home,
    };
    Ok(PackArrival::new(place, document, changes))
}
