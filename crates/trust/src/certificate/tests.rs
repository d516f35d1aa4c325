use super::*;
use crate::key::Signature;
use crate::testing::{at, desk, device, every_bit_flip, hostile_bytes, key, org};

#[test]
fn a_certificate_survives_the_wire() {
    for certificate in [desk(2, "d-s1", 1, 5, 1), device(4, "d-s1-c1", "g1", 5, 3)] {
        let bytes = certificate.encode().unwrap();
        let read = Certificate::decode(&bytes).unwrap();
        assert_eq!(read, certificate);
        assert_eq!(read.encode().unwrap(), bytes);
    }
}

#[test]
fn every_flip_of_the_envelope_is_refused() {
    let issuer = key(3).public();
    let bytes = device(4, "d-s1-c1", "g1", 5, 3).encode().unwrap();
    every_bit_flip(&bytes, |copy| match Certificate::decode(copy) {
        Ok(read) => read.verify(&issuer).is_err(),
        Err(_) => true,
    });
}

#[test]
fn hostile_bytes_never_panic_and_never_verify() {
    let issuer = key(3).public();
    let original = device(4, "d-s1-c1", "g1", 5, 3);
    let bytes = original.encode().unwrap();
    hostile_bytes(&bytes, 21, |copy| {
        let Ok(read) = Certificate::decode(copy) else {
            return false;
        };
        assert!(read == original || read.verify(&issuer).is_err());
        true
    });
    hostile_bytes(original.bytes(), 22, |copy| {
        Certificate::from_parts(copy.to_vec(), Signature([0; 64])).is_ok()
    });
}

#[test]
fn only_the_named_issuer_can_seal_and_verify() {
    let body = desk(2, "d-s1", 1, 0, 1).body().clone();
    let wrong = Err(TrustError::WrongKey {
        named: key(1).id(),
        used: key(9).id(),
    });
    assert_eq!(Certificate::seal(body, &key(9)).map(drop), wrong);
    assert_eq!(desk(2, "d-s1", 1, 0, 1).verify(&key(9).public()), wrong);
}

#[test]
fn impossible_bodies_are_refused() {
    let good = device(4, "d-s1-c1", "g1", 5, 3).body().clone();
    let refused = |change: fn(&mut CertificateBody)| {
        let mut body = good.clone();
        change(&mut body);
        matches!(
            Certificate::seal(body, &key(3)),
            Err(TrustError::Malformed { .. })
        )
    };
    assert!(refused(|body| body.not_after = body.not_before));
    assert!(refused(|body| body.epoch = 1 << 48));
    assert!(refused(|body| body.subject = Subject::Desk));
    assert!(refused(
        |body| body.grids = vec!["g2".parse().unwrap(), "g1".parse().unwrap()]
    ));
    assert!(refused(
        |body| body.staff = vec!["w1".parse().unwrap(), "w1".parse().unwrap()]
    ));
    assert!(refused(|body| {
        body.grids = (0..257)
            .map(|n| format!("g{n:03}").parse().unwrap())
            .collect();
    }));
}

#[test]
fn the_longest_lists_still_fit() {
    let long = |prefix: &str, n: usize| format!("{prefix:-<29}{n:03}");
    let body = CertificateBody::desk(
        key(4).public(),
        org("d-s1"),
        1,
        1,
        at(0)..at(9),
        key(3).id(),
    )
    .for_device(
        (0..256).map(|n| long("g", n).parse().unwrap()),
        (0..256).map(|n| long("w", n).parse().unwrap()),
    );
    let sealed = Certificate::seal(body, &key(3)).unwrap();
    assert_eq!(
        Certificate::decode(&sealed.encode().unwrap()).unwrap(),
        sealed
    );
}

/// The rule of `signed`: a later version's further fields are ignored, signed and kept.
#[test]
fn unknown_fields_survive() {
    let issuer = key(3);
    let certificate = device(4, "d-s1-c1", "g1", 5, 3);
    let mut bytes = certificate.bytes().to_vec();
    bytes[0] += 1;
    bytes.extend([0x18, 40, 0x61, b'x']);
    let signature = issuer.sign(Domain::CERTIFICATE, &bytes);
    let later = Certificate::from_parts(bytes.clone(), signature).unwrap();
    later.verify(&issuer.public()).unwrap();
    assert_eq!(later.body(), certificate.body());
    let passed_on = Certificate::decode(&later.encode().unwrap()).unwrap();
    assert_eq!(passed_on.bytes(), bytes);
    passed_on.verify(&issuer.public()).unwrap();
    assert_ne!(passed_on.digest(), certificate.digest());
}
