//! What the engine does not protect: each first shown on the bare engine, then refused by the
//! gate.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::transaction::Transactable;
use automerge::{Automerge, Change, ROOT, ReadDoc};
use linli_records::prescan::{ScanRefusal, scan};
use linli_records::rules::Rule;
use linli_records::structure::{StructureRefusal, check};

use crate::base::{Base, COUNT, a, b};
use crate::craft::{Craft, CraftOp, chunk, hash};
use crate::worlds::engine;

/// What the bare engine makes of a change on top of a history.
#[derive(Debug, PartialEq, Eq)]
enum Engine {
    Refused,
    Merged,
    Panicked,
    /// Merged, but what it saves cannot be loaded.
    Bricked,
}

fn bare(history: &[&[u8]], bytes: &[u8]) -> Engine {
    let merge = || {
        let Ok(change) = Change::from_bytes(bytes.to_vec()) else {
            return Engine::Refused;
        };
        let mut doc = Automerge::new();
        for bytes in history {
            doc.apply_changes([Change::from_bytes(bytes.to_vec()).unwrap()])
                .unwrap();
        }
        if doc.apply_changes([change]).is_err() {
            return Engine::Refused;
        }
        let mut next = doc.clone();
        let mut tx = next.transaction();
        tx.put(ROOT, "victim", 1).unwrap();
        tx.commit();
        let saved = doc.save_nocompress();
        if Automerge::load(&saved).is_ok() {
            Engine::Merged
        } else {
            Engine::Bricked
        }
    };
    catch_unwind(AssertUnwindSafe(merge)).unwrap_or(Engine::Panicked)
}

fn broken(base: &Base, bytes: &[u8]) -> Rule {
    match check(&base.history(), &scan(bytes).unwrap()).unwrap_err() {
        StructureRefusal::Rule(rule) => rule,
        StructureRefusal::Missing(missing) => panic!("missing {missing:?}"),
    }
}

#[test]
fn a_flipped_bit_is_another_change_to_the_engine_and_none_to_us() {
    let base = Base::new();
    let good = base.next().with(&[CraftOp::put("name", "ok")]).bytes();
    let mut flipped = good.clone();
    let at = good.windows(2).rposition(|pair| pair == b"ok").unwrap();
    flipped[at] ^= 1;
    let other = Change::from_bytes(flipped.clone()).unwrap();
    assert_ne!(other.hash().0, hash(&good).0);
    assert_eq!(scan(&flipped), Err(ScanRefusal::Rule(Rule::Checksum)));
    let mut doc = engine(&base.all());
    assert_eq!(
        doc.load_incremental(&flipped).unwrap(),
        0,
        "dropped without an error"
    );
}

#[test]
fn every_flipped_bit_is_refused() {
    let good = Base::new()
        .next()
        .with(&[CraftOp::put("name", "ok")])
        .bytes();
    for bit in 0..good.len() * 8 {
        let mut flipped = good.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(scan(&flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn a_start_far_ahead_wins_every_later_conflict_and_is_refused() {
    let base = Base::new();
    let put = [CraftOp::put("name", "poison").over(&[])];
    let ahead = Craft {
        start_op: 1_000_000,
        ..base.next()
    }
    .with(&put)
    .bytes();
    assert_eq!(bare(&base.all(), &ahead), Engine::Merged);
    let doc = engine(&[&base.first, &base.second, &base.beside, &ahead]);
    let (winner, _) = doc.get(ROOT, "name").unwrap().unwrap();
    assert_eq!(winner.as_str(), Some("poison"));
    assert_eq!(broken(&base, &ahead), Rule::StartOp);
    let two_to_32 = Craft {
        start_op: 1 << 32,
        ..base.next()
    }
    .with(&put)
    .bytes();
    assert_eq!(
        scan(&two_to_32),
        Err(ScanRefusal::OverCap("operation counters"))
    );
    let near_end = Craft {
        start_op: u64::MAX - 1,
        ..base.next()
    }
    .with(&put)
    .bytes();
    assert_eq!(
        scan(&near_end),
        Err(ScanRefusal::OverCap("operation counters"))
    );
}

#[test]
fn a_start_near_two_to_32_breaks_the_next_writer_and_is_refused() {
    let base = Base::new();
    let start = (1u64 << 32) - 1;
    let last = Craft {
        start_op: start,
        ..base.next()
    }
    .with(&[CraftOp::put("p", "v")])
    .bytes();
    assert_eq!(bare(&base.all(), &last), Engine::Panicked);
    assert_eq!(scan(&last), Err(ScanRefusal::OverCap("operation counters")));
}

#[test]
fn a_time_near_the_end_of_the_integers_is_refused() {
    // Found by the differential test. The engine keeps times as
    // differences and subtracts them unchecked.
    let base = Base::new();
    let put = [CraftOp::put("p", "v")];
    let first = Craft {
        time: i64::MIN,
        ..base.next()
    }
    .with(&put);
    let second = Craft {
        time: i64::MAX,
        seq: 4,
        start_op: 13,
        ..base.next()
    }
    .with(&put);
    let second = Craft {
        deps: vec![hash(&first.bytes())],
        ..second
    };
    let changes = [
        base.first.clone(),
        base.second.clone(),
        first.bytes(),
        second.bytes(),
    ];
    let apply = || {
        for bytes in &changes {
            let mut doc = Automerge::new();
            doc.apply_changes([Change::from_bytes(bytes.clone()).unwrap()])
                .unwrap();
        }
        let parsed = changes
            .iter()
            .map(|bytes| Change::from_bytes(bytes.clone()).unwrap());
        Automerge::new()
            .apply_changes(parsed.collect::<Vec<_>>())
            .unwrap();
    };
    let overflow_is_checked = cfg!(debug_assertions);
    assert_eq!(catch_unwind(apply).is_err(), overflow_is_checked);
    assert_eq!(
        scan(&first.bytes()),
        Err(ScanRefusal::OverCap("milliseconds"))
    );
    assert_eq!(
        scan(&second.bytes()),
        Err(ScanRefusal::OverCap("milliseconds"))
    );
}

#[test]
fn a_start_too_low_bricks_the_document_and_is_refused() {
    let base = Base::new();
    let low = Craft {
        start_op: 10,
        ..base.next()
    }
    .with(&[CraftOp::put("p", "v")])
    .bytes();
    assert_ne!(bare(&base.all(), &low), Engine::Merged);
    assert_eq!(broken(&base, &low), Rule::StartOp);
}

#[test]
fn a_predecessor_that_does_not_exist_is_refused() {
    let base = Base::new();
    let bad = base
        .next()
        .with(&[CraftOp::put("p", "v").over(&[(0, 500)])])
        .bytes();
    assert_ne!(bare(&base.all(), &bad), Engine::Merged);
    assert_eq!(broken(&base, &bad), Rule::PredExists);
}

#[test]
fn a_second_change_of_one_number_is_refused() {
    let base = Base::new();
    let fork = Craft::new(a(), 2, 10, &[hash(&base.first)]).with(&[CraftOp::put("p", "fork")]);
    assert_eq!(bare(&base.all(), &fork.bytes()), Engine::Refused);
    assert_eq!(broken(&base, &fork.bytes()), Rule::NextSeq);
}

#[test]
fn a_put_hidden_by_a_delete_leaves_no_trace_and_is_refused() {
    let base = Base::new();
    let smuggled = base
        .next()
        .with(&[
            CraftOp::put("count", "payload").over(&[(0, COUNT)]),
            CraftOp::delete("count").over(&[(0, 12)]),
        ])
        .bytes();
    let mut doc = engine(&base.all());
    let before = doc.get_heads();
    doc.apply_changes([Change::from_bytes(smuggled.clone()).unwrap()])
        .unwrap();
    let after = doc.get_heads();
    let shown = format!("{:?}", doc.diff(&before, &after));
    assert!(!shown.contains("payload"), "{shown}");
    assert!(
        doc.save_nocompress()
            .windows(7)
            .any(|window| window == b"payload")
    );
    assert_eq!(broken(&base, &smuggled), Rule::OncePerKey);
}

#[test]
fn a_delete_without_predecessor_is_refused() {
    let base = Base::new();
    let bad = base.next().with(&[CraftOp::delete("p")]).bytes();
    assert_ne!(bare(&base.all(), &bad), Engine::Merged);
    assert_eq!(broken(&base, &bad), Rule::DeleteNeedsPred);
}

#[test]
fn a_change_that_merges_and_bricks_is_refused() {
    // Two runs that belong in one: it merges, and what is saved has other heads when loaded.
    let base = Base::new();
    let craft = Craft::new(b(), 2, 13, &[hash(&base.beside)])
        .with(&[CraftOp::put("p", "1"), CraftOp::put("q", "2")]);
    let mut columns = craft.columns();
    for (number, bytes) in &mut columns {
        if *number == 66 {
            *bytes = vec![0x7f, 1, 0x7f, 1];
        }
    }
    let bad = craft.bytes_with(&columns);
    assert_eq!(bare(&base.all(), &bad), Engine::Bricked);
    assert_eq!(scan(&bad), Err(ScanRefusal::Rule(Rule::MergeableRuns)));
}

#[test]
fn other_chunks_are_refused_before_a_byte_is_inflated() {
    let body = vec![0u8; 1_000];
    assert_eq!(
        scan(&chunk(0, &body)),
        Err(ScanRefusal::Unsupported("a document chunk"))
    );
    assert_eq!(
        scan(&chunk(2, &body)),
        Err(ScanRefusal::Unsupported("a deflated change"))
    );
    assert_eq!(
        scan(&chunk(3, &body)),
        Err(ScanRefusal::Unsupported("an unknown chunk type"))
    );
    assert_eq!(scan(&vec![0; 70_000]), Err(ScanRefusal::TooLarge));
    let long = Base::new().next().with(&vec![CraftOp::put("p", "v"); 300]);
    let mut change = Change::from_bytes(long.bytes()).unwrap();
    let sent = change.bytes().into_owned();
    assert_ne!(
        sent,
        change.raw_bytes(),
        "the engine deflates what it sends"
    );
    assert_eq!(
        scan(&sent),
        Err(ScanRefusal::Unsupported("a deflated change"))
    );
}
