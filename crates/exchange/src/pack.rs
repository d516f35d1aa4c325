//! Installing a pack: what a server made for a first sync, believed only with a desk's signature.

use std::collections::BTreeSet;

use linli_model::{RecordId, Scope, Timestamp};
use linli_store::{PackDocument, StoreError, Tx};
use linli_sync::pack::{PackHeader, PackRecord};
use linli_trust::{Checkpoint, Subject};

use crate::error::ExchangeError;
use crate::reference::Reference;

/// What installing a frame did.
#[derive(Debug, Default)]
pub struct Unpacked {
    /// Records that are here now.
    pub records: BTreeSet<RecordId>,
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

/// Installs the records of a proved frame, each as a whole or not at all. What is here already stays:
/// own changes that were not sent yet are merged with the pack's.
pub fn unpack(
    tx: &mut Tx<'_>,
    scope: &Scope,
    records: Vec<PackRecord>,
    now: Timestamp,
) -> Result<Unpacked, ExchangeError> {
    let mut done = Unpacked::default();
    for packed in records {
        if packed.kind.grid_scope(packed.home.clone()) != *scope {
            return Err(ExchangeError::Pack("a record of another scope"));
        }
        let document = PackDocument {
            record: packed.record,
            kind: packed.kind,
            home: packed.home,
            heads: packed.heads,
            snapshot: packed.snapshot,
        };
        match tx.savepoint(|tx| tx.install_document(scope, &document, now)) {
            Ok(Some(_)) => {
                done.records.insert(document.record);
            }
            // Erased here.
            Ok(None) => {}
            Err(StoreError::Refused(why)) => {
                tracing::error!(record.id = %document.record, why, "a record of a pack is left out");
                done.left_out = done.left_out.saturating_add(1);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done)
}
