use super::*;
use crate::batch::{BatchDraft, EntryRef, SealedBatch};
use crate::certificate::CertificateBody;
use crate::key::Suite;
use crate::revocation::RevocationBody;
use crate::signed::{ReasonCode, Signed};
use crate::testing::{at, desk, device, key, org, root, store, within};
use linli_model::role::Role;
use linli_model::{ChangeHash, RecordId, RecordKind, Scope};

fn revocation(of: u8, when: i64, number: u64, by: u8) -> Revocation {
    let body = RevocationBody {
        suite: Suite::CURRENT,
        key: key(of).id(),
        at: at(when),
        number,
        reason: ReasonCode::new("lost").unwrap(),
        signer: key(by).id(),
    };
    Signed::seal(body, &key(by)).unwrap()
}

fn batch(by: u8, scope: &str, acting: &str, staff: &str, epoch: u64) -> SealedBatch {
    let draft = BatchDraft {
        epoch,
        scope: scope.parse().unwrap(),
        number: 1,
        prev: None,
        org: org(acting),
        staff: staff.parse().unwrap(),
        role: Role::GridAssistant,
        edition: 1,
        app: "0.1.0".into(),
        at: at(10),
        session: None,
    };
    let entry = EntryRef {
        record: RecordId([1; 16]),
        kind: RecordKind::Case,
        hash: ChangeHash([2; 32]),
    };
    SealedBatch::seal(draft, vec![entry], &key(by)).unwrap()
}

fn code(result: Result<impl Sized, TrustError>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "ok")
}

#[test]
fn a_chain_to_the_root_is_active() {
    let store = store();
    for number in 1..=4 {
        assert_eq!(
            store.active(&key(number).id(), at(50)).unwrap().key,
            key(number).public()
        );
    }
    assert_eq!(code(store.active(&key(9).id(), at(50))), "unknown_key");
    assert_eq!(
        code(store.active(&key(4).id(), at(90_000))),
        "outside_validity"
    );
    assert_eq!(code(store.active(&key(4).id(), at(-1))), "outside_validity");
}

#[test]
fn inserting_twice_is_known_and_the_order_is_from_the_root() {
    let mut store = CertificateStore::new(root()).unwrap();
    let community = desk(3, "d-s1-c1", 1, 0, 2);
    let early = store.insert(community.clone(), at(0), &within);
    assert_eq!(early, Err(TrustError::UnknownKey(key(2).id())));
    assert!(early.unwrap_err().may_pass_later());
    let street = desk(2, "d-s1", 1, 0, 1);
    assert_eq!(
        store.insert(street.clone(), at(0), &within),
        Ok(Inserted::New)
    );
    assert_eq!(store.insert(community, at(0), &within), Ok(Inserted::New));
    assert_eq!(store.insert(street, at(7), &within), Ok(Inserted::Known));
    assert_eq!(store.certificates().count(), 3);
}

#[test]
fn issuers_stay_in_their_subtree_and_above() {
    let mut store = store();
    store
        .insert(desk(5, "d-s2", 1, 0, 1), at(0), &within)
        .unwrap();
    for (certificate, expected) in [
        (desk(6, "d-s2-c1", 1, 0, 2), "outside_subtree"),
        (desk(6, "d", 1, 0, 2), "outside_subtree"),
        (device(6, "d-s2-c1", "g9", 0, 3), "outside_subtree"),
        (desk(6, "d-s1", 2, 0, 2), "not_entitled"),
        (desk(6, "d-s1-c2", 1, 0, 4), "not_entitled"),
        (device(6, "d-s1-c1", "g1", 0, 4), "not_entitled"),
        (device(2, "d-s1-c1", "g1", 0, 3), "not_entitled"),
        (desk(4, "d-s1-c2", 1, 0, 2), "not_entitled"),
        (desk(3, "d-s1-c2", 2, 0, 2), "not_entitled"),
        (desk(1, "d-s1-c2", 1, 0, 2), "not_entitled"),
        (device(6, "d-s1-c1", "g1", 0, 9), "unknown_key"),
        (desk(6, "d-s1-c1", 1, 0, 2), "fork"),
        (desk(6, "d-s1-c2", 1, 0, 2), "ok"),
        (desk(7, "d", 1, 0, 1), "ok"),
    ] {
        let before = store.certificates().count();
        let result = store.insert(certificate.clone(), at(0), &within);
        assert_eq!(code(result), expected, "{certificate:?}");
        assert_eq!(
            store.certificates().count(),
            before + usize::from(expected == "ok")
        );
    }
}

#[test]
fn a_forged_issuer_is_refused() {
    let mut store = store();
    let honest = device(6, "d-s1-c1", "g1", 0, 3);
    let stranger = key(9).sign(crate::Domain::CERTIFICATE, honest.bytes());
    let forged = Signed::from_parts(honest.bytes().to_vec(), stranger).unwrap();
    assert_eq!(code(store.insert(forged, at(0), &within)), "bad_signature");
}

#[test]
fn a_root_is_a_desk_that_issues_itself() {
    assert_eq!(
        code(CertificateStore::new(desk(2, "d", 1, 0, 1))),
        "not_entitled"
    );
    let mut body = root().body().clone();
    body.subject = Subject::Device;
    let odd = Signed::seal(body, &key(1)).unwrap();
    assert_eq!(code(CertificateStore::new(odd)), "not_entitled");
    let honest = root();
    let forged = Signed::from_parts(honest.bytes().to_vec(), crate::Signature([1; 64])).unwrap();
    assert_eq!(code(CertificateStore::new(forged)), "bad_signature");
}

#[test]
fn devices_write_for_their_staff_in_their_grids() {
    let store = store();
    let judge = |batch: SealedBatch| code(store.check_batch(&batch, Judged::At(at(50)), &within));
    for scope in ["cases/g1", "register/g1", "places/g1"] {
        assert_eq!(judge(batch(4, scope, "d-s1-c1", "w1", 1)), "ok");
        assert_eq!(judge(batch(4, scope, "d-s1-c1", "w1", 7)), "ok");
    }
    assert_eq!(
        judge(batch(4, "cases/g2", "d-s1-c1", "w1", 1)),
        "not_entitled"
    );
    assert_eq!(
        judge(batch(4, "desk/d-s1-c1", "d-s1-c1", "w1", 1)),
        "not_entitled"
    );
    assert_eq!(
        judge(batch(4, "reference/d", "d-s1-c1", "w1", 1)),
        "not_entitled"
    );
    assert_eq!(
        judge(batch(4, "cases/g1", "d-s1-c1", "w2", 1)),
        "staff_not_listed"
    );
    assert_eq!(
        judge(batch(4, "cases/g1", "d-s1-c1", "w1", 0)),
        "not_entitled"
    );
    assert_eq!(
        judge(batch(4, "cases/g1", "d-s1", "w1", 1)),
        "outside_subtree"
    );
    assert_eq!(
        judge(batch(9, "cases/g1", "d-s1-c1", "w1", 1)),
        "unknown_key"
    );
}

#[test]
fn desks_write_for_organisations_below_them() {
    let store = store();
    let judge = |batch: SealedBatch| code(store.check_batch(&batch, Judged::At(at(50)), &within));
    assert_eq!(judge(batch(2, "desk/d-s1", "d-s1", "w9", 1)), "ok");
    assert_eq!(judge(batch(2, "desk/d-s1-c1", "d-s1-c1", "w9", 1)), "ok");
    assert_eq!(judge(batch(2, "cases/g1", "d-s1", "w9", 1)), "ok");
    assert_eq!(
        judge(batch(3, "desk/d-s1", "d-s1-c1", "w9", 1)),
        "outside_subtree"
    );
    assert_eq!(
        judge(batch(3, "desk/d-s1-c1", "d-s1", "w9", 1)),
        "outside_subtree"
    );
    assert_eq!(judge(batch(1, "reference/d", "d", "w9", 1)), "not_entitled");
}

#[test]
fn a_revoked_key_is_judged_by_receipt() {
    let mut store = store();
    store
        .revoke(revocation(4, 100, 1, 3), at(100), &within)
        .unwrap();
    let sent = batch(4, "cases/g1", "d-s1-c1", "w1", 1);
    let judge = |judged| code(store.check_batch(&sent, judged, &within));
    assert_eq!(judge(Judged::At(at(99))), "ok");
    assert_eq!(judge(Judged::At(at(100))), "revoked");
    assert_eq!(judge(Judged::At(at(80_000))), "revoked");
    assert_eq!(judge(Judged::Vouched), "ok");
    // The clock that dated it was ahead and has been put right: what comes now is refused.
    assert_eq!(judge(Judged::Now(at(99))), "revoked");
    assert_eq!(code(store.active_now(&key(4).id(), at(99))), "revoked");
    assert_eq!(store.revoked_at(&key(4).id()), Some(at(100)));
    assert_eq!(store.revocation_number(&key(3).id()), 1);
}

#[test]
fn only_issuers_and_those_above_revoke() {
    let mut store = store();
    store
        .insert(desk(5, "d-s2", 1, 0, 1), at(0), &within)
        .unwrap();
    for (revocation, expected) in [
        (revocation(4, 10, 1, 4), "not_entitled"),
        (revocation(4, 10, 1, 5), "not_entitled"),
        (revocation(2, 10, 1, 3), "not_entitled"),
        (revocation(3, 10, 1, 3), "not_entitled"),
        (revocation(1, 10, 1, 2), "not_entitled"),
        (revocation(1, 10, 1, 1), "not_entitled"),
        (revocation(8, 10, 1, 1), "unknown_key"),
        (revocation(4, 10, 1, 9), "unknown_key"),
        (revocation(4, 10, 1, 2), "ok"),
        (revocation(4, 10, 1, 1), "ok"),
        (revocation(3, 10, 2, 1), "ok"),
    ] {
        let result = store.revoke(revocation.clone(), at(20), &within);
        assert_eq!(code(result), expected, "{revocation:?}");
    }
    let again = store.revoke(revocation(4, 10, 1, 2), at(30), &within);
    assert_eq!(again, Ok(Inserted::Known));
}

#[test]
fn a_revoked_desk_loses_what_it_issued_since_but_not_before() {
    let mut store = store();
    store
        .insert(device(6, "d-s1-c1", "g1", 60, 3), at(60), &within)
        .unwrap();
    // The theft was found at 200 and dated to 50.
    store
        .revoke(revocation(3, 50, 1, 2), at(200), &within)
        .unwrap();
    assert_eq!(code(store.active(&key(3).id(), at(200))), "revoked");
    assert_eq!(code(store.active(&key(4).id(), at(200))), "ok");
    assert_eq!(code(store.active(&key(6).id(), at(200))), "revoked");
    let late = store.insert(device(7, "d-s1-c1", "g1", 10, 3), at(210), &within);
    assert_eq!(code(late), "revoked");
    let by_revoked = store.revoke(revocation(4, 210, 2, 3), at(210), &within);
    assert_eq!(code(by_revoked), "revoked");
}

#[test]
fn an_organisation_is_hosted_anew_with_a_new_key() {
    let mut store = store();
    store
        .insert(desk(8, "d-s1-c1", 2, 100, 2), at(100), &within)
        .unwrap();
    assert_eq!(
        store.desk_key(&org("d-s1-c1"), at(99)).unwrap().key,
        key(3).public()
    );
    assert_eq!(
        store.desk_key(&org("d-s1-c1"), at(100)).unwrap().key,
        key(8).public()
    );
    assert_eq!(
        store.desk_key(&org("d"), at(100)).unwrap().key,
        key(1).public()
    );
    assert_eq!(store.desk_key(&org("d-s3"), at(100)), None);
    assert_eq!(code(store.active(&key(3).id(), at(99))), "ok");
    assert_eq!(code(store.active(&key(3).id(), at(100))), "replaced");
    // What the lost server had certified goes on; it certifies nothing more.
    assert_eq!(code(store.active(&key(4).id(), at(150))), "ok");
    let late = store.insert(device(6, "d-s1-c1", "g1", 50, 3), at(150), &within);
    assert_eq!(code(late), "replaced");
    store
        .insert(device(6, "d-s1-c1", "g1", 120, 8), at(150), &within)
        .unwrap();
    // What the old desk wrote is still heard through others.
    let old = batch(3, "desk/d-s1-c1", "d-s1-c1", "w9", 1);
    assert_eq!(
        code(store.check_batch(&old, Judged::At(at(150)), &within)),
        "replaced"
    );
    assert_eq!(
        code(store.check_batch(&old, Judged::Vouched, &within)),
        "ok"
    );
}

#[test]
fn a_certificate_dated_back_replaces_from_its_receipt() {
    let mut store = store();
    store
        .insert(device(6, "d-s1-c1", "g1", 60, 3), at(70), &within)
        .unwrap();
    store
        .insert(desk(8, "d-s1-c1", 2, 50, 2), at(100), &within)
        .unwrap();
    assert_eq!(code(store.active(&key(3).id(), at(99))), "ok");
    assert_eq!(code(store.active(&key(3).id(), at(100))), "replaced");
    // Enrolled by the lost server on its last day: still good.
    assert_eq!(code(store.active(&key(6).id(), at(150))), "ok");
}

#[test]
fn the_order_in_which_desk_keys_arrive_does_not_matter() {
    let mut store = CertificateStore::new(root()).unwrap();
    store
        .insert(desk(8, "d-s1", 2, 100, 1), at(100), &within)
        .unwrap();
    store
        .insert(desk(2, "d-s1", 1, 0, 1), at(0), &within)
        .unwrap();
    assert_eq!(code(store.active(&key(2).id(), at(99))), "ok");
    assert_eq!(code(store.active(&key(2).id(), at(100))), "replaced");
    assert_eq!(code(store.active(&key(8).id(), at(100))), "ok");
}

#[test]
fn reassignment_replaces_and_neighbours_cannot_take_a_device() {
    let mut store = store();
    store
        .insert(desk(5, "d-s1-c2", 1, 0, 2), at(0), &within)
        .unwrap();
    // A neighbour certifies the device for its own grid, far ahead in epoch and serial.
    let mut body = device(4, "d-s1-c2", "g7", 40, 5).body().clone();
    body.epoch = 99;
    store
        .insert(Signed::seal(body, &key(5)).unwrap(), at(40), &within)
        .unwrap();
    let own = batch(4, "cases/g1", "d-s1-c1", "w1", 1);
    assert_eq!(
        code(store.check_batch(&own, Judged::At(at(50)), &within)),
        "ok"
    );
    // The street above both moves it.
    let moved = CertificateBody::desk(
        key(4).public(),
        org("d-s1-c2"),
        100,
        60,
        at(60)..at(90_000),
        key(2).id(),
    )
    .for_device(["g7".parse().unwrap()], ["w1".parse().unwrap()]);
    store
        .insert(Signed::seal(moved, &key(2)).unwrap(), at(60), &within)
        .unwrap();
    let judge =
        |batch: &SealedBatch, when| code(store.check_batch(batch, Judged::At(at(when)), &within));
    assert_eq!(judge(&own, 59), "ok");
    assert_eq!(judge(&own, 60), "outside_subtree");
    assert_eq!(judge(&batch(4, "cases/g7", "d-s1-c2", "w1", 100), 60), "ok");
    assert_eq!(
        judge(&batch(4, "cases/g7", "d-s1-c2", "w1", 1), 60),
        "not_entitled"
    );
    assert_eq!(
        code(store.check_batch(&own, Judged::Vouched, &within)),
        "ok"
    );
}

#[test]
fn a_renewal_goes_on_seamlessly() {
    let mut store = store();
    store
        .insert(device(4, "d-s1-c1", "g1", 45_000, 3), at(45_000), &within)
        .unwrap();
    for when in [10, 44_999, 45_000, 89_999, 90_000, 134_999] {
        assert_eq!(code(store.active(&key(4).id(), at(when))), "ok", "{when}");
    }
    assert_eq!(
        code(store.active(&key(4).id(), at(135_000))),
        "outside_validity"
    );
    let fork = device(4, "d-s1-c1", "g2", 45_000, 3);
    assert_eq!(code(store.insert(fork, at(45_001), &within)), "fork");
}

#[test]
fn control_items_need_a_desk_above_their_subject() {
    let store = store();
    let edition = |by: u8| {
        let body = crate::EditionBody {
            suite: Suite::CURRENT,
            number: 1,
            district: org("d"),
            json: b"{}".to_vec(),
            signer: key(by).id(),
        };
        Signed::seal(body, &key(by)).unwrap()
    };
    let judge = |by, about: &str| {
        code(store.check_signed(&edition(by), Judged::At(at(5)), &org(about), &within))
    };
    assert_eq!(judge(1, "d"), "ok");
    assert_eq!(judge(2, "d"), "outside_subtree");
    assert_eq!(judge(2, "d-s1-c1"), "ok");
    assert_eq!(judge(4, "d-s1-c1"), "not_entitled");
    assert_eq!(judge(9, "d"), "unknown_key");
}

#[test]
fn a_scope_is_written_by_its_own_kind_of_signer() {
    // The golden table of subject and scope family: who may write where at all.
    let store = store();
    let scopes = [
        "register/g1",
        "places/g1",
        "cases/g1",
        "desk/d-s1-c1",
        "reference/d",
    ];
    let row = |by: u8| -> Vec<bool> {
        let may = |scope: &&str| {
            let sent = batch(by, scope, "d-s1-c1", "w1", 1);
            store.check_batch(&sent, Judged::At(at(5)), &within).is_ok()
        };
        scopes.iter().map(may).collect()
    };
    assert_eq!(row(4), [true, true, true, false, false]);
    assert_eq!(row(3), [true, true, true, true, false]);
    assert!(scopes.iter().all(|scope| scope.parse::<Scope>().is_ok()));
}
