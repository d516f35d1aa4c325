//! The control log: order, pages, what items do.

use linli_model::{RecordKind, Scope, Timestamp};
use linli_trust::{CheckpointBody, Judged, Revocation, RevocationBody, Signed, Suite};

use crate::control::ControlItem;
use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::testing::{Check, Failure, World, device_key, ensure, is_within, record, same, some};

const NOW: Timestamp = Timestamp(2);

pub(super) fn check(ledger: &Ledger, world: &World) -> Check {
    keys(ledger, world)?;
    editions(ledger, world)?;
    pages(ledger)?;
    revocations(ledger, world)?;
    tombstones(ledger, world)?;
    checkpoints(ledger, world)
}

fn keys(ledger: &Ledger, world: &World) -> Check {
    ledger.read(|rd| {
        same(&rd.root_certificate()?, &None, "no root yet")?;
        ensure(rd.certificate_store(&is_within)?.is_none(), "no store yet")
    })?;
    world.settle_in(ledger)?;
    let other = World::new()?.device_certificate(&device_key(1), 9)?;
    let refused = ledger.write(|tx| tx.set_root_certificate(&other));
    ensure(refused.is_err(), "another root is refused")?;
    ledger.write(|tx| tx.set_root_certificate(world.certificates.root()))?;
    ledger.read(|rd| {
        let store = some(rd.certificate_store(&is_within)?, "the store")?;
        for number in 1..10 {
            let key = device_key(number).id();
            ensure(store.active(&key, NOW).is_ok(), "a device is certified")?;
            let found = some(rd.certificate(&key)?, "its certificate")?;
            same(&found.serial, &1, "the serial")?;
        }
        Ok::<_, Failure>(())
    })?;
    let renewed = world.device_certificate(&device_key(9), 2)?;
    ledger.write(|tx| {
        let item = ControlItem::Certificate(renewed.clone());
        ensure(tx.put_control(&item, NOW)?.is_some(), "a new certificate")?;
        same(&tx.put_control(&item, NOW)?, &None, "known the second time")
    })?;
    ledger.read(|rd| {
        let found = rd.certificate(&device_key(9).id())?;
        same(&found, &Some(renewed), "the higher serial")
    })
}

fn editions(ledger: &Ledger, world: &World) -> Check {
    ledger.read(|rd| {
        same(&rd.newest_edition()?, &1, "the first edition")?;
        ensure(rd.has_edition(1)? && !rd.has_edition(2)?, "editions")?;
        same(&rd.edition(1)?, &Some(world.edition(1)?), "the edition")
    })?;
    let mut other = world.edition(1)?.body().clone();
    other.json = b"{\"x\":1}".to_vec();
    let item = ControlItem::Edition(Signed::seal(other, &world.root)?);
    let refused = ledger.write(|tx| tx.put_control(&item, NOW));
    ensure(
        matches!(refused, Err(StoreError::Refused(_))),
        "an edition never changes",
    )
}

fn pages(ledger: &Ledger) -> Check {
    ledger.read(|rd| {
        let all = rd.control_page(0, u64::MAX)?;
        same(&all.to, &rd.control_seq()?, "the end")?;
        ensure(!all.more, "nothing after the end")?;
        let mut since = 0;
        let mut single = Vec::new();
        loop {
            let page = rd.control_page(since, 1)?;
            since = page.to;
            single.extend(page.entries);
            if !page.more {
                break;
            }
        }
        same(&single, &all.entries, "page by page")?;
        let empty = rd.control_page(since, 1)?;
        ensure(
            empty.entries.is_empty() && empty.to == since,
            "an empty page",
        )
    })
}

fn revocations(ledger: &Ledger, world: &World) -> Check {
    let body = RevocationBody {
        suite: Suite::CURRENT,
        key: device_key(9).id(),
        at: Timestamp(500),
        number: 1,
        reason: linli_trust::ReasonCode::new("lost")?,
        signer: world.desk.id(),
    };
    let revocation: Revocation = Signed::seal(body, &world.desk)?;
    ledger.write(|tx| tx.put_control(&ControlItem::Revocation(revocation), NOW))?;
    ledger.read(|rd| {
        let store = some(rd.certificate_store(&is_within)?, "the store")?;
        let key = device_key(9).id();
        ensure(store.active(&key, Timestamp(499)).is_ok(), "good before")?;
        ensure(
            store.active(&key, Timestamp(500)).is_err(),
            "revoked from then",
        )
    })
}

fn tombstones(ledger: &Ledger, world: &World) -> Check {
    let tombstone = world.tombstone(1, RecordKind::Place)?;
    let about = linli_model::OrgId::new("d-c1")?;
    world
        .certificates
        .check_signed(&tombstone, Judged::At(NOW), &about, &is_within)?;
    let item = ControlItem::Tombstone(tombstone);
    ledger.write(|tx| {
        ensure(!tx.is_erased(&record(1))?, "not erased yet")?;
        ensure(tx.put_control(&item, NOW)?.is_some(), "a new item")
    })?;
    ledger.read(|rd| {
        ensure(rd.is_erased(&record(1))?, "erased")?;
        let erased = some(rd.erased(&record(1))?, "the tombstone")?;
        same(&erased.bytes, &item.encode()?, "its bytes")?;
        same(&erased.kind, &RecordKind::Place, "its kind")
    })
}

fn checkpoints(ledger: &Ledger, world: &World) -> Check {
    let scope = Scope::Cases(linli_model::GridCode::new("g1")?);
    let make = |generation, seq| -> Check<_> {
        let body = CheckpointBody {
            suite: Suite::CURRENT,
            scope: scope.clone(),
            generation,
            seq,
            digest: [0; 32],
            prev: None,
            pack_hash: None,
            at: NOW,
            signer: world.desk.id(),
        };
        Ok(Signed::seal(body, &world.desk)?)
    };
    ledger.read(|rd| same(&rd.last_checkpoint(&scope)?, &None, "no checkpoint yet"))?;
    for (generation, seq) in [(1, 9), (2, 3), (1, 12)] {
        let item = ControlItem::Checkpoint(make(generation, seq)?);
        ledger.write(|tx| tx.put_control(&item, NOW))?;
    }
    ledger.read(|rd| {
        let last = rd.last_checkpoint(&scope)?;
        same(&last, &Some(make(2, 3)?), "the newest generation counts")
    })
}
