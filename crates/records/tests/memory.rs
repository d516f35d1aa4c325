//! The gate's memory does not grow with what a change claims to hold.
//! One test alone in this program, so that nothing else allocates while it measures.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    dead_code,
    reason = "a test stops at what it did not expect, and shares its helpers with others"
)]

#[path = "support/craft.rs"]
mod craft;
#[path = "support/records.rs"]
mod records;

use linli_model::RecordKind;
use linli_records::prescan::{ScanRefusal, scan};
use linli_records::{Incoming, Outcome, admit};
use peak_alloc::PeakAlloc;

use craft::{Craft, CraftKey, CraftOp, chunk, hash, sleb, uleb};
use records::{actor, case, key};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const BAR: usize = 2 * 1024 * 1024;

/// How much more was in use at the worst moment of some work than before it.
fn growth<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = work();
    (result, MEMORY.peak_usage().saturating_sub(before))
}

/// So many inserts at the head of one list in a hundred bytes.
fn inserts(count: i64, action: u8, padding: usize) -> Vec<u8> {
    let run = |value: &[u8]| [sleb(count), value.to_vec()].concat();
    let many = uleb(u64::try_from(count).unwrap());
    let mut columns = vec![
        (1, run(&[0])),
        (2, run(&[1])),
        (19, run(&[0])),
        (52, [vec![0], many].concat()),
        (66, run(&[action])),
        (86, run(&[0])),
        (112, run(&[0])),
    ];
    if padding > 0 {
        columns.insert(6, (87, vec![0; padding]));
    }
    Craft::new(actor(2), 1, 20, &[linli_model::ChangeHash([7; 32])]).bytes_with(&columns)
}

#[test]
fn a_bomb_is_refused_without_growing() {
    let (doc, _) = case();
    let cap = Err(ScanRefusal::OverCap("operations"));
    let tiny = inserts(1_500_000, 1, 0);
    assert!(tiny.len() <= 160, "{} bytes", tiny.len());
    let texts = inserts(2_000_000, 4, 1_900);
    let endless = inserts(i64::MAX, 1, 0);
    for bomb in [&tiny, &texts, &endless] {
        let (refused, grown) = growth(|| scan(bomb).map(drop));
        assert_eq!(refused, cap);
        assert!(grown < 64 * 1024, "{grown} bytes");
    }
    // 1 MiB that would inflate to 1 GiB, and as much of it as may be sent at all.
    let large = chunk(2, &vec![0xff; 1024 * 1024]);
    let allowed = chunk(2, &vec![0xff; 60 * 1024]);
    assert_eq!(
        growth(|| scan(&large).map(drop)).0,
        Err(ScanRefusal::TooLarge)
    );
    let (refused, grown) = growth(|| scan(&allowed).map(drop));
    assert_eq!(refused, Err(ScanRefusal::Unsupported("a deflated change")));
    assert!(grown < 64 * 1024, "{grown} bytes");
    // Counts of everything else that a change can claim.
    let honest = Craft::new(actor(2), 1, 20, &[]).with(&[CraftOp::put("p", "v")]);
    let claims = honest.columns().into_iter().map(|(number, _)| {
        let mut columns = honest.columns();
        columns.retain(|(listed, _)| *listed != number);
        let at = columns.partition_point(|(listed, _)| *listed < number);
        columns.insert(at, (number, [sleb(i64::MAX), vec![1]].concat()));
        honest.bytes_with(&columns)
    });
    for claim in claims.collect::<Vec<_>>() {
        let (refused, grown) = growth(|| scan(&claim).map(drop));
        assert!(refused.is_err());
        assert!(grown < 64 * 1024, "{grown} bytes");
    }
    for bomb in [&tiny, &texts, &endless, &allowed, &large] {
        let one = Incoming {
            hash: hash(bomb),
            bytes: bomb,
            actor_key: key(2),
            epoch: 1,
        };
        let mut allow = |_: &linli_records::ChangeFacts| Ok(());
        let judge = || admit(Some(&doc), RecordKind::Case, &[one], &mut allow);
        let (admission, grown) = growth(judge);
        assert!(matches!(admission.outcomes[0], Outcome::Refused(_)));
        assert!(grown < BAR, "{grown} bytes");
    }
    // The largest change that passes: 500 operations in 64 KiB.
    let full: Vec<CraftOp> = (0..500u32)
        .map(|number| {
            let key = CraftKey::Name(format!("{number:060}"));
            CraftOp::new(key, 1, (6, vec![b'x'; 40]))
        })
        .collect();
    let full = Craft::new(actor(2), 1, 20, &[]).with(&full).bytes();
    let (read, grown) = growth(|| scan(&full).map(|change| change.ops.len()));
    assert_eq!(read, Ok(500));
    assert!(grown < 256 * 1024, "{grown} bytes");
}
