use std::collections::BTreeMap;

use linli_model::Timestamp;
use linli_records::{ChangeNote, Document, FieldValue, NewContent, NewRecord, create, write};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::*;
use crate::SyncError;
use crate::limits;
use crate::testing::{key, scope};

const GRID: &str = "110101001001G03";

fn note(text: &str) -> NewContent {
    let value = Some(FieldValue::Text(text.to_owned()));
    NewContent {
        fields: BTreeMap::from([("note".to_owned(), value)]),
        ..NewContent::default()
    }
}

/// A visit with so many edits; two authors edit at the same time when `forks`.
fn document(seed: u8, edits: usize, forks: bool) -> Document {
    let actors = [1, 2].map(|n| linli_model::ActorId::new(&key(n).id(), 1));
    let staff = ChangeNote {
        staff: "99001".parse().unwrap(),
        basis: None,
    };
    let new = NewRecord {
        kind: RecordKind::Visit,
        home: GRID.parse().unwrap(),
        actor: actors[0],
        note: staff.clone(),
        at: Timestamp(1),
    };
    let mut first = note(&format!("敲门没有回应 {seed}"));
    for (name, word) in [
        ("purpose", "register"),
        ("legal_basis", "consent"),
        ("consent_id", "c-1"),
    ] {
        first.fields.insert(name.into(), Some(word.into()));
    }
    first.fields.insert("expires_at".into(), Some(99.into()));
    let (mut doc, _) = create(&new, &first).unwrap();
    for edit in 0..edits {
        let before = doc.snapshot();
        let edit = note(&format!("第{edit}次 {seed}"));
        write(&mut doc, &actors[0], &edit, &staff, Timestamp(2)).unwrap();
        if forks {
            let mut other = Document::load(Some(&before), &[]).unwrap();
            let theirs = write(
                &mut other,
                &actors[1],
                &note("另一台"),
                &staff,
                Timestamp(3),
            );
            let theirs = theirs.unwrap().unwrap();
            doc = Document::load(Some(&doc.snapshot()), &[&theirs.bytes]).unwrap();
        }
    }
    doc
}

fn record(seed: u8, doc: &Document) -> PackRecord {
    PackRecord {
        record: RecordId([seed; 16]),
        kind: RecordKind::Visit,
        home: GRID.parse().unwrap(),
        heads: doc.heads(),
        snapshot: doc.snapshot(),
    }
}

/// Bytes that are no document travel as they are.
fn opaque(seed: u8, size: usize) -> PackRecord {
    let mut rng = ChaCha8Rng::seed_from_u64(seed.into());
    let mut snapshot = vec![0; size];
    rng.fill_bytes(&mut snapshot);
    PackRecord {
        record: RecordId([seed; 16]),
        kind: RecordKind::Case,
        home: "110101001001G04".parse().unwrap(),
        heads: vec![ChangeHash([seed; 32]), ChangeHash([seed + 1; 32])],
        snapshot,
    }
}

fn pack(records: &[PackRecord]) -> (Vec<u8>, PackHeader) {
    let mut encoder = PackEncoder::with_level(scope("register/110101001001G03"), 77, 5, 3);
    let mut frames = Vec::new();
    for record in records {
        frames.extend(encoder.push(record.clone()).unwrap().unwrap_or_default());
    }
    let (last, header) = encoder.finish().unwrap();
    frames.extend(last.unwrap_or_default());
    ([header.encode().unwrap(), frames].concat(), header)
}

fn read(
    mut reader: PackReader,
    file: &[u8],
    step: usize,
) -> Result<(Vec<usize>, Vec<PackRecord>), SyncError> {
    let (mut numbers, mut all) = (Vec::new(), Vec::new());
    for mut piece in file.chunks(step) {
        while let Some(event) = reader.next(&mut piece)? {
            if let PackEvent::Frame { number, records } = event {
                numbers.push(number);
                let records = records.into_iter().map(PackedRecord::whole);
                all.extend(records.collect::<Result<Vec<_>, _>>()?);
            }
        }
    }
    reader.finish()?;
    Ok((numbers, all))
}

fn mixed() -> Vec<PackRecord> {
    let mut records = (0..40)
        .map(|n| record(n, &document(n, usize::from(n % 5), n % 3 == 0)))
        .collect::<Vec<_>>();
    records.extend((50..60).map(|n| opaque(n, 90_000)));
    records.push(opaque(61, 0));
    records.push(opaque(62, 2 * limits::PACK_GROUP_BYTES));
    let (first, later) = records.split_first_mut().unwrap();
    first.heads = Vec::new();
    later[0].heads = vec![ChangeHash([3; 32])];
    records
}

#[test]
fn a_pack_comes_back_however_it_is_cut_and_from_any_frame_on() {
    let records = mixed();
    let (file, header) = pack(&records);
    assert!(header.frames.len() >= 3);
    assert_eq!(header.count, records.len() as u64);
    assert_eq!(header.file_bytes(), Ok(file.len() as u64));
    for step in [977, 100_000, file.len()] {
        let (numbers, got) = read(PackReader::new(), &file, step).unwrap();
        assert!(numbers.into_iter().eq(0..header.frames.len()));
        assert_eq!(got, records);
    }
    let mut skipped = 0;
    for (number, frame) in header.frames.iter().enumerate() {
        let from = usize::try_from(header.offset_of(number).unwrap()).unwrap();
        let reader = PackReader::resume(header.clone(), number);
        let (numbers, got) = read(reader, &file[from..], 5_000).unwrap();
        assert_eq!(numbers.first(), Some(&number));
        assert_eq!(got, records[skipped..]);
        skipped += frame.records as usize;
    }
}

#[test]
fn an_empty_scope_has_an_empty_pack() {
    let (file, header) = pack(&[]);
    assert_eq!((header.count, header.frames.len()), (0, 0));
    assert_eq!(read(PackReader::new(), &file, 10), Ok((vec![], vec![])));
}

#[test]
fn a_document_travels_without_a_hash_and_arrives_with_all_of_them() {
    for (edits, forks) in [(0, false), (3, false), (3, true), (200, false)] {
        let doc = document(1, edits, forks);
        let sent = record(1, &doc);
        let plain = frame::encode(std::slice::from_ref(&sent)).unwrap();
        let names_a_hash = doc
            .changes()
            .iter()
            .any(|change| plain.windows(32).any(|window| window == change.hash.0));
        // A long history travels as a document, which holds its heads.
        assert_eq!(names_a_hash, edits == 200, "{edits} {forks}");
        let got = frame::decode(&plain, 1).unwrap().remove(0).whole().unwrap();
        assert_eq!(got.heads, doc.heads());
        let loaded = Document::load(Some(&got.snapshot), &[]).unwrap();
        let hashes = |doc: &Document| {
            let changes = doc.changes();
            changes
                .iter()
                .map(|change| change.hash)
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(hashes(&loaded), hashes(&doc));
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let records = (0..12)
        .map(|n| record(n, &document(n, 1, false)))
        .collect::<Vec<_>>();
    let (file, header) = pack(&records);
    let hash = header.hash().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for _ in 0..500 * crate::soak() {
        let mut bent = file.clone();
        let at = rng.next_u32() as usize % bent.len();
        bent[at] ^= 1 << (rng.next_u32() % 8);
        let mut reader = PackReader::new();
        let mut piece = bent.as_slice();
        let is_noticed = loop {
            match reader.next(&mut piece) {
                Ok(Some(PackEvent::Header(header))) if header.hash() != Ok(hash) => break true,
                Ok(Some(_)) => {}
                Ok(None) => break reader.finish().is_err(),
                Err(_) => break true,
            }
        };
        assert!(is_noticed, "byte {at}");
    }
    for length in (0..file.len()).step_by(13) {
        assert!(read(PackReader::new(), &file[..length], 100).is_err());
    }
    let longer = [file.as_slice(), &[0]].concat();
    assert!(read(PackReader::new(), &longer, 100).is_err());
}

/// A server that signs nonsense: the frames are proved, and what is in them still must not hurt.
#[test]
fn proved_nonsense_never_panics() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let records = (0..6)
        .map(|n| record(n, &document(n, usize::from(n % 3), n == 4)))
        .chain([opaque(9, 100)])
        .collect::<Vec<_>>();
    let plain = frame::encode(&records).unwrap();
    let mut taken = 0u32;
    for _ in 0..1_500 * crate::soak() {
        let mut bent = plain.clone();
        let reach = if rng.next_u32().is_multiple_of(2) {
            300
        } else {
            bent.len()
        };
        let at = rng.next_u32() as usize % reach;
        bent[at] ^= 1 << (rng.next_u32() % 8);
        taken += u32::from(frame::decode(&bent, records.len()).is_ok());
    }
    assert!(taken > 0);
    for end in (0..plain.len()).step_by(7) {
        assert!(frame::decode(&plain[..end], records.len()).is_err());
    }
    assert!(frame::decode(&plain, records.len() + 1).is_err());
}

#[test]
fn headers_that_cannot_be_are_refused() {
    let (_, header) = pack(&[opaque(1, 100)]);
    let refused = |change: &dyn Fn(&mut PackHeader)| {
        let mut header = header.clone();
        change(&mut header);
        let bytes = header.encode().unwrap();
        PackReader::new().next(&mut bytes.as_slice()).is_err()
    };
    assert!(!refused(&|_| {}));
    assert!(refused(&|header| header.count = 2));
    assert!(refused(&|header| header.frames[0].inflated = u32::MAX));
    assert!(refused(&|header| header.frames[0].bytes = u32::MAX));
    assert!(refused(&|header| {
        header.frames[0].records = 5_000;
        header.count = 5_000;
    }));
    let mut wrong = header.encode().unwrap();
    wrong[7] = b'2';
    assert!(PackReader::new().next(&mut wrong.as_slice()).is_err());
    wrong[7] = b'1';
    wrong[8] = 1;
    let refused = PackReader::new().next(&mut wrong.as_slice());
    assert!(matches!(refused, Err(SyncError::TooLarge { .. })));
}

#[test]
fn a_document_larger_than_a_frame_may_be_is_refused_when_it_is_packed() {
    let mut encoder = PackEncoder::new(scope("desk/110101"), 1, 1);
    let refused = encoder.push(opaque(1, limits::PACK_FRAME_BYTES));
    assert!(matches!(refused, Err(SyncError::TooLarge { .. })));
}
