//! Blobs and what shows them.

use linli_model::{BlobHash, Timestamp};

use crate::blob::{Blob, BlobState};
use crate::ledger::Ledger;
use crate::testing::{Check, ensure, record, same, some};

const NOW: Timestamp = Timestamp(50);

pub(super) fn check(ledger: &Ledger) -> Check {
    let (one, two) = (BlobHash([1; 32]), BlobHash([2; 32]));
    let case = record(900);
    ledger.write(|tx| {
        tx.link_blob(&case, &one, 100, "image/jpeg", NOW)?;
        tx.link_blob(&case, &one, 100, "image/jpeg", NOW)?;
        tx.link_blob(&case, &two, 50, "image/webp", NOW)
    })?;
    let partial = Blob {
        hash: two,
        size: 50,
        mime: "image/webp".to_owned(),
        state: BlobState::Partial,
        received: 20,
        place: "02/part".to_owned(),
        updated_at: Timestamp(60),
    };
    let complete = Blob {
        state: BlobState::Complete,
        received: 50,
        place: "02/whole".to_owned(),
        ..partial.clone()
    };
    ledger.write(|tx| {
        let wanted = tx.blobs_wanted(10)?;
        same(&wanted.len(), &2, "both are wanted, once each")?;
        tx.set_blob(&partial)?;
        let nearest = tx.blobs_wanted(1)?;
        same(
            &nearest,
            &vec![partial.clone()],
            "the one that has begun comes first",
        )?;
        tx.set_blob(&complete)?;
        tx.set_blob(&partial)?;
        same(
            &tx.blob(&two)?,
            &Some(complete.clone()),
            "complete stays complete",
        )?;
        same(&tx.blobs_of(&case)?.len(), &2, "both belong to the case")?;
        same(
            &tx.records_with_blob(&two)?,
            &vec![case],
            "shown by the case",
        )?;
        ensure(!tx.forget_blob(&two)?, "a file that is shown stays known")?;
        tx.want_blob_again(&two, Timestamp(70))?;
        let again = some(tx.blob(&two)?, "the file")?;
        same(&again.state, &BlobState::Wanted, "wanted again")
    })?;
    orphans(ledger)
}

fn orphans(ledger: &Ledger) -> Check {
    let lost = Blob {
        hash: BlobHash([3; 32]),
        size: 9,
        mime: "image/png".to_owned(),
        state: BlobState::Complete,
        received: 9,
        place: "03/x".to_owned(),
        updated_at: NOW,
    };
    ledger.write(|tx| {
        tx.set_blob(&lost)?;
        same(&tx.orphan_blobs(NOW, 10)?, &Vec::new(), "not old enough")?;
        same(
            &tx.orphan_blobs(Timestamp(51), 10)?,
            &vec![lost.clone()],
            "nothing shows it",
        )?;
        ensure(tx.forget_blob(&lost.hash)?, "forgotten")?;
        same(&tx.blob(&lost.hash)?, &None, "gone")
    })
}
