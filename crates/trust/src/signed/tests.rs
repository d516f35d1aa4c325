//! What holds for every signed item, tried on each kind.

use super::*;
use crate::audit::AuditHeadBody;
use crate::checkpoint::CheckpointBody;
use crate::edition::EditionBody;
use crate::erasure_proof::ErasureProofBody;
use crate::key::Suite;
use crate::lease::{LeaseBody, ServerTimeBody};
use crate::revocation::RevocationBody;
use crate::testing::{at, every_bit_flip, hostile_bytes, key, org};
use crate::tombstone::TombstoneBody;
use crate::wipe::WipeOrderBody;
use linli_model::{RecordId, RecordKind};

/// Survives the wire; any flipped bit is refused; hostile bytes never panic and never verify as
/// something else; a later version's fields survive; another domain's signature is refused.
fn check<B: SignedBody + Clone + PartialEq + fmt::Debug>(body: &B) {
    let signer = key(3);
    let item = Signed::seal(body.clone(), &signer).unwrap();
    let envelope = item.encode().unwrap();
    let read = Signed::<B>::decode(&envelope).unwrap();
    assert_eq!(read, item);
    assert_eq!(read.body(), body);
    read.verify(&signer.public()).unwrap();

    let verifies = |copy: &[u8]| {
        Signed::<B>::decode(copy).is_ok_and(|read| read.verify(&signer.public()).is_ok())
    };
    every_bit_flip(&envelope, |copy| !verifies(copy));
    hostile_bytes(&envelope, 51, |copy| {
        assert!(copy == envelope || !verifies(copy));
        Signed::<B>::decode(copy).is_ok()
    });

    let mut later = item.bytes().to_vec();
    later[0] += 1;
    later.extend([0x18, 99, 0x42, 1, 2]);
    let signature = signer.sign(B::DOMAIN, &later);
    let later_item = Signed::<B>::from_parts(later.clone(), signature).unwrap();
    assert_eq!(later_item.body(), body);
    let passed_on = Signed::<B>::decode(&later_item.encode().unwrap()).unwrap();
    assert_eq!(passed_on.bytes(), later);
    passed_on.verify(&signer.public()).unwrap();

    for domain in Domain::ALL {
        let signature = signer.sign(domain, item.bytes());
        let odd = Signed::<B>::from_parts(item.bytes().to_vec(), signature).unwrap();
        assert_eq!(odd.verify(&signer.public()).is_ok(), domain == B::DOMAIN);
    }

    let mut other_suite = item.bytes().to_vec();
    other_suite[2] = 9;
    let refused = Signed::<B>::from_parts(other_suite, *item.signature());
    assert_eq!(refused.unwrap_err(), TrustError::UnknownSuite(9));
    let huge = Signed::<B>::from_parts(vec![0; B::MAX_BYTES + 1], *item.signature());
    assert_eq!(huge.unwrap_err().code(), "too_large");
}

#[test]
fn revocations() {
    check(&RevocationBody {
        suite: Suite::CURRENT,
        key: key(4).id(),
        at: at(7),
        number: 3,
        reason: ReasonCode::new("lost").unwrap(),
        signer: key(3).id(),
    });
}

#[test]
fn editions() {
    let edition = EditionBody {
        suite: Suite::CURRENT,
        number: 3,
        district: org("d"),
        json: br#"{"v":1}"#.to_vec(),
        signer: key(3).id(),
    };
    check(&edition);
    let none = EditionBody {
        number: 0,
        ..edition.clone()
    };
    assert_eq!(Signed::seal(none, &key(3)).unwrap_err().code(), "malformed");
    let large = EditionBody {
        json: vec![b' '; EditionBody::MAX_BYTES],
        ..edition
    };
    assert_eq!(
        Signed::seal(large, &key(3)).unwrap_err().code(),
        "too_large"
    );
}

#[test]
fn tombstones() {
    check(&TombstoneBody {
        suite: Suite::CURRENT,
        record: RecordId([1; 16]),
        kind: RecordKind::Contact,
        scope: "register/g1".parse().unwrap(),
        reason: ReasonCode::new("consent_withdrawn").unwrap(),
        at: at(-9),
        number: 1,
        signer: key(3).id(),
    });
}

#[test]
fn checkpoints() {
    let checkpoint = CheckpointBody {
        suite: Suite::CURRENT,
        scope: "cases/g1".parse().unwrap(),
        generation: 2,
        seq: 1_000_000,
        digest: [4; 32],
        prev: Some([5; 32]),
        pack_hash: Some([6; 32]),
        at: at(7),
        signer: key(3).id(),
    };
    check(&checkpoint);
    check(&CheckpointBody {
        prev: None,
        pack_hash: None,
        ..checkpoint
    });
}

#[test]
fn leases_times_and_audit_heads() {
    check(&LeaseBody {
        suite: Suite::CURRENT,
        device: key(4).id(),
        at: at(1),
        until: at(2),
        generation: 1,
        signer: key(3).id(),
    });
    check(&ServerTimeBody {
        suite: Suite::CURRENT,
        at: at(1),
        nonce: [2; 16],
        signer: key(3).id(),
    });
    check(&AuditHeadBody {
        suite: Suite::CURRENT,
        org: org("d-s1"),
        number: 9,
        hash: [1; 32],
        generation: 1,
        at: at(1),
        signer: key(3).id(),
    });
}

#[test]
fn wipe_orders_name_one_device_and_count_once() {
    let order = WipeOrderBody {
        suite: Suite::CURRENT,
        device: key(4).id(),
        nonce: [2; 16],
        grids: vec!["g1".parse().unwrap(), "g2".parse().unwrap()],
        at: at(1),
        signer: key(3).id(),
    };
    check(&order);
    assert!(order.concerns(&key(4).id(), [[1; 16]].into_iter()));
    assert!(!order.concerns(&key(4).id(), [[1; 16], [2; 16]].into_iter()));
    assert!(!order.concerns(&key(5).id(), [].into_iter()));
    let mut unsorted = order;
    unsorted.grids.reverse();
    assert_eq!(
        Signed::seal(unsorted, &key(3)).unwrap_err().code(),
        "malformed"
    );
}

#[test]
fn a_proof_of_erasure_repeats_its_order_and_is_the_devices_own() {
    let order = WipeOrderBody {
        suite: Suite::CURRENT,
        device: key(4).id(),
        nonce: [2; 16],
        grids: vec!["g1".parse().unwrap(), "g2".parse().unwrap()],
        at: at(1),
        signer: key(3).id(),
    };
    let proof = ErasureProofBody::of(&order, at(9));
    assert_eq!((proof.nonce, &proof.grids), (order.nonce, &order.grids));
    check(&ErasureProofBody {
        device: key(3).id(),
        ..proof.clone()
    });
    assert_eq!(
        Signed::seal(proof, &key(3)).unwrap_err().code(),
        "wrong_key"
    );
}

#[test]
fn reasons_have_no_room_for_names() {
    let longest = "x".repeat(48);
    for good in ["a", "lost", "consent_withdrawn", "x9", &longest] {
        assert_eq!(ReasonCode::new(good).unwrap().as_str(), good);
    }
    let too_long = "x".repeat(49);
    for bad in ["", "Lost", "a b", "丢失", "a-b", &too_long] {
        assert!(ReasonCode::new(bad).is_err(), "{bad}");
    }
}
