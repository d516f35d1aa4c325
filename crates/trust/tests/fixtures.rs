//! Version 1 of everything that is stored or travels, made once from fixed seeds and kept in
//! `tests/fixtures/trust/v1`. A file there is never edited: whatever later versions write, they must
//! read these for ever.
//!
//! A file that is missing is written when `LINLI_WRITE_FIXTURES` is set, and is an error otherwise.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of a test: a failure is the test's failure"
)]

use std::fs;
use std::path::PathBuf;

use linli_model::role::Role;
use linli_model::{BatchId, ChangeHash, OrgId, RecordId, RecordKind, Timestamp};
use linli_trust::audit::{AuditHeadBody, ChainEnd};
use linli_trust::enrolment::{EnrolRequest, OneTimeCode, SlotId, Ticket, Transcript};
use linli_trust::http_signature::{ContentDigest, Request, read, sign};
use linli_trust::pin::{
    DataKey, GuessCounter, GuessStep, KeyPlace, KeyPurpose, StaffLock, StretchParams, UnlockSecret,
    WrapContext, WrappedKey,
};
use linli_trust::{
    BatchDraft, CertificateBody, CheckpointBody, Domain, EditionBody, EntryRef, Fingerprint,
    LeaseBody, ReasonCode, RevocationBody, SealedBatch, Secret, ServerTimeBody, Signature, Signed,
    SignedBody, SigningKey, Suite, TombstoneBody, WipeOrderBody,
};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed([number; 32])
}

fn org(code: &str) -> OrgId {
    OrgId::new(code).unwrap()
}

/// The kept text of a fixture; written first if it is missing and may be written.
fn kept(name: &str, made: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/trust/v1");
    let path = root.join(name);
    if !path.exists() && std::env::var_os("LINLI_WRITE_FIXTURES").is_some() {
        fs::create_dir_all(&root).unwrap();
        fs::write(&path, format!("{made}\n")).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    text.trim_end().to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2).unwrap(), 16).unwrap())
        .collect()
}

/// The kept bytes. This version writes them just so: Ed25519 and our CBOR leave no choice. When a
/// later version adds a field, drop this comparison for the item and keep the decoding.
fn kept_bytes(name: &str, made: &[u8]) -> Vec<u8> {
    let bytes = unhex(&kept(&format!("{name}.hex"), &hex(made)));
    assert_eq!(hex(&bytes), hex(made), "{name} is encoded differently now");
    bytes
}

fn check<B: SignedBody + Clone + PartialEq + std::fmt::Debug>(name: &str, body: &B, by: u8) {
    let made = Signed::seal(body.clone(), &key(by)).unwrap();
    let read = Signed::<B>::decode(&kept_bytes(name, &made.encode().unwrap())).unwrap();
    read.verify(&key(by).public()).unwrap();
    assert_eq!(read.body(), body);
}

fn desk() -> CertificateBody {
    let valid = NOW..NOW.plus_ms(1_000_000_000);
    CertificateBody::desk(
        key(3).public(),
        org("110101001001"),
        1,
        7,
        valid,
        key(2).id(),
    )
}

fn device() -> CertificateBody {
    let grid = |code: &str| code.parse().unwrap();
    CertificateBody {
        key: key(4).public(),
        issuer: key(3).id(),
        ..desk()
    }
    .for_device(
        [grid("110101001001G03"), grid("110101001001G04")],
        ["w017".parse().unwrap()],
    )
}

#[test]
fn certificates_and_revocations() {
    check("certificate_desk", &desk(), 2);
    check("certificate_device", &device(), 3);
    check(
        "revocation",
        &RevocationBody {
            suite: Suite::CURRENT,
            key: key(4).id(),
            at: NOW,
            number: 12,
            reason: ReasonCode::new("lost").unwrap(),
            signer: key(3).id(),
        },
        3,
    );
    let fingerprint = Fingerprint::of(&key(4).public()).to_string();
    assert_eq!(kept("fingerprint.txt", &fingerprint), fingerprint);
}

#[test]
fn editions_tombstones_and_checkpoints() {
    let edition = EditionBody {
        suite: Suite::CURRENT,
        number: 4,
        district: org("110101"),
        json: r#"{"name":"东城区"}"#.into(),
        signer: key(1).id(),
    };
    check("edition", &edition, 1);
    let tombstone = TombstoneBody {
        suite: Suite::CURRENT,
        record: RecordId([0x11; 16]),
        kind: RecordKind::Contact,
        scope: "register/110101001001G03".parse().unwrap(),
        reason: ReasonCode::new("consent_withdrawn").unwrap(),
        at: NOW,
        number: 3,
        signer: key(3).id(),
    };
    check("tombstone", &tombstone, 3);
    let checkpoint = CheckpointBody {
        suite: Suite::CURRENT,
        scope: "cases/110101001001G03".parse().unwrap(),
        generation: 2,
        seq: 70_000,
        digest: [0x22; 32],
        prev: Some([0x33; 32]),
        pack_hash: Some([0x44; 32]),
        at: NOW,
        signer: key(3).id(),
    };
    check("checkpoint", &checkpoint, 3);
    let first = CheckpointBody {
        prev: None,
        pack_hash: None,
        ..checkpoint
    };
    check("checkpoint_first", &first, 3);
}

#[test]
fn times_leases_orders_and_audit() {
    let time = ServerTimeBody {
        suite: Suite::CURRENT,
        at: NOW,
        nonce: [0x55; 16],
        signer: key(3).id(),
    };
    check("server_time", &time, 3);
    let lease = LeaseBody {
        suite: Suite::CURRENT,
        device: key(4).id(),
        at: NOW,
        until: NOW.plus_ms(604_800_000),
        generation: 2,
        signer: key(3).id(),
    };
    check("lease", &lease, 3);
    let order = WipeOrderBody {
        suite: Suite::CURRENT,
        device: key(4).id(),
        nonce: [0x66; 16],
        grids: vec!["110101001001G03".parse().unwrap()],
        at: NOW,
        signer: key(3).id(),
    };
    check("wipe_order", &order, 3);
    let row = ChainEnd::START.append(NOW, "打开名册".into());
    let end = ChainEnd::START.verify([&row]).unwrap();
    assert_eq!(kept_bytes("audit_row_hash", &row.hash), end.hash);
    let head = AuditHeadBody {
        suite: Suite::CURRENT,
        org: org("110101001001"),
        number: end.number,
        hash: end.hash,
        generation: 2,
        at: NOW,
        signer: key(3).id(),
    };
    check("audit_head", &head, 3);
}

fn batch() -> SealedBatch {
    let draft = BatchDraft {
        epoch: 2,
        scope: "cases/110101001001G03".parse().unwrap(),
        number: 9,
        prev: Some(BatchId([0x77; 32])),
        org: org("110101001001"),
        staff: "w017".parse().unwrap(),
        role: Role::GridAssistant,
        edition: 4,
        app: "0.1.0".into(),
        at: NOW,
        session: None,
    };
    let entry = |n: u8| EntryRef {
        record: RecordId([0x11; 16]),
        kind: RecordKind::Case,
        hash: ChangeHash([n; 32]),
    };
    SealedBatch::seal(draft, vec![entry(1), entry(2)], &key(4)).unwrap()
}

#[test]
fn batches() {
    let made = batch();
    let header = kept_bytes("batch_header", &made.header_bytes);
    let signature = kept_bytes("batch_signature", &made.signature.0);
    let signature = Signature(signature.try_into().unwrap());
    let read = SealedBatch::open(header, signature, made.entries.clone()).unwrap();
    read.verify(&key(4).public()).unwrap();
    assert_eq!(read, made);
    assert_eq!(
        read.id().to_string(),
        kept("batch_id.txt", &made.id().to_string())
    );
}

/// A header as a later version may write it: with a field 40 that we do not know.
#[test]
fn a_later_batch_header_is_read_and_kept() {
    let made = batch();
    let mut header = made.header_bytes.clone();
    let first = header.first_mut().unwrap();
    *first += 1;
    header.extend([0x18, 40, 0x43, 1, 2, 3]);
    let bytes = kept_bytes("batch_header_later", &header);
    let signature = key(4).sign(Domain::BATCH, &bytes);
    let read = SealedBatch::open(bytes.clone(), signature, made.entries.clone()).unwrap();
    read.verify(&key(4).public()).unwrap();
    assert_eq!((&read.header, read.header_bytes), (&made.header, bytes));
}

#[test]
fn a_later_certificate_is_read_and_kept() {
    let made = Signed::seal(device(), &key(3)).unwrap();
    let mut bytes = made.bytes().to_vec();
    let first = bytes.first_mut().unwrap();
    *first += 1;
    bytes.extend([0x18, 40, 0xf5]);
    let signature = key(3).sign(Domain::CERTIFICATE, &bytes);
    let later = Signed::<CertificateBody>::from_parts(bytes, signature).unwrap();
    let envelope = kept_bytes("certificate_later", &later.encode().unwrap());
    let read = Signed::<CertificateBody>::decode(&envelope).unwrap();
    read.verify(&key(3).public()).unwrap();
    assert_eq!(*read.body(), device());
    assert_eq!(read.encode().unwrap(), envelope);
}

#[test]
fn tickets_codes_and_requests() {
    let ticket = Ticket {
        url: "https://10.0.0.7:8443".into(),
        ca_sha256: [0x88; 32],
        next_ca_sha256: Some([0x99; 32]),
        slot: SlotId([0xaa; 16]),
        secret: Secret::new([0xbb; 16]),
    };
    let text = kept("ticket.txt", &ticket.to_text().unwrap());
    assert_eq!(text, *ticket.to_text().unwrap());
    assert_eq!(Ticket::parse(&text), Ok(ticket.clone()));
    let code = OneTimeCode::from_random([1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(kept("one_time_code.txt", &code.shown()), *code.shown());
    kept_bytes("one_time_code_slot", &code.slot().0);
    kept_bytes("one_time_code_key", code.slot_key().expose());
    let transcript = Transcript {
        suite: Suite::CURRENT,
        slot: ticket.slot,
        ca_sha256: ticket.ca_sha256,
        key: key(4).public(),
        nonce: [0xcc; 16],
        has_hardware_store: true,
        model: "Linux 手持终端".into(),
        app: "0.1.0".into(),
    };
    let made = EnrolRequest::prove(transcript, &ticket.slot_key(), &key(4)).unwrap();
    let read = EnrolRequest::decode(&kept_bytes("enrol_request", &made.encode().unwrap())).unwrap();
    assert_eq!(read, made);
    assert_eq!(
        kept("check_code.txt", &made.check_code().to_string()),
        read.check_code().to_string()
    );
    kept_bytes(
        "enrol_answer_proof",
        &read.answer_proof(&ticket.slot_key(), b"answer"),
    );
}

#[test]
fn locks_wraps_and_sub_keys() {
    let hardware = Secret::new([0xdd; 32]);
    let lock = StaffLock::new(StretchParams::FLOOR, [0xee; 16], true).unwrap();
    let lock = StaffLock::decode(&kept_bytes("staff_lock", &lock.encode().unwrap())).unwrap();
    let stretched = lock
        .stretch(&UnlockSecret::entered("739164"), Some(&hardware))
        .unwrap();
    let context = WrapContext {
        device: key(4).id(),
        staff: "w017".parse().unwrap(),
        place: KeyPlace::Grid("110101001001G03".parse().unwrap()),
    };
    let data = DataKey::new([0xff; 32]);
    let made = stretched.wrap(&data, &context, [0x12; 24]).unwrap();
    let read = WrappedKey::decode(&kept_bytes("wrapped_key", &made.encode().unwrap())).unwrap();
    assert_eq!(stretched.unwrap(&read, &context), Ok(data.clone()));
    kept_bytes(
        "sub_key_database",
        data.sub_key(KeyPurpose::Database).unwrap().expose(),
    );
    kept_bytes(
        "sub_key_blobs",
        data.sub_key(KeyPurpose::Blobs).unwrap().expose(),
    );
    kept_bytes(
        "sub_key_mailbox",
        data.sub_key(KeyPurpose::Mailbox).unwrap().expose(),
    );
    let GuessStep::Test(counter) = GuessCounter::new().begin(NOW) else {
        panic!("the first guess was refused");
    };
    let bytes = kept_bytes("guess_counter", &counter.encode().unwrap());
    assert_eq!(GuessCounter::decode(&bytes), Ok(counter));
}

#[test]
fn signed_requests() {
    let request = Request {
        method: "POST",
        target: "/sync/v1/exchange?wait=30",
        content: ContentDigest::of(b"body"),
    };
    let made = sign(&request, &org("110101001001"), NOW, [0x13; 16], &key(4)).unwrap();
    let lines: Vec<String> = made
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let text = kept("signed_request.txt", &lines.join("\n"));
    assert_eq!(text, lines.join("\n"));
    let headers = text.lines().map(|line| line.split_once(": ").unwrap());
    let bytes = headers.map(|(name, value)| (name, value.as_bytes()));
    let claim = read(&request, bytes, &|org| org.as_str() == "110101001001").unwrap();
    assert_eq!(claim.verify(&key(4).public()), Ok(key(4).id()));
    assert_eq!((claim.created(), claim.nonce()), (NOW, [0x13; 16]));
}
