use std::sync::Arc;

use linli_model::ChangeHash;
use linli_trust::Parcel;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::*;
use crate::client::{Event, Request};
use crate::frames::{End, ErrorFrame, Fetch, Frame, Hello, Offer, Outcome, Page, Stretch};
use crate::testing::{body_of, hello, sample, scope, welcome};
use crate::{Code, Fit, SyncError, limits};

const CASES: &str = "cases/110101001001G03";

fn read(wire: &[u8]) -> Result<Asked, SyncError> {
    let mut reader = RequestReader::new().unwrap();
    let mut piece = wire;
    while reader.next(&mut piece)?.is_some() {}
    reader.finish()
}

fn request(hello: Hello, offers: &[Parcel]) -> Vec<u8> {
    let mut request = Request::new(hello).unwrap();
    for parcel in offers {
        assert_eq!(
            request.offer(Offer::of_batch(parcel.clone())),
            Ok(Fit::Taken)
        );
    }
    request.finish(false).unwrap().0
}

fn page(from: u64, to: u64, size: usize) -> Page {
    Page {
        scope: scope(CASES),
        from,
        to,
        changes: Stretch::of(vec![sample(CASES, to, 1, size)]),
    }
}

#[test]
fn requests_out_of_order_are_refused() {
    let hello = || Frame::Hello(hello(&[]));
    let offer = || Frame::Offer(Box::new(Offer::of_batch(sample(CASES, 1, 1, 40))));
    let end = || Frame::End(End { more: false });
    let fetch = || {
        Frame::Fetch(Fetch {
            scope: scope(CASES),
            records: vec![],
        })
    };
    for (what, frames) in [
        ("no hello", vec![offer(), end()]),
        ("nothing but an end", vec![end()]),
        ("two hellos", vec![hello(), hello(), end()]),
        ("frame after the end", vec![hello(), end(), offer()]),
        (
            "two fetches of a scope",
            vec![hello(), fetch(), fetch(), end()],
        ),
        (
            "response frame",
            vec![hello(), Frame::Welcome(welcome()), end()],
        ),
        (
            "error",
            vec![hello(), Frame::Error(ErrorFrame::of(Code::Busy)), end()],
        ),
    ] {
        assert!(
            matches!(read(&body_of(&frames)), Err(SyncError::Order(_))),
            "{what}"
        );
    }
    for (what, frames) in [("no end", vec![hello(), offer()]), ("nothing", vec![])] {
        assert!(
            matches!(read(&body_of(&frames)), Err(SyncError::Cut)),
            "{what}"
        );
    }
    assert!(read(&body_of(&[hello(), offer(), end()])).is_ok());
}

#[test]
fn more_batches_than_the_cap_are_refused() {
    let offers = limits::OFFERED_BATCHES + 1;
    let offer = Frame::Offer(Box::new(Offer::of_batch(sample(CASES, 1, 1, 10))));
    let mut frames = vec![offer; offers];
    frames.insert(0, Frame::Hello(hello(&[])));
    assert!(matches!(
        read(&body_of(&frames)),
        Err(SyncError::TooLarge { .. })
    ));
}

#[test]
fn an_unreadable_request_is_answered_with_its_code() {
    let mut old = hello(&[]);
    old.protocol = 0;
    let error = read(&body_of(&[Frame::Hello(old)])).unwrap_err();
    let frame = ErrorFrame::about(&error);
    assert_eq!(frame.code, Code::ProtocolOld);
    assert_eq!(frame.params[0], ("oldest".to_owned(), "1".to_owned()));
    let wire = Answer::refuse(frame.clone()).unwrap();
    let mut response = Request::new(hello(&[])).unwrap().finish(false).unwrap().1;
    assert_eq!(
        response.next(&mut wire.as_slice()),
        Ok(Some(Event::Failed(frame)))
    );
}

#[test]
fn an_answer_stays_within_what_was_asked_for_and_says_that_there_is_more() {
    let mut hello = hello(&[(CASES, 0)]);
    hello.max_bytes = 100_000;
    let mut answer = Answer::to(read(&request(hello, &[])).unwrap(), welcome()).unwrap();
    let mut taken = 0;
    while answer.page(page(taken, taken + 1, 30_000)).unwrap() == Fit::Taken {
        taken += 1;
    }
    assert_eq!(taken, 3);
    let wire = answer.finish(false).unwrap();
    let mut response = Request::new(hello_of(100_000))
        .unwrap()
        .finish(false)
        .unwrap()
        .1;
    let mut piece = wire.as_slice();
    let mut last = None;
    while let Some(event) = response.next(&mut piece).unwrap() {
        last = Some(event);
    }
    assert_eq!(last, Some(Event::Ended { more: true }));
    // One page always goes, however little was asked for.
    let asked = read(&request(hello_of(limits::LEAST_RESPONSE_BYTES), &[])).unwrap();
    let mut answer = Answer::to(asked, welcome()).unwrap();
    assert_eq!(answer.page(large_page()), Ok(Fit::Taken));
}

fn hello_of(max_bytes: u32) -> Hello {
    let mut hello = hello(&[(CASES, 0)]);
    hello.max_bytes = max_bytes;
    hello
}

fn large_page() -> Page {
    Page {
        scope: scope(CASES),
        from: 0,
        to: 4,
        changes: Stretch::of(vec![sample(CASES, 1, 4, 60_000)]),
    }
}

#[test]
fn an_answer_cannot_be_written_that_the_client_would_refuse() {
    let parcel = sample(CASES, 1, 2, 40);
    let asked = || {
        read(&request(
            hello(&[(CASES, 5)]),
            std::slice::from_ref(&parcel),
        ))
        .unwrap()
    };
    let answer = || Answer::to(asked(), welcome()).unwrap();
    assert!(
        answer().finish(false).is_err(),
        "an offer without its acknowledgement"
    );
    assert!(answer().ack(vec![Outcome::Parked]).is_err());
    assert!(answer().page(page(4, 6, 10)).is_err());
    let mut twice = answer();
    twice.ack(vec![Outcome::Parked; 2]).unwrap();
    assert!(twice.ack(vec![Outcome::Parked; 2]).is_err());
    // An error needs no acknowledgements.
    assert!(answer().fail(ErrorFrame::of(Code::StorageFull)).is_ok());

    let mut restored = welcome();
    restored.generation += 1;
    let mut void = Answer::to(asked(), restored).unwrap();
    assert!(void.is_void());
    assert!(void.page(page(5, 6, 10)).is_err());
}

#[test]
fn lists_of_missing_changes_are_cut_to_fit() {
    let parcel = sample(CASES, 1, limits::BATCH_ENTRIES, 10);
    let asked = read(&request(hello(&[]), &[parcel])).unwrap();
    let mut answer = Answer::to(asked, welcome()).unwrap();
    let hashes = (0..64).map(|n| ChangeHash([n; 32])).collect::<Vec<_>>();
    answer
        .ack(vec![Outcome::Need(hashes); limits::BATCH_ENTRIES])
        .unwrap();
    let wire = answer.finish(false).unwrap();
    let mut request = Request::new(hello(&[])).unwrap();
    let parcel = sample(CASES, 1, limits::BATCH_ENTRIES, 10);
    assert_eq!(request.offer(Offer::of_batch(parcel)), Ok(Fit::Taken));
    let mut response = request.finish(false).unwrap().1;
    let mut piece = wire.as_slice();
    response.next(&mut piece).unwrap();
    let Ok(Some(Event::Acked { results, .. })) = response.next(&mut piece) else {
        panic!("no acknowledgement")
    };
    let named = |result: &Outcome| matches!(result, Outcome::Need(hashes) if !hashes.is_empty());
    assert!(results.iter().all(named));
}

/// Rows of random batches in random turns, in groups; every page within its cap, nothing lost,
/// nothing twice, no group torn.
#[test]
fn pages_hold_every_row_once_in_order_and_whole_groups() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for _ in 0..20 * crate::soak() {
        let batches = (1..=8)
            .map(|number| sample(CASES, number, 120, 900))
            .collect::<Vec<_>>();
        let arcs = batches
            .iter()
            .map(|p| Arc::new(p.batch.clone()))
            .collect::<Vec<_>>();
        let mut next = [0usize; 8];
        let mut cutter = Pager::new(scope(CASES), 100);
        let (mut pages, mut ends, mut sent) = (Vec::new(), Vec::new(), Vec::new());
        let mut seq = 100;
        loop {
            let left = (0..8).filter(|at| next[*at] < 120).collect::<Vec<_>>();
            if left.is_empty() {
                break;
            }
            let mut group = Vec::new();
            for _ in 0..=rng.next_u32() % 3 {
                let at = left[rng.next_u32() as usize % left.len()];
                let index = next[at];
                if index == 120 {
                    continue;
                }
                next[at] += 1;
                seq += 1 + u64::from(rng.next_u32() % 2);
                sent.push((at, index));
                group.push(FeedRow {
                    seq,
                    batch: Arc::clone(&arcs[at]),
                    index,
                    body: batches[at].bodies[index].clone().unwrap(),
                });
            }
            ends.push(seq);
            pages.extend(cutter.push(group).unwrap());
        }
        cutter.skip_to(seq + 10);
        pages.extend(cutter.finish());

        assert!(pages.len() > 3);
        let mut at = 100;
        let mut got = Vec::new();
        for page in &pages {
            assert_eq!(page.from, at);
            at = page.to;
            assert!(at == seq + 10 || ends.contains(&at));
            let size = Frame::Page(page.clone()).encode().unwrap().len();
            assert!(size <= limits::PAGE_BYTES, "{size}");
            for change in page.changes.changes() {
                let number = usize::try_from(change.batch.header.number).unwrap() - 1;
                assert_eq!(
                    Some(change.body),
                    batches[number].bodies[change.index].as_deref()
                );
                got.push((number, change.index));
            }
        }
        assert_eq!((at, got), (seq + 10, sent));
    }
}

#[test]
fn a_group_larger_than_a_page_goes_alone_and_one_larger_than_a_frame_is_refused() {
    let parcel = sample(CASES, 1, 9, 60_000);
    let batch = Arc::new(parcel.batch.clone());
    let row = |index: usize| FeedRow {
        seq: index as u64 + 1,
        batch: Arc::clone(&batch),
        index,
        body: parcel.bodies[index].clone().unwrap(),
    };
    let mut pager = Pager::new(scope(CASES), 0);
    assert_eq!(pager.push(vec![row(0)]), Ok(None));
    let first = pager.push((1..7).map(row).collect()).unwrap().unwrap();
    assert_eq!((first.from, first.to), (0, 1));
    let second = pager.push(vec![row(7)]).unwrap().unwrap();
    assert_eq!((second.from, second.to), (1, 7));
    let size = Frame::Page(second).encode().unwrap().len();
    assert!(size > limits::PAGE_BYTES && size <= limits::PAGE_FRAME_BYTES);
    let mut pager = Pager::new(scope(CASES), 0);
    let refused = pager.push((0..9).map(row).collect());
    assert!(matches!(refused, Err(SyncError::TooLarge { .. })));
    assert!(Pager::new(scope(CASES), 3).push(vec![row(1)]).is_err());
}

#[test]
fn an_empty_feed_has_no_page_and_a_skipped_one_an_empty_page() {
    assert_eq!(Pager::new(scope(CASES), 7).finish(), None);
    let mut pager = Pager::new(scope(CASES), 7);
    pager.skip_to(9);
    let page = pager.finish().unwrap();
    assert_eq!((page.from, page.to, page.changes.is_empty()), (7, 9, true));
}

#[test]
fn damaged_requests_never_panic() {
    let offers = [sample(CASES, 1, 4, 80), sample(CASES, 2, 4, 80)];
    let mut rng = ChaCha8Rng::seed_from_u64(77);
    // Damage below the compression, so that it reaches the frames.
    let plain = {
        let mut frames = vec![Frame::Hello(hello(&[(CASES, 4)]))];
        for parcel in &offers {
            frames.push(Frame::Offer(Box::new(Offer::of_batch(parcel.clone()))));
        }
        frames.push(Frame::End(End { more: false }));
        frames
            .iter()
            .map(|f| (f.kind(), f.encode().unwrap()))
            .collect::<Vec<_>>()
    };
    for _ in 0..3_000 * crate::soak() {
        let mut writer = crate::codec::FrameWriter::new().unwrap();
        let victim = rng.next_u32() as usize % plain.len();
        for (at, (kind, body)) in plain.iter().enumerate() {
            let mut body = body.clone();
            if at == victim {
                let place = rng.next_u32() as usize % body.len();
                body[place] ^= 1 << (rng.next_u32() % 8);
            }
            writer.push(*kind, &body).unwrap();
        }
        let _ = read(&writer.finish().unwrap());
    }
}
