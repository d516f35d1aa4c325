//! One frame of every kind.

use linli_model::{BatchId, BlobHash, ChangeHash, RecordId, Timestamp};
use linli_trust::Parcel;

use super::super::*;
use crate::Code;
use crate::testing::{certificate, hello, key, parcel, sample, scope, welcome};

const CASES: &str = "cases/110101001001G03";

/// One of every kind, with every optional field once there and once absent.
pub(super) fn one_of_each() -> Vec<(&'static str, Frame)> {
    let mut all = of_requests();
    all.extend(of_answers());
    all.extend(of_digests());
    all
}

fn of_requests() -> Vec<(&'static str, Frame)> {
    let mut full_hello = hello(&[(CASES, 812), ("register/110101001001G03", 0)]);
    full_hello.wants[0].digest = Some([7; 32]);
    full_hello.ask_chains = true;
    let mut first_hello = hello(&[(CASES, 0)]);
    first_hello.generation_seen = None;
    first_hello.control_since = 0;
    let mut bare = sample(CASES, 2, 3, 40);
    bare.bodies[1] = None;
    let have = Parcel {
        bodies: vec![None; 2],
        ..sample(CASES, 4, 2, 30)
    };
    let have = Offer {
        scope: scope("desk/110101"),
        to: Some(99),
        mode: OfferMode::Have,
        changes: Stretch::of(vec![have]),
    };
    let fetch = Fetch {
        scope: scope(CASES),
        records: vec![RecordId([1; 16]), RecordId([2; 16])],
    };
    let ask = DigestAsk {
        scope: scope(CASES),
        bucket: Some(255),
    };
    vec![
        ("hello", Frame::Hello(full_hello)),
        ("hello-first", Frame::Hello(first_hello)),
        ("offer", Frame::Offer(Box::new(Offer::of_batch(bare)))),
        ("offer-have", Frame::Offer(Box::new(have))),
        ("end", Frame::End(End { more: true })),
        ("fetch", Frame::Fetch(fetch)),
        ("digest-ask", Frame::DigestAsk(ask)),
        ("control", control_frame()),
    ]
}

fn of_answers() -> Vec<(&'static str, Frame)> {
    let mut full_welcome = welcome();
    full_welcome.chains = vec![ChainSeen {
        scope: scope(CASES),
        number: 41,
        batch: BatchId([3; 32]),
    }];
    let mut loose = parcel(CASES, 3, vec![(ChangeHash([1; 32]), vec![5; 50])]);
    loose.bodies[0] = Some(vec![6; 50]);
    let mut turns = Stretch::default();
    let (a, b) = (sample(CASES, 4, 2, 30), sample(CASES, 5, 2, 30));
    for (from, index) in [(&a, 0), (&b, 0), (&a, 1)] {
        turns.push(&from.batch, index, from.bodies[index].clone().unwrap());
    }
    let page = |from, to, changes| {
        Frame::Page(Page {
            scope: scope(CASES),
            from,
            to,
            changes,
        })
    };
    let error = ErrorFrame {
        code: Code::Busy,
        params: vec![("place".to_owned(), "7".to_owned())],
        retry_after_s: Some(30),
    };
    let fetched = Fetched {
        scope: scope(CASES),
        changes: Stretch::of(vec![loose]),
    };
    let hashes = vec![BlobHash([4; 32])];
    vec![
        ("welcome", Frame::Welcome(full_welcome)),
        ("error", Frame::Error(error)),
        ("ack", Frame::Ack(ack())),
        ("page", page(812, 815, turns)),
        ("page-empty", page(815, 900, Stretch::default())),
        ("fetched", Frame::Fetched(fetched)),
        (
            "personal",
            Frame::Personal(Box::new(Personal::Lease(lease()))),
        ),
        ("blob-wanted", Frame::BlobWanted(BlobWanted { hashes })),
    ]
}

fn of_digests() -> Vec<(&'static str, Frame)> {
    let (scope, seq) = (scope(CASES), 900);
    let digest = |digest| {
        let scope = scope.clone();
        Frame::Digest(Digest { scope, seq, digest })
    };
    let buckets = Buckets {
        scope: scope.clone(),
        seq,
        digests: (0..=255).map(|n| [n; 32]).collect(),
    };
    let bucket = Bucket {
        scope: scope.clone(),
        seq,
        bucket: 7,
        records: vec![RecordHeads {
            record: RecordId([7; 16]),
            heads: vec![ChangeHash([1; 32]), ChangeHash([2; 32])],
        }],
    };
    vec![
        ("digest", digest(Some([8; 32]))),
        ("digest-same", digest(None)),
        ("in-step", Frame::InStep(InStep { wants: vec![0, 2] })),
        ("buckets", Frame::Buckets(buckets)),
        ("bucket", Frame::Bucket(bucket)),
    ]
}

fn control_frame() -> Frame {
    let item = ControlItem::Certificate(certificate());
    let parts = split_control(18, item.tag(), &item.encode().unwrap()).unwrap();
    Frame::Control(parts.into_iter().next().unwrap())
}

fn lease() -> linli_trust::Lease {
    let body = linli_trust::LeaseBody {
        suite: linli_trust::Suite::CURRENT,
        device: key(1).id(),
        at: Timestamp(1),
        until: Timestamp(2),
        generation: 4,
        signer: key(2).id(),
    };
    linli_trust::Signed::seal(body, &key(2)).unwrap()
}

/// An acknowledgement with every outcome, in runs and alone.
pub(super) fn ack() -> Ack {
    let stored = |seq| Outcome::Stored { seq };
    Ack {
        place: 2,
        batch: BatchId([6; 32]),
        results: vec![
            stored(10),
            stored(11),
            stored(13),
            Outcome::Duplicate,
            Outcome::Duplicate,
            Outcome::Gone,
            Outcome::Need(vec![ChangeHash([1; 32])]),
            Outcome::Need(vec![ChangeHash([1; 32]), ChangeHash([2; 32])]),
            Outcome::Quarantined(Code::ChangeSchema),
            Outcome::Quarantined(Code::Other(777)),
            Outcome::Parked,
            Outcome::Bare,
        ],
    }
}
