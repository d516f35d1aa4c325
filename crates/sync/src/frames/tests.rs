mod samples;

use linli_model::{BatchId, ChangeHash, Timestamp};
use linli_trust::Parcel;
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::*;
use crate::testing::{edition, hello, sample, scope, tombstone};

use crate::{Code, codec};
use samples::{ack, one_of_each};

fn decode(kind: u8, body: Vec<u8>) -> Result<Option<Frame>, SyncError> {
    Frame::decode(&RawFrame { kind, body })
}

#[test]
fn every_frame_comes_back_and_stays_below_its_cap() {
    for (name, frame) in one_of_each() {
        let bytes = frame.encode().unwrap();
        assert!(bytes.len() <= frame_cap(frame.kind()), "{name}");
        assert_eq!(decode(frame.kind(), bytes), Ok(Some(frame)), "{name}");
    }
}

/// Bytes that were written by protocol 1 are read for ever. `LINLI_WRITE_FIXTURES=1` writes those
/// that are missing; an existing one never changes.
#[test]
fn frames_of_version_1_are_read() {
    let folder = format!(
        "{}/../../tests/fixtures/frames/v1",
        env!("CARGO_MANIFEST_DIR")
    );
    for (name, frame) in one_of_each() {
        let path = format!("{folder}/{name}.hex");
        let bytes = frame.encode().unwrap();
        if std::env::var_os("LINLI_WRITE_FIXTURES").is_some() && !std::fs::exists(&path).unwrap() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, to_lines(frame.kind(), &bytes)).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let (kind, kept) = from_lines(&text);
        assert_eq!(decode(kind, kept.clone()), Ok(Some(frame)), "{name}");
        assert_eq!(
            kept, bytes,
            "{name}: this build writes other bytes than protocol 1"
        );
    }
}

fn to_lines(kind: u8, bytes: &[u8]) -> String {
    let hex = bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>();
    let lines = hex.chunks(40).map(<[String]>::concat);
    format!("kind {kind}\n{}\n", lines.collect::<Vec<_>>().join("\n"))
}

fn from_lines(text: &str) -> (u8, Vec<u8>) {
    let (first, rest) = text.split_once('\n').unwrap();
    let hex = rest.split_whitespace().collect::<String>();
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2).unwrap(), 16).unwrap();
    let kind = first.strip_prefix("kind ").unwrap().parse().unwrap();
    (kind, (0..hex.len()).step_by(2).map(byte).collect())
}

#[test]
fn fields_of_a_later_version_are_ignored() {
    for (name, frame) in one_of_each() {
        let mut bytes = frame.encode().unwrap();
        // One field more in the outermost list, with something nested in it. A field that was left
        // out at the end is written as null before it.
        assert!((0x80..0x97).contains(&bytes[0]), "{name}");
        let left_out: &[u8] = match name {
            "digest-same" => &[0xf6],
            "hello" | "hello-first" => &[0xf6, 0xf6],
            _ => &[],
        };
        bytes[0] += u8::try_from(left_out.len()).unwrap();
        bytes.extend(left_out);
        bytes[0] += 1;
        bytes.extend([0x82, 0x63, b'n', b'e', b'w', 0x81, 0x05]);
        assert_eq!(decode(frame.kind(), bytes), Ok(Some(frame)), "{name}");
    }
}

#[test]
fn unknown_kinds_are_skipped_only_where_they_may_be() {
    assert_eq!(decode(200, vec![0x81, 0x01]), Ok(None));
    assert_eq!(decode(200, vec![0xff]), Ok(None));
    let refused = decode(99, vec![0x81, 0x01]).unwrap_err();
    assert_eq!(refused.code(), Code::FrameUnknown);
}

#[test]
fn a_hello_of_another_version_is_refused_by_its_version_whatever_else_it_holds() {
    for (protocol, code) in [(0u8, Code::ProtocolOld), (2, Code::ProtocolNew)] {
        for rest in [&[][..], &[0x63, b'o', b'd', b'd']] {
            let count = 0x81 + u8::from(!rest.is_empty());
            let bytes = [&[count, protocol][..], rest].concat();
            let error = decode(1, bytes).unwrap_err();
            assert_eq!(error.code(), code);
            assert_eq!(error.class(), crate::Class::Permanent);
        }
    }
}

#[test]
fn a_change_travels_without_its_hash_and_head() {
    let parcel = sample("cases/110101001001G03", 1, 10, 100);
    let with = |bodies: Vec<Option<Vec<u8>>>| {
        let parcel = Parcel {
            batch: parcel.batch.clone(),
            bodies,
        };
        let offer = Offer {
            mode: OfferMode::Give,
            ..Offer::of_batch(parcel)
        };
        Frame::Offer(Box::new(offer)).encode().unwrap().len()
    };
    let bare = with(vec![None; 10]);
    let full = with(parcel.bodies.clone());
    // 100 bytes of content instead of 32 of hash for each change: the head of 8 is not sent.
    assert_eq!(full - bare, 10 * (100 - 32));
}

#[test]
fn a_change_of_another_batch_does_not_pass() {
    let parcel = sample("cases/110101001001G03", 1, 3, 100);
    let frame = Frame::Offer(Box::new(Offer::of_batch(parcel)));
    let mut bytes = frame.encode().unwrap();
    let last = bytes.len() - 2;
    bytes[last] ^= 1;
    assert!(matches!(
        decode(2, bytes),
        Err(SyncError::Malformed { frame: "Offer", .. })
    ));
}

#[test]
fn damaged_frames_never_panic() {
    let mut rng = ChaCha8Rng::seed_from_u64(23);
    let samples = one_of_each()
        .iter()
        .map(|(_, frame)| (frame.kind(), frame.encode().unwrap()))
        .collect::<Vec<_>>();
    for (kind, bytes) in &samples {
        for end in 0..bytes.len() {
            assert!(decode(*kind, bytes[..end].to_vec()).is_err());
        }
    }
    let mut read = 0u32;
    for _ in 0..20_000 * crate::soak() {
        let (kind, bytes) = &samples[rng.next_u32() as usize % samples.len()];
        let mut bent = bytes.clone();
        for _ in 0..=rng.next_u32() % 4 {
            // Most of a frame is ids; its beginning holds the structure.
            let reach = if rng.next_u32().is_multiple_of(2) {
                24
            } else {
                bent.len()
            };
            let at = rng.next_u32() as usize % reach.min(bent.len());
            match rng.next_u32() % 4 {
                0 => bent[at] ^= 1 << (rng.next_u32() % 8),
                1 => bent[at] = [0, 0x80, 0x9b, 0x5b, 0x7b, 0xff, 0xf6, 0x1b][at % 8],
                2 => drop(bent.remove(at)),
                _ => bent.insert(at, rng.next_u32().to_le_bytes()[0]),
            }
            if bent.is_empty() {
                bent.push(0x80);
            }
        }
        read += u32::from(decode(*kind, bent).is_ok());
    }
    // The mutator is neither harmless nor hopeless.
    assert!(read > 0);
}

#[test]
fn counts_over_their_caps_are_refused_before_their_items_are_read() {
    // A list that claims 65 missing changes, and a run of 1,001 entries.
    let mut one = ack();
    one.results = vec![Outcome::Need(vec![ChangeHash([1; 32]); 65])];
    assert!(Frame::Ack(one.clone()).encode().is_err());
    one.results = vec![Outcome::Parked; 1_001];
    assert!(Frame::Ack(one).encode().is_err());
    let mut bytes = vec![0x83, 0x00, 0x58, 0x20];
    bytes.extend([6; 32]);
    bytes.extend([0x81, 0x85, 0x05, 0x19, 0x03, 0xe9, 0xf6, 0xf6, 0xf6]);
    assert!(decode(18, bytes.clone()).is_err());
    bytes[41] = 0xe8;
    assert!(decode(18, bytes).is_ok());
}

#[test]
fn an_order_that_is_not_of_its_changes_is_refused() {
    let cases = "cases/110101001001G03";
    let parcels = [sample(cases, 1, 2, 20), sample(cases, 2, 2, 20)];
    let mut stretch = Stretch::default();
    for (parcel, index) in [(1, 0), (0, 0), (1, 1), (0, 1)] {
        let from: &Parcel = &parcels[parcel];
        stretch.push(&from.batch, index, from.bodies[index].clone().unwrap());
    }
    let page = |changes| Page {
        scope: scope(cases),
        from: 0,
        to: 4,
        changes,
    };
    let order = |page: &Page| {
        let changes = page.changes.changes();
        changes
            .map(|c| (c.batch.header.number, c.index))
            .collect::<Vec<_>>()
    };
    let sent = page(stretch);
    assert_eq!(order(&sent), [(2, 0), (1, 0), (2, 1), (1, 1)]);
    let bytes = Frame::Page(sent.clone()).encode().unwrap();
    let Ok(Some(Frame::Page(read))) = decode(19, bytes.clone()) else {
        panic!("not read")
    };
    assert_eq!(order(&read), order(&sent));
    // The order is the end of the frame: four runs of three small numbers.
    let tail = bytes.len() - 16;
    assert_eq!(
        bytes[tail..],
        [0x83, 0, 0, 1, 0x83, 1, 0, 1, 0x83, 0, 1, 1, 0x83, 1, 1, 1]
    );
    for (at, value) in [(1, 1), (1, 2), (2, 1), (3, 0), (3, 2), (3, 3)] {
        let mut bent = bytes.clone();
        bent[tail + at] = value;
        assert!(decode(19, bent).is_err(), "{at} {value}");
    }
}

#[test]
fn items_larger_than_a_frame_travel_in_parts() {
    let items = [
        ControlItem::Edition(edition(1_000_000)),
        ControlItem::Tombstone(tombstone()),
    ];
    let mut joiner = Joiner::after(3);
    for (seq, item) in [4u64, 9].into_iter().zip(items) {
        let parts = split_control(seq, item.tag(), &item.encode().unwrap()).unwrap();
        let (last, first) = parts.split_last().unwrap();
        for part in first {
            assert_eq!(joiner.push(part.clone()), Ok(None));
            assert!(joiner.is_open());
        }
        assert_eq!(joiner.push(last.clone()), Ok(Some((seq, item))));
        assert!(!joiner.is_open());
    }
    let item = ControlItem::Edition(edition(300_000));
    let parts = split_control(9, item.tag(), &item.encode().unwrap()).unwrap();
    let refused = |parts: &[&ControlPart]| {
        let mut joiner = Joiner::after(8);
        parts
            .iter()
            .any(|part| joiner.push((*part).clone()).is_err())
    };
    assert!(!refused(&[&parts[0], &parts[1], &parts[2]]));
    assert!(refused(&[&parts[1]]));
    assert!(refused(&[&parts[0], &parts[2]]));
    assert!(refused(&[&parts[0], &parts[0]]));
    assert!(refused(&[&parts[0], &parts[1], &parts[2], &parts[0]]));
    let other = ControlPart {
        seq: 10,
        ..parts[1].clone()
    };
    assert!(refused(&[&parts[0], &other]));
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let hashes = prop::collection::vec(any::<[u8; 32]>().prop_map(ChangeHash), 0..4);
    prop_oneof![
        any::<u64>().prop_map(|seq| Outcome::Stored { seq }),
        (0u64..3).prop_map(|seq| Outcome::Stored { seq }),
        Just(Outcome::Duplicate),
        Just(Outcome::Gone),
        hashes.prop_map(Outcome::Need),
        any::<u16>().prop_map(|code| Outcome::Quarantined(Code::from_number(code))),
        Just(Outcome::Parked),
        Just(Outcome::Bare),
    ]
}

proptest! {
    #[test]
    fn acknowledgements_of_any_outcomes_come_back(
        place in any::<u32>(),
        batch in any::<[u8; 32]>(),
        results in prop::collection::vec(outcome(), 0..60),
    ) {
        let ack = Ack { place, batch: BatchId(batch), results };
        let bytes = ack.to_wire().unwrap();
        prop_assert_eq!(Ack::from_wire(&bytes), Ok(ack));
    }

    #[test]
    fn stretches_of_any_turns_come_back(
        turns in prop::collection::vec((0usize..4, 0usize..5), 0..20),
        gaps in prop::collection::vec(any::<bool>(), 20),
    ) {
        let cases = "cases/110101001001G03";
        let parcels = [1, 2, 3, 4].map(|number| sample(cases, number, 5, 24));
        let mut stretch = Stretch::default();
        for ((parcel, index), gap) in turns.iter().zip(gaps) {
            if !gap {
                let from: &Parcel = &parcels[*parcel];
                stretch.push(&from.batch, *index, from.bodies[*index].clone().unwrap());
            }
        }
        let page = Page { scope: scope(cases), from: 1, to: 2, changes: stretch };
        let bytes = page.to_wire().unwrap();
        prop_assert_eq!(Page::from_wire(&bytes), Ok(page));
    }

    #[test]
    fn hellos_come_back(
        (clock, epoch, edition) in any::<(i64, u64, u32)>(),
        (whole, recovery) in (any::<bool>(), prop::sample::select(vec![
            Recovery::None, Recovery::ForYou, Recovery::Below,
        ])),
        generation_seen in any::<Option<u64>>(),
        wants in prop::collection::vec((0u32..400, any::<u64>(), any::<Option<[u8; 32]>>()), 0..30),
        max_bytes in any::<u32>(),
    ) {
        let wants = wants.into_iter().map(|(n, since, digest)| Want {
            scope: scope(&format!("desk/{n}")),
            since,
            digest,
        });
        let hello = Hello {
            clock: Timestamp(clock),
            epoch,
            edition,
            generation_seen,
            wants: wants.collect(),
            max_bytes,
            whole,
            recovery,
            ..hello(&[])
        };
        let bytes = hello.to_wire().unwrap();
        prop_assert_eq!(Hello::from_wire(&bytes), Ok(hello));
    }

    #[test]
    fn any_bytes_are_read_or_refused(kind in any::<u8>(), body in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = decode(kind, body);
    }
}

#[test]
fn kinds_of_frames_have_numbers_of_their_own() {
    let kinds: std::collections::BTreeSet<_> = one_of_each()
        .iter()
        .map(|(_, frame)| frame.kind())
        .collect();
    assert_eq!(kinds.len(), 17);
    assert!(
        kinds
            .iter()
            .filter(|kind| **kind >= codec::SKIPPABLE)
            .eq([&128])
    );
}
