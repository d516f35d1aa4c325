//! Values that tests of several modules need. Keys are fixed, so that bytes are the same each run.

use linli_model::role::Role;
use linli_model::{ChangeHash, RecordId, RecordKind, Scope, Timestamp};
use linli_trust::{
    BatchDraft, Certificate, CertificateBody, EditionBody, EntryRef, Parcel, ReasonCode,
    SealedBatch, Signed, SignedEdition, SigningKey, Suite, Tombstone, TombstoneBody,
};
use sha2::{Digest as _, Sha256};

use crate::codec::FrameWriter;
use crate::frames::{Frame, Hello, Want, Welcome};
use crate::limits;

pub(crate) const AT: Timestamp = Timestamp(1_763_000_000_000);

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32])
}

pub(crate) fn scope(name: &str) -> Scope {
    name.parse().unwrap()
}

/// Bytes with the head of a change chunk, so that they travel without it, and their hash.
pub(crate) fn chunk(content: &[u8]) -> (ChangeHash, Vec<u8>) {
    let hash: [u8; 32] = Sha256::digest(content).into();
    let body = [&[0x85, 0x6f, 0x4a, 0x83][..], &hash[..4], content].concat();
    (ChangeHash(hash), body)
}

/// A batch of `scope` with these bodies, each for a record of its own.
pub(crate) fn parcel(scope: &str, number: u64, bodies: Vec<(ChangeHash, Vec<u8>)>) -> Parcel {
    let entries = bodies.iter().enumerate().map(|(at, (hash, _))| EntryRef {
        record: RecordId([u8::try_from(at % 251).unwrap(); 16]),
        kind: RecordKind::Case,
        hash: *hash,
    });
    let draft = BatchDraft {
        epoch: 1,
        scope: self::scope(scope),
        number,
        prev: (number > 1).then_some(linli_model::BatchId([9; 32])),
        org: "110101001001".parse().unwrap(),
        staff: "99001".parse().unwrap(),
        role: Role::GridAssistant,
        edition: 3,
        app: "linli-handheld 0.1.0".to_owned(),
        at: AT,
        session: None,
    };
    let batch = SealedBatch::seal(draft, entries.collect(), &key(1)).unwrap();
    let bodies = bodies.into_iter().map(|(_, body)| Some(body)).collect();
    Parcel::new(batch, bodies).unwrap()
}

/// A batch of `count` changes of `size` bytes, different for each `number`.
pub(crate) fn sample(scope: &str, number: u64, count: usize, size: usize) -> Parcel {
    let body = |at: usize| {
        let seed = Sha256::digest(format!("{scope} {number} {at}"));
        chunk(&seed.iter().copied().cycle().take(size).collect::<Vec<_>>())
    };
    parcel(scope, number, (0..count).map(body).collect())
}

pub(crate) fn hello(wants: &[(&str, u64)]) -> Hello {
    let wants = wants.iter().map(|(name, since)| Want {
        scope: scope(name),
        since: *since,
        digest: None,
    });
    Hello {
        protocol: crate::PROTOCOL,
        app: "linli-handheld 0.1.0".to_owned(),
        clock: AT,
        epoch: 1,
        generation_seen: Some(4),
        edition: 3,
        control_since: 17,
        wants: wants.collect(),
        max_bytes: limits::USUAL_RESPONSE_BYTES,
        ask_chains: false,
        whole: false,
        recovery: crate::frames::Recovery::None,
    }
}

pub(crate) fn welcome() -> Welcome {
    Welcome {
        protocol: crate::PROTOCOL,
        generation: 4,
        clock: AT.plus_ms(250),
        edition: 3,
        control_taken: 0,
        recovering: false,
        app: "linli-server 0.1.0".to_owned(),
        chains: Vec::new(),
    }
}

pub(crate) fn certificate() -> Certificate {
    let valid = AT..AT.plus_ms(1_000_000);
    let org = "110101001001".parse().unwrap();
    let body = CertificateBody::desk(key(2).public(), org, 1, 1, valid, key(2).id());
    Signed::seal(body, &key(2)).unwrap()
}

pub(crate) fn edition(bytes: usize) -> SignedEdition {
    let body = EditionBody {
        suite: Suite::CURRENT,
        number: 3,
        district: "110101".parse().unwrap(),
        json: vec![b' '; bytes],
        signer: key(2).id(),
    };
    Signed::seal(body, &key(2)).unwrap()
}

pub(crate) fn tombstone() -> Tombstone {
    let body = TombstoneBody {
        suite: Suite::CURRENT,
        record: RecordId([5; 16]),
        kind: RecordKind::Contact,
        scope: scope("register/110101001001G03"),
        reason: ReasonCode::new("expired").unwrap(),
        at: AT,
        number: 1,
        signer: key(2).id(),
    };
    Signed::seal(body, &key(2)).unwrap()
}

/// A body of these frames, whatever their order.
pub(crate) fn body_of(frames: &[Frame]) -> Vec<u8> {
    let mut writer = FrameWriter::new().unwrap();
    for frame in frames {
        writer.push(frame.kind(), &frame.encode().unwrap()).unwrap();
    }
    writer.finish().unwrap()
}
