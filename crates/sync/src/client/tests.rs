use linli_model::{BatchId, BlobHash};
use linli_trust::Parcel;

use super::*;
use crate::frames::{
    Ack, BlobWanted, ControlItem, Digest, DigestAsk, End, ErrorFrame, Fetch, Fetched, Frame, Hello,
    Offer, OfferMode, Outcome, Page, Stretch,
};
use crate::server::{Answer, RequestReader};
use crate::testing::{body_of, certificate, edition, hello, sample, scope, tombstone, welcome};
use crate::{Code, Fit, SyncError, limits};

const CASES: &str = "cases/110101001001G03";
const REGISTER: &str = "register/110101001001G03";

fn mark(byte: u8) -> [u8; 32] {
    [byte; 32]
}

/// A request with one offer of two changes, and the reader of its answer.
fn asked(hello: Hello) -> Response {
    let mut request = Request::new(hello).unwrap();
    let offer = Offer::of_batch(sample(CASES, 1, 2, 60));
    assert_eq!(request.offer(offer), Ok(Fit::Taken));
    request.finish(false).unwrap().1
}

fn ack(results: Vec<Outcome>) -> Frame {
    Frame::Ack(Ack {
        place: 0,
        batch: sample(CASES, 1, 2, 60).batch.id(),
        results,
    })
}

fn stored() -> Frame {
    ack(vec![Outcome::Stored { seq: 5 }, Outcome::Stored { seq: 6 }])
}

fn bare_page(from: u64, to: u64) -> Page {
    Page {
        scope: scope(CASES),
        from,
        to,
        changes: Stretch::of(vec![sample(CASES, to, 3, 500)]),
    }
}

fn page(from: u64, to: u64) -> Frame {
    Frame::Page(bare_page(from, to))
}

fn digest(seq: u64, digest: Option<[u8; 32]>) -> Frame {
    Frame::Digest(Digest {
        scope: scope(CASES),
        seq,
        digest,
    })
}

fn end() -> Frame {
    Frame::End(End { more: false })
}

/// Reads a whole answer in pieces; each page is stored with this digest.
fn read(
    response: &mut Response,
    wire: &[u8],
    step: usize,
    stored_digest: Option<[u8; 32]>,
) -> Result<Vec<Event>, SyncError> {
    let mut events = Vec::new();
    for mut piece in wire.chunks(step) {
        while let Some(event) = response.next(&mut piece)? {
            if let Event::PageReady(page) = &event {
                response.applied(&page.scope, stored_digest);
            }
            events.push(event);
        }
    }
    response.finish()?;
    Ok(events)
}

fn answer(hello: Hello, frames: &[Frame]) -> Result<Vec<Event>, SyncError> {
    let frames = [&[Frame::Welcome(welcome())], frames].concat();
    read(&mut asked(hello), &body_of(&frames), 1_000, None)
}

/// An offer of three changes, one of them a bare hash.
fn partial() -> Parcel {
    let mut parcel = sample(CASES, 1, 3, 60);
    parcel.bodies[2] = None;
    parcel
}

/// A request with everything that a request may have.
fn full_request() -> (Vec<u8>, Response) {
    let mut hello = hello(&[(CASES, 812), (REGISTER, 3)]);
    hello.wants[1].digest = Some(mark(1));
    let mut request = Request::new(hello).unwrap();
    let item = ControlItem::Certificate(certificate());
    assert_eq!(request.control(6, &item), Ok(Fit::Taken));
    let offer = Offer::of_batch(partial());
    assert_eq!(request.offer(offer), Ok(Fit::Taken));
    let fetch = Fetch {
        scope: scope(CASES),
        records: vec![partial().batch.entries[0].record],
    };
    assert_eq!(request.fetch(fetch), Ok(Fit::Taken));
    request.finish(true).unwrap()
}

fn full_results() -> Vec<Outcome> {
    vec![Outcome::Stored { seq: 900 }, Outcome::Parked, Outcome::Bare]
}

/// The answer to it, taken piece by piece as it is written.
fn full_answer(request: &[u8], step: usize) -> Vec<u8> {
    let mut reader = RequestReader::new().unwrap();
    let mut inputs = 0;
    for mut piece in request.chunks(step) {
        while reader.next(&mut piece).unwrap().is_some() {
            inputs += 1;
        }
    }
    let asked = reader.finish().unwrap();
    assert_eq!((inputs, asked.offered_batches(), asked.more), (5, 1, true));
    let mut answer = Answer::to(asked, welcome()).unwrap();
    answer.ack(full_results()).unwrap();
    let item = ControlItem::Edition(edition(300_000));
    assert_eq!(answer.control(18, &item), Ok(Fit::Taken));
    let item = ControlItem::Tombstone(tombstone());
    assert_eq!(answer.control(21, &item), Ok(Fit::Taken));
    let mut sent = Vec::new();
    for (from, to) in [(812, 820), (820, 831)] {
        assert_eq!(answer.page(bare_page(from, to)), Ok(Fit::Taken));
        sent.extend(answer.take().unwrap());
    }
    let fetched = Fetched {
        scope: scope(CASES),
        changes: Stretch::of(vec![partial()]),
    };
    assert_eq!(answer.fetched(fetched), Ok(Fit::Taken));
    answer.blobs_wanted(vec![BlobHash([3; 32])]).unwrap();
    for (name, seq, digest) in [(REGISTER, 3, mark(1)), (CASES, 831, mark(2))] {
        let (scope, digest) = (scope(name), Some(digest));
        answer.digest(Digest { scope, seq, digest }).unwrap();
    }
    sent.extend(answer.finish(false).unwrap());
    sent
}

#[test]
fn a_whole_exchange_arrives_however_it_is_cut() {
    let (request, _) = full_request();
    for step in [1, 7, 64, request.len()] {
        let sent = full_answer(&request, step);
        let mut response = full_request().1;
        let events = read(&mut response, &sent, step, Some(mark(7))).unwrap();
        let expected = [
            Event::Welcomed(welcome()),
            Event::Acked {
                scope: scope(CASES),
                batch: partial().batch.id(),
                results: full_results(),
            },
            Event::StoreEdition {
                seq: 18,
                edition: edition(300_000),
            },
            Event::Tombstone {
                seq: 21,
                tombstone: tombstone(),
            },
            Event::PageReady(bare_page(812, 820)),
            Event::PageReady(bare_page(820, 831)),
            Event::Fetched(Fetched {
                scope: scope(CASES),
                changes: Stretch::of(vec![partial()]),
            }),
            Event::BlobsWanted(vec![BlobHash([3; 32])]),
            Event::Diverged {
                scope: scope(CASES),
                seq: 831,
                mine: mark(7),
                theirs: mark(2),
            },
            Event::InStep {
                scope: scope(REGISTER),
                seq: 3,
            },
            Event::Ended { more: false },
        ];
        assert_eq!(events, expected);
    }
}

#[test]
fn what_came_before_a_cut_is_kept_and_the_rest_is_missed() {
    let frames = [
        Frame::Welcome(welcome()),
        stored(),
        page(812, 820),
        page(820, 831),
        end(),
    ];
    let wire = body_of(&frames);
    let mut most = 0;
    for length in 0..wire.len() {
        let mut response = asked(hello(&[(CASES, 812)]));
        let mut piece = &wire[..length];
        let mut events = 0;
        while response.next(&mut piece).unwrap().is_some() {
            events += 1;
        }
        assert_eq!(response.finish(), Err(SyncError::Cut));
        assert!(events >= most, "more bytes, fewer events");
        most = events;
    }
}

#[test]
fn nothing_changed_costs_less_than_300_bytes() {
    let mut hello = hello(&[
        (CASES, 81_233),
        (REGISTER, 9_120),
        ("places/110101001001G03", 4_011),
    ]);
    let digests = [b"cases", b"regis", b"place"].map(|name| {
        use sha2::Digest as _;
        <[u8; 32]>::from(sha2::Sha256::digest(name))
    });
    for (want, digest) in hello.wants.iter_mut().zip(digests) {
        want.digest = Some(digest);
    }
    let (sent, mut response) = Request::new(hello.clone()).unwrap().finish(false).unwrap();
    let mut reader = RequestReader::new().unwrap();
    let mut piece = sent.as_slice();
    while reader.next(&mut piece).unwrap().is_some() {}
    let mut answer = Answer::to(reader.finish().unwrap(), welcome()).unwrap();
    for (want, digest) in hello.wants.iter().zip(digests) {
        let (scope, seq, digest) = (want.scope.clone(), want.since, Some(digest));
        answer.digest(Digest { scope, seq, digest }).unwrap();
    }
    let received = answer.finish(false).unwrap();
    assert!(
        sent.len() + received.len() <= 300,
        "{} + {}",
        sent.len(),
        received.len()
    );
    let events = read(&mut response, &received, 9, None).unwrap();
    let in_step = events
        .iter()
        .filter(|event| matches!(event, Event::InStep { .. }));
    assert_eq!((events.len(), in_step.count()), (5, 3));
}

#[test]
fn another_generation_voids_places_and_keeps_acknowledgements() {
    let mut restored = welcome();
    restored.generation = 5;
    let frames = |rest: &[Frame]| {
        let head = [Frame::Welcome(restored.clone()), stored()];
        body_of(&[&head, rest].concat())
    };
    let mut response = asked(hello(&[(CASES, 812)]));
    let events = read(&mut response, &frames(&[end()]), 50, None).unwrap();
    assert_eq!(events[1], Event::GenerationChanged { seen: 4, now: 5 });
    assert!(matches!(events[2], Event::Acked { .. }));

    let control = Frame::Control(crate::frames::ControlPart {
        seq: 90,
        tag: crate::frames::ControlTag::Certificate,
        part: 0,
        parts: 1,
        bytes: vec![1],
    });
    for forbidden in [
        page(812, 820),
        page(0, 4),
        digest(812, Some(mark(1))),
        control,
    ] {
        let mut response = asked(hello(&[(CASES, 812)]));
        let result = read(&mut response, &frames(&[forbidden, end()]), 50, None);
        assert!(matches!(result, Err(SyncError::Order(_))), "{result:?}");
    }
    // At first contact there is no generation to differ from.
    let mut first = hello(&[(CASES, 0)]);
    first.generation_seen = None;
    first.control_since = 0;
    let events = read(&mut asked(first), &frames(&[page(0, 4), end()]), 50, None).unwrap();
    assert!(matches!(events[2], Event::PageReady(_)));
}

#[test]
fn digests_are_compared_only_where_the_client_knows_its_own() {
    let diverged = |mine: Option<[u8; 32]>, frames: &[Frame], applied| {
        let mut hello = hello(&[(CASES, 812)]);
        hello.wants[0].digest = mine;
        let frames = [&[Frame::Welcome(welcome()), stored()], frames, &[end()]].concat();
        let events = read(&mut asked(hello), &body_of(&frames), 99, applied).unwrap();
        let is_in_step = |event: &Event| matches!(event, Event::InStep { .. });
        let is_diverged = |event: &Event| matches!(event, Event::Diverged { .. });
        (events.iter().any(is_in_step) || events.iter().any(is_diverged))
            .then(|| events.iter().any(is_diverged))
    };
    let (a, b) = (mark(1), mark(2));
    assert_eq!(
        diverged(Some(a), &[digest(812, Some(a))], None),
        Some(false)
    );
    assert_eq!(diverged(Some(a), &[digest(812, None)], None), Some(false));
    assert_eq!(diverged(Some(a), &[digest(812, Some(b))], None), Some(true));
    assert_eq!(diverged(None, &[digest(812, Some(b))], None), None);
    // After a page the digest of the hello no longer counts, only the one of the stored page.
    let after_page = |server| [page(812, 820), digest(820, Some(server))];
    assert_eq!(diverged(Some(a), &after_page(a), None), None);
    assert_eq!(diverged(Some(a), &after_page(b), Some(b)), Some(false));
    assert_eq!(diverged(None, &after_page(a), Some(b)), Some(true));
}

#[test]
fn answers_out_of_order_are_refused() {
    let wrong: &[(&str, &[Frame])] = &[
        ("end without the acknowledgement", &[end()]),
        ("two acknowledgements", &[stored(), stored(), end()]),
        (
            "second welcome",
            &[stored(), Frame::Welcome(welcome()), end()],
        ),
        ("frame after the end", &[stored(), end(), end()]),
        (
            "gap between pages",
            &[stored(), page(812, 820), page(821, 825), end()],
        ),
        (
            "page twice",
            &[stored(), page(812, 820), page(812, 820), end()],
        ),
        ("page before the place", &[stored(), page(811, 820), end()]),
        (
            "page after the digest",
            &[stored(), digest(812, Some(mark(1))), page(812, 820), end()],
        ),
        (
            "digest of another place",
            &[stored(), page(812, 820), digest(812, Some(mark(1))), end()],
        ),
        (
            "request frame",
            &[stored(), Frame::Hello(hello(&[])), end()],
        ),
        (
            "records not asked for",
            &[
                stored(),
                Frame::Fetched(Fetched {
                    scope: scope(CASES),
                    changes: Stretch::default(),
                }),
                end(),
            ],
        ),
        (
            "scope not asked for",
            &[
                stored(),
                Frame::Page(Page {
                    scope: scope(REGISTER),
                    from: 0,
                    to: 1,
                    changes: Stretch::default(),
                }),
                end(),
            ],
        ),
    ];
    for (what, frames) in wrong {
        let result = answer(hello(&[(CASES, 812)]), frames);
        assert!(
            matches!(result, Err(SyncError::Order(_))),
            "{what}: {result:?}"
        );
    }
    let right = answer(hello(&[(CASES, 812)]), &[stored(), page(812, 820), end()]);
    assert_eq!(right.unwrap().len(), 4);
    // Without a welcome nothing is an answer, except an error.
    let headless = body_of(&[stored(), end()]);
    assert!(read(&mut asked(hello(&[])), &headless, 99, None).is_err());
}

#[test]
fn acknowledgements_that_do_not_fit_the_offer_are_refused() {
    let need = Outcome::Need(vec![]);
    let other = Frame::Ack(Ack {
        place: 0,
        batch: BatchId([1; 32]),
        results: vec![Outcome::Parked; 2],
    });
    let second = Frame::Ack(Ack {
        place: 1,
        batch: sample(CASES, 1, 2, 60).batch.id(),
        results: vec![Outcome::Parked; 2],
    });
    for wrong in [
        ack(vec![Outcome::Parked]),
        ack(vec![Outcome::Parked; 3]),
        ack(vec![Outcome::Parked, Outcome::Bare]),
        other,
        second,
    ] {
        assert!(answer(hello(&[]), &[wrong, end()]).is_err());
    }
    let fits = ack(vec![need, Outcome::Quarantined(Code::ChangeSchema)]);
    assert!(answer(hello(&[]), &[fits, end()]).is_ok());
}

#[test]
fn an_offer_of_hashes_is_answered_with_what_is_missing() {
    let mut parcel = sample(CASES, 1, 3, 60);
    parcel.bodies = vec![None; 3];
    let mut offer = Offer::of_batch(parcel.clone());
    offer.mode = OfferMode::Have;
    let mut request = Request::new(hello(&[])).unwrap();
    assert_eq!(request.offer(offer), Ok(Fit::Taken));
    let mut response = request.finish(false).unwrap().1;
    let results = vec![
        Outcome::Duplicate,
        Outcome::Need(vec![parcel.batch.entries[1].hash]),
        Outcome::Stored { seq: 3 },
    ];
    let ack = Frame::Ack(Ack {
        place: 0,
        batch: parcel.batch.id(),
        results: results.clone(),
    });
    let wire = body_of(&[Frame::Welcome(welcome()), ack, end()]);
    let events = read(&mut response, &wire, 10, None).unwrap();
    let acked = Event::Acked {
        scope: scope(CASES),
        batch: parcel.batch.id(),
        results,
    };
    assert_eq!(events[1], acked);

    let mut liar = Offer::of_batch(sample(CASES, 1, 3, 60));
    liar.mode = OfferMode::Have;
    let mut request = Request::new(hello(&[])).unwrap();
    assert!(request.offer(liar).is_err());
}

#[test]
fn an_error_ends_an_answer_at_any_place() {
    let busy = ErrorFrame {
        code: Code::Busy,
        params: vec![],
        retry_after_s: Some(20),
    };
    let alone = Answer::refuse(busy.clone()).unwrap();
    let events = read(&mut asked(hello(&[])), &alone, 5, None).unwrap();
    assert_eq!(events, [Event::Failed(busy.clone())]);
    let late = answer(
        hello(&[(CASES, 812)]),
        &[page(812, 820), Frame::Error(busy.clone())],
    );
    assert_eq!(late.unwrap().last(), Some(&Event::Failed(busy.clone())));
    let after = answer(hello(&[]), &[Frame::Error(busy), end()]);
    assert!(after.is_err());
}

#[test]
fn frames_of_later_versions_are_skipped_only_where_they_may_be() {
    let wire = |kind| {
        let mut writer = crate::codec::FrameWriter::new().unwrap();
        let welcome = Frame::Welcome(welcome());
        writer
            .push(welcome.kind(), &welcome.encode().unwrap())
            .unwrap();
        writer.push(kind, b"whatever it is").unwrap();
        for frame in [stored(), end()] {
            writer.push(frame.kind(), &frame.encode().unwrap()).unwrap();
        }
        writer.finish().unwrap()
    };
    assert_eq!(
        read(&mut asked(hello(&[])), &wire(222), 9, None)
            .unwrap()
            .len(),
        3
    );
    let refused = read(&mut asked(hello(&[])), &wire(111), 9, None).unwrap_err();
    assert_eq!(refused.code(), Code::FrameUnknown);
    assert_eq!(refused.class(), crate::Class::Permanent);
}

#[test]
fn a_request_takes_one_offer_of_any_size_and_then_what_fits() {
    let mut request = Request::with_budget(hello(&[]), 100_000).unwrap();
    let big = |number| Offer::of_batch(sample(CASES, number, 3, 60_000));
    assert_eq!(request.offer(big(1)), Ok(Fit::Taken));
    assert_eq!(request.offer(big(2)), Ok(Fit::Full));
    let mut request = Request::with_budget(hello(&[]), 100_000).unwrap();
    let small = |number| Offer::of_batch(sample(CASES, number, 1, 20_000));
    let fits = (1..=9).map(|number| request.offer(small(number)).unwrap());
    let fits = fits.filter(|fit| *fit == Fit::Taken).count();
    assert_eq!(fits, 4);
    assert!(request.inflated_bytes() <= 100_000);
}

#[test]
fn requests_that_make_no_sense_are_refused_before_they_are_sent() {
    let with = |change: &dyn Fn(&mut Hello)| {
        let mut hello = hello(&[(CASES, 1), (REGISTER, 2)]);
        change(&mut hello);
        Request::new(hello).map(drop)
    };
    assert_eq!(with(&|_| {}), Ok(()));
    assert!(with(&|hello| hello.wants[0].scope = scope(REGISTER)).is_err());
    assert!(with(&|hello| hello.generation_seen = None).is_err());
    assert!(with(&|hello| hello.max_bytes = limits::LEAST_RESPONSE_BYTES - 1).is_err());
    assert!(with(&|hello| hello.app = "x".repeat(65)).is_err());
    assert!(with(&|hello| hello.wants = vec![hello.wants[0].clone(); 257]).is_err());

    let mut request = Request::new(hello(&[])).unwrap();
    let item = ControlItem::Tombstone(tombstone());
    assert_eq!(request.control(5, &item), Ok(Fit::Taken));
    assert!(request.control(5, &item).is_err());
    let ask = DigestAsk {
        scope: scope(CASES),
        bucket: None,
    };
    assert_eq!(request.ask_digests(ask.clone()), Ok(Fit::Taken));
    assert!(request.ask_digests(ask).is_err());
}

#[test]
fn wanted_photos_come_with_an_answer_and_are_no_condition_of_it() {
    let wanted = Frame::BlobWanted(BlobWanted {
        hashes: vec![BlobHash([1; 32]), BlobHash([2; 32])],
    });
    let events = answer(hello(&[]), &[wanted, stored(), end()]).unwrap();
    assert_eq!(
        events[1],
        Event::BlobsWanted(vec![BlobHash([1; 32]), BlobHash([2; 32])])
    );
}
