//! Feeds, pages and digests.

use std::collections::BTreeSet;

use linli_model::{ChangeHash, KeyId, OrgId, RecordKind, Scope};
use linli_trust::Parcel;

use super::gate::push;
use crate::digest::{self, Digest};
use crate::error::StoreError;
use crate::feed::PageRequest;
use crate::ledger::Ledger;
use crate::testing::{As, Author, Check, World, device_key, ensure, record, same, some};

pub(super) fn check(ledger: &Ledger, world: &World) -> Check {
    let desk = Scope::Desk(OrgId::new("d-c1")?);
    let hashes = fill(ledger, world)?;
    listing(ledger, &desk, &hashes)?;
    paging(ledger, &desk, &hashes)?;
    histories(ledger, &hashes)?;
    unsealed(ledger, world)?;
    two_bringers(ledger, world)?;
    digests(ledger, &desk)
}

/// Six changes of three records in two batches.
fn fill(ledger: &Ledger, world: &World) -> Check<Vec<ChangeHash>> {
    let mut author = Author::device(6)?;
    author.epoch = 60;
    let mut written = Vec::new();
    for number in 400..403 {
        written.push(author.create(number, RecordKind::Case, &format!("案{number}"))?);
    }
    let first = author.seal(&written)?;
    let mut edits = Vec::new();
    for number in 400..403 {
        edits.push(author.edit(number, &format!("改{number}"))?);
    }
    let second = author.seal(&edits)?;
    push(ledger, world, &device_key(6), &[first, second])?;
    written.extend(edits);
    Ok(written.iter().map(|one| one.change.hash).collect())
}

fn listing(ledger: &Ledger, desk: &Scope, hashes: &[ChangeHash]) -> Check {
    let empty = ledger.read(|rd| rd.feed_state(desk))?;
    same(
        &(empty.seq, empty.digest),
        &(0, Digest::default()),
        "an empty feed",
    )?;
    ledger.write(|tx| {
        let (one, rest) = some(hashes.split_first(), "changes")?;
        same(&tx.list(desk, &[*one])?, &vec![1], "the first number")?;
        // An event and its admission travel together: 2 and 3 are one group.
        let (pair, singles) = some(rest.split_at_checked(2), "a pair")?;
        same(&tx.list(desk, pair)?, &vec![2, 3], "a group")?;
        for single in singles {
            tx.list(desk, &[*single])?;
        }
        same(&tx.list(desk, &[*one])?, &vec![1], "a number stays")?;
        same(&tx.feed_state(desk)?.seq, &6, "six numbers")?;
        same(&tx.seq_of(desk, one)?, &Some(1), "found by hash")?;
        same(&tx.seq_of(desk, &ChangeHash([0; 32]))?, &None, "or not")
    })?;
    let unknown = ledger.write(|tx| tx.list(desk, &[ChangeHash([0; 32])]));
    ensure(
        matches!(unknown, Err(StoreError::Unknown { .. })),
        "only what is stored",
    )
}

fn bodies(parcels: &[Parcel]) -> Vec<ChangeHash> {
    let each = parcels.iter().flat_map(|parcel| {
        let with = parcel.batch.entries.iter().zip(&parcel.bodies);
        with.filter(|(_, body)| body.is_some())
            .map(|(entry, _)| entry.hash)
    });
    each.collect()
}

fn paging(ledger: &Ledger, desk: &Scope, hashes: &[ChangeHash]) -> Check {
    let page = |since, max_bytes, skip_origin| {
        ledger.read(|rd| {
            rd.page(
                desk,
                &PageRequest {
                    since,
                    max_bytes,
                    skip_origin,
                    skip_actor: None,
                },
            )
        })
    };
    let all = page(0, u64::MAX, None)?;
    same(&(all.to, all.more), &(6, false), "the whole feed")?;
    same(&bodies(&all.parcels), &hashes.to_vec(), "every change")?;
    same(&all.parcels.len(), &2, "in its two batches")?;
    let mut since = 0;
    let mut ends = Vec::new();
    let mut seen = BTreeSet::new();
    loop {
        let small = page(since, 1, None)?;
        seen.extend(bodies(&small.parcels));
        since = small.to;
        ends.push(since);
        if !small.more {
            break;
        }
    }
    same(
        &ends,
        &vec![1, 3, 4, 5, 6],
        "a page never ends inside a group",
    )?;
    same(&seen.len(), &6, "nothing is skipped")?;
    let first = page(0, 1, None)?;
    let parcel = some(first.parcels.first(), "a parcel")?;
    let bare = parcel.bodies.iter().filter(|body| body.is_none()).count();
    same(&bare, &2, "what the page does not list is bare")?;
    let none = page(0, u64::MAX, Some(device_key(6).id()))?;
    same(
        &(none.to, none.parcels.len()),
        &(6, 0),
        "its bringer holds it already",
    )?;
    let other = page(0, u64::MAX, Some(KeyId([1; 16])))?;
    same(&other.parcels.len(), &2, "others do not")?;
    let end = page(6, u64::MAX, None)?;
    same(
        &(end.to, end.more, end.parcels.len()),
        &(6, false, 0),
        "after the end",
    )
}

fn histories(ledger: &Ledger, hashes: &[ChangeHash]) -> Check {
    let other = Scope::Desk(OrgId::new("d")?);
    ledger.write(|tx| {
        let last = *some(hashes.get(3), "the edit")?;
        tx.list(&other, &[last])?;
        same(
            &tx.list_history(&other, &record(400))?,
            &1,
            "what was not listed",
        )?;
        same(&tx.list_history(&other, &record(400))?, &0, "once")?;
        same(
            &tx.list_history(&other, &record(401))?,
            &2,
            "a whole history",
        )?;
        same(&tx.feed_state(&other)?.seq, &4, "four numbers")
    })
}

/// A change that is not sealed yet holds the feed back; nothing behind it is skipped.
fn unsealed(ledger: &Ledger, world: &World) -> Check {
    let scope = Scope::Desk(OrgId::new("d-c2")?);
    let mut author = Author::with_key(world.desk.clone())?;
    author.epoch = 70;
    let written = author.create(410, RecordKind::Case, "待签")?;
    super::delivery::save(ledger, &author, &written)?;
    let request = PageRequest {
        since: 0,
        max_bytes: u64::MAX,
        skip_origin: None,
        skip_actor: None,
    };
    let page = ledger.write(|tx| {
        tx.list(&scope, &[written.change.hash])?;
        tx.page(&scope, &request)
    })?;
    same(
        &(page.to, page.more, page.parcels.len()),
        &(0, false, 0),
        "nothing to send yet",
    )?;
    let org = OrgId::new("d-c1")?;
    let with = crate::SealAs {
        key: &world.desk,
        org: &org,
        app: "test",
        at: linli_model::Timestamp(700),
    };
    let page = ledger.write(|tx| {
        tx.seal_outbox(&with)?;
        tx.page(&scope, &request)
    })?;
    same(
        &bodies(&page.parcels),
        &vec![written.change.hash],
        "sealed, it travels",
    )?;
    let how = As::push_of(&world.desk);
    let done = ledger.write(|tx| world.ingest(tx, &how, &page.parcels))?;
    ensure(done.stored.is_empty(), "and it is its own echo")
}

/// Two neighbours bring halves of one batch: each is sent the half that it did not bring.
fn two_bringers(ledger: &Ledger, world: &World) -> Check {
    let scope = Scope::Desk(OrgId::new("d-c3")?);
    let mut author = Author::device(8)?;
    author.epoch = 71;
    let written = [
        author.create(420, RecordKind::Case, "左半")?,
        author.create(421, RecordKind::Case, "右半")?,
    ];
    let whole = author.seal(&written)?;
    let (one, two) = (KeyId([11; 16]), KeyId([12; 16]));
    for (peer, hidden) in [(one, 1), (two, 0)] {
        let mut half = whole.clone();
        if let Some(body) = half.bodies.get_mut(hidden) {
            *body = None;
        }
        let how = As {
            at: linli_model::Timestamp(2_000),
            origin: Some(peer),
            judgement: crate::Judgement::Vouched,
            feed: None,
        };
        ledger.write(|tx| world.ingest(tx, &how, &[half]))?;
    }
    let hashes: Vec<_> = written.iter().map(|one| one.change.hash).collect();
    ledger.write(|tx| tx.list(&scope, &hashes))?;
    for (peer, missing) in [(one, 1), (two, 0)] {
        let request = PageRequest {
            since: 0,
            max_bytes: u64::MAX,
            skip_origin: Some(peer),
            skip_actor: None,
        };
        let page = ledger.read(|rd| rd.page(&scope, &request))?;
        let wanted = hashes.get(missing).copied().into_iter().collect();
        same(&bodies(&page.parcels), &wanted, "the other half")?;
    }
    Ok(())
}

fn digests(ledger: &Ledger, desk: &Scope) -> Check {
    ledger.read(|rd| {
        for scope in rd.scopes()? {
            same(
                &rd.digest(&scope)?,
                &rd.recompute_digest(&scope)?,
                "kept = computed",
            )?;
        }
        let buckets = rd.bucket_digests(desk)?;
        let mut whole = Digest::default();
        for bucket in &buckets {
            digest::fold(&mut whole, bucket);
        }
        same(&whole, &rd.digest(desk)?, "buckets make the whole")?;
        let bucket = digest::bucket_of(&record(400));
        let heads = rd.bucket_heads(desk, bucket)?;
        let info = some(rd.document_info(&record(400))?, "the record")?;
        ensure(
            heads.contains(&(record(400), info.heads)),
            "found in its bucket",
        )
    })?;
    ledger.write(|tx| {
        let before = tx.digest(desk)?;
        tx.leave_scope(desk, &record(400))?;
        ensure(tx.digest(desk)? != before, "a document left")?;
        same(
            &tx.digest(desk)?,
            &tx.recompute_digest(desk)?,
            "kept = computed",
        )?;
        tx.join_scope(desk, &record(400))?;
        tx.join_scope(desk, &record(400))?;
        same(&tx.digest(desk)?, &before, "and came back")
    })
}
