use super::*;
use crate::testing::{at, every_bit_flip, hostile_bytes, key, org};

fn entry(number: u16) -> EntryRef {
    let mut hash = [0; 32];
    hash[..2].copy_from_slice(&number.to_be_bytes());
    EntryRef {
        record: RecordId([5; 16]),
        kind: RecordKind::Household,
        hash: ChangeHash(hash),
    }
}

fn draft() -> BatchDraft {
    BatchDraft {
        epoch: 2,
        scope: "register/g1".parse().unwrap(),
        number: 2,
        prev: Some(BatchId([3; 32])),
        org: org("d-s1-c1"),
        staff: "w1".parse().unwrap(),
        role: Role::GridAssistant,
        edition: 4,
        app: "0.1.0".into(),
        at: at(1_700_000_000_000),
        session: Some("s-1".into()),
    }
}

fn sealed() -> SealedBatch {
    SealedBatch::seal(draft(), vec![entry(1), entry(2), entry(3)], &key(4)).unwrap()
}

fn reopened(batch: &SealedBatch, header: &[u8]) -> Result<SealedBatch, TrustError> {
    SealedBatch::open(header.to_vec(), batch.signature, batch.entries.clone())
}

#[test]
fn a_batch_survives_the_wire() {
    let batch = sealed();
    let read = reopened(&batch, &batch.header_bytes).unwrap();
    assert_eq!(read, batch);
    assert_eq!(read.id(), batch.id());
    read.verify(&key(4).public()).unwrap();
    assert_eq!(read.header.actor(), key(4).public().actor(2));
    assert!(
        batch.header_bytes.len() < 250,
        "{}",
        batch.header_bytes.len()
    );
}

#[test]
fn every_flip_of_header_or_signature_is_refused() {
    let batch = sealed();
    every_bit_flip(&batch.header_bytes, |copy| match reopened(&batch, copy) {
        Ok(read) => read.verify(&key(4).public()).is_err(),
        Err(_) => true,
    });
    every_bit_flip(&batch.signature.0, |copy| {
        let mut turned = batch.clone();
        turned.signature = Signature(copy.try_into().unwrap());
        turned.verify(&key(4).public()).is_err()
    });
}

#[test]
fn any_edit_of_the_entries_is_refused() {
    let batch = sealed();
    let refused = |edit: fn(&mut Vec<EntryRef>)| {
        let mut entries = batch.entries.clone();
        edit(&mut entries);
        let opened = SealedBatch::open(batch.header_bytes.clone(), batch.signature, entries);
        opened.is_err()
    };
    assert!(refused(|entries| entries.swap(0, 1)));
    assert!(refused(|entries| entries.truncate(2)));
    assert!(refused(|entries| entries.push(entry(4))));
    assert!(refused(|entries| entries.push(entry(1))));
    assert!(refused(Vec::clear));
    assert!(refused(|entries| entries[0].kind = RecordKind::Contact));
    for byte in 0..16 {
        let mut entries = batch.entries.clone();
        entries[1].record.0[byte] ^= 1;
        assert!(SealedBatch::open(batch.header_bytes.clone(), batch.signature, entries).is_err());
    }
    for byte in 0..32 {
        let mut entries = batch.entries.clone();
        entries[1].hash.0[byte] ^= 1;
        assert!(SealedBatch::open(batch.header_bytes.clone(), batch.signature, entries).is_err());
    }
}

#[test]
fn fields_edited_after_opening_do_not_verify() {
    let mut batch = sealed();
    batch.header.staff = "w2".parse().unwrap();
    assert_eq!(
        batch.verify(&key(4).public()),
        Err(TrustError::ContentMismatch)
    );
    let mut batch = sealed();
    batch.entries.swap(0, 1);
    assert_eq!(
        batch.verify(&key(4).public()),
        Err(TrustError::ContentMismatch)
    );
}

#[test]
fn hostile_headers_never_panic() {
    let batch = sealed();
    hostile_bytes(&batch.header_bytes, 31, |copy| {
        let _ = reopened(&batch, copy).map(|read| read.verify(&key(4).public()));
        BatchHeader::decode(copy).is_ok()
    });
}

#[test]
fn caps_hold_when_sealing_and_opening() {
    let entries = |count| (0..count).map(entry).collect::<Vec<_>>();
    assert!(SealedBatch::seal(draft(), entries(1_000), &key(4)).is_ok());
    let too_many = SealedBatch::seal(draft(), entries(1_001), &key(4));
    assert_eq!(too_many.unwrap_err().code(), "too_large");
    let seal = |edit: fn(&mut BatchDraft)| {
        let mut changed = draft();
        edit(&mut changed);
        SealedBatch::seal(changed, entries(1), &key(4)).map_or_else(|e| e.code(), |_| "ok")
    };
    assert_eq!(seal(|draft| draft.number = 0), "malformed");
    assert_eq!(seal(|draft| draft.prev = None), "malformed");
    assert_eq!(seal(|draft| draft.number = 1), "malformed");
    assert_eq!(seal(|draft| (draft.number, draft.prev) = (1, None)), "ok");
    assert_eq!(seal(|draft| draft.epoch = 1 << 48), "malformed");
    assert_eq!(seal(|draft| draft.app = "x".repeat(65)), "malformed");
    assert_eq!(
        seal(|draft| draft.session = Some("x".repeat(65))),
        "malformed"
    );
    let longest = |draft: &mut BatchDraft| {
        draft.app = "x".repeat(64);
        draft.session = Some("x".repeat(64));
        draft.org = org(&"o".repeat(32));
        draft.staff = "w".repeat(32).parse().unwrap();
        draft.scope = format!("reference/{}", "d".repeat(32)).parse().unwrap();
        draft.number = u64::MAX;
    };
    assert_eq!(seal(longest), "ok");
}

#[test]
fn a_header_of_another_suite_says_so() {
    let batch = sealed();
    let mut bytes = batch.header_bytes.clone();
    assert_eq!(bytes[..3], [0xaf, 0, 1]);
    bytes[2] = 2;
    assert_eq!(reopened(&batch, &bytes), Err(TrustError::UnknownSuite(2)));
}

#[test]
fn parcels_check_their_places_and_sizes() {
    let batch = sealed();
    let parcel = |bodies| Parcel::new(batch.clone(), bodies).map_err(|error| error.code());
    assert!(parcel(vec![None, None, None]).is_ok_and(|parcel| !parcel.is_complete()));
    let full = vec![
        Some(vec![1]),
        Some(vec![2]),
        Some(vec![0; MAX_CHANGE_BYTES]),
    ];
    assert!(parcel(full).is_ok_and(|parcel| parcel.is_complete()));
    assert_eq!(parcel(vec![None, None]), Err("content_mismatch"));
    assert_eq!(parcel(vec![None; 4]), Err("content_mismatch"));
    assert_eq!(parcel(vec![Some(Vec::new()), None, None]), Err("too_large"));
    let big = Some(vec![0; MAX_CHANGE_BYTES + 1]);
    assert_eq!(parcel(vec![big, None, None]), Err("too_large"));
    let many = SealedBatch::seal(draft(), (0..17).map(entry).collect(), &key(4)).unwrap();
    let bodies = |count| {
        [
            vec![Some(vec![0; MAX_CHANGE_BYTES]); count],
            vec![None; 17 - count],
        ]
        .concat()
    };
    assert!(Parcel::new(many.clone(), bodies(16)).is_ok());
    assert_eq!(
        Parcel::new(many, bodies(17)).unwrap_err().code(),
        "too_large"
    );
}
