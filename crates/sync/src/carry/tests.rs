use linli_model::BlobHash;
use proptest::prelude::*;

use super::{CarryItem, CarryOrder, PIECE_BYTES, PhotoOutcome};
use crate::error::SyncError;

fn body(bytes: &[u8], is_last: bool) -> CarryItem {
    CarryItem::Body {
        bytes: bytes.to_vec(),
        is_last,
    }
}

fn photo(size: u64) -> CarryItem {
    CarryItem::Photo {
        hash: BlobHash([7; 32]),
        size,
    }
}

fn outcome(outcome: PhotoOutcome) -> CarryItem {
    CarryItem::Outcome {
        hash: BlobHash([8; 32]),
        outcome,
    }
}

/// Whether a file may hold these items in this order.
fn order(items: &[CarryItem]) -> Result<(usize, usize), SyncError> {
    let mut order = CarryOrder::default();
    items.iter().try_for_each(|item| order.see(item))?;
    if !order.is_over() {
        return Err(SyncError::Cut);
    }
    Ok(order.counts())
}

#[test]
fn every_item_reads_back() {
    for item in [
        body(b"", true),
        body(&vec![1; PIECE_BYTES], false),
        photo(5),
        CarryItem::Piece(vec![9; PIECE_BYTES]),
        outcome(PhotoOutcome::Taken),
        outcome(PhotoOutcome::Later("NOT_FOUND".into())),
        outcome(PhotoOutcome::Never("NOT_A_PHOTO".into())),
        CarryItem::End,
    ] {
        let chunk = item.encode().unwrap();
        assert_eq!(CarryItem::decode(&chunk), Ok(item));
    }
    let too_long = body(&vec![0; PIECE_BYTES + 1], true).encode();
    assert!(too_long.is_err());
}

#[test]
fn a_file_is_bodies_then_photos_then_its_end() {
    let piece = |length: usize| CarryItem::Piece(vec![1; length]);
    let whole = [
        body(b"a", false),
        body(b"b", true),
        body(b"c", true),
        photo(3),
        piece(2),
        piece(1),
        CarryItem::End,
    ];
    assert_eq!(order(&whole), Ok((2, 1)));
    for cut in 0..whole.len() {
        assert!(order(&whole[..cut]).is_err(), "{cut}");
    }
    let wrong: &[&[CarryItem]] = &[
        &[body(b"a", false), photo(1)],
        &[body(b"a", false), CarryItem::End],
        &[photo(0)],
        &[photo(u64::MAX)],
        &[photo(2), CarryItem::End],
        &[photo(2), piece(3)],
        &[photo(2), piece(0)],
        &[photo(2), photo(2)],
        &[piece(1)],
        &[photo(1), piece(1), body(b"a", true)],
        &[CarryItem::End, CarryItem::End],
    ];
    for items in wrong {
        assert!(order(items).is_err(), "{items:?}");
    }
}

#[test]
fn a_body_and_a_file_have_their_caps() {
    let piece = body(&vec![0; PIECE_BYTES], false);
    let mut order = CarryOrder::default();
    let most = usize::try_from(crate::limits::WIRE_BYTES).unwrap() / PIECE_BYTES;
    for _ in 0..most {
        order.see(&piece).unwrap();
    }
    assert!(matches!(order.see(&piece), Err(SyncError::TooLarge { .. })));
    let mut order = CarryOrder::default();
    for _ in 0..super::BODIES {
        order.see(&body(b"", true)).unwrap();
    }
    assert!(order.see(&body(b"", true)).is_err());
}

proptest! {
    #[test]
    fn strange_chunks_are_refused_or_read_back(chunk in proptest::collection::vec(any::<u8>(), 0..200), tag in 0u8..9) {
        let chunk = [&[tag][..], &chunk].concat();
        if let Ok(item) = CarryItem::decode(&chunk) {
            prop_assert_eq!(item.encode().unwrap(), chunk);
        }
    }
}
