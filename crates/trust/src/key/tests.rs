use super::*;
use crate::testing::{Dice, every_bit_flip, hex, key, rounds};

/// RFC 8032 §7.1, tests 1 to 3: seed, public key, message, signature.
const RFC_8032: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

#[test]
fn rfc_8032_vectors() {
    for [seed, public, message, signature] in RFC_8032 {
        let key = SigningKey::from_seed(hex(seed).try_into().unwrap());
        assert_eq!(key.public().0.to_vec(), hex(public));
        let signed = key.sign_plain(&hex(message));
        assert_eq!(signed.0.to_vec(), hex(signature));
        key.public().verify_plain(&hex(message), &signed).unwrap();
    }
}

#[test]
fn a_signature_counts_in_its_own_domain_only() {
    let key = key(7);
    for domain in Domain::ALL {
        let signature = key.sign(domain, b"bytes");
        for other in Domain::ALL {
            let verdict = key.public().verify(other, b"bytes", &signature);
            assert_eq!(verdict.is_ok(), other == domain, "{domain:?} {other:?}");
        }
        let plain = key.public().verify_plain(b"bytes", &signature);
        assert_eq!(plain, Err(TrustError::BadSignature(key.id())));
    }
}

#[test]
fn tags_differ_and_hold_no_zero_byte() {
    let tags: std::collections::BTreeSet<_> = Domain::ALL.iter().map(|d| d.tag()).collect();
    assert_eq!(tags.len(), Domain::ALL.len());
    assert!(tags.iter().all(|tag| tag.is_ascii() && !tag.contains('\0')));
}

#[test]
fn every_flip_of_message_or_signature_is_refused() {
    let key = key(7);
    let signature = key.sign(Domain::BATCH, b"a message");
    every_bit_flip(b"a message", |bytes| {
        key.public()
            .verify(Domain::BATCH, bytes, &signature)
            .is_err()
    });
    every_bit_flip(&signature.0, |bytes| {
        let turned = Signature(bytes.try_into().unwrap());
        key.public()
            .verify(Domain::BATCH, b"a message", &turned)
            .is_err()
    });
}

#[test]
fn weak_and_random_public_keys_never_pass_or_panic() {
    // The point of order one: it "verifies" anything under careless rules.
    let mut identity = [0u8; 32];
    identity[0] = 1;
    let mut zero_s = [0u8; 64];
    zero_s[0] = 1;
    let verdict = PublicKey(identity).verify(Domain::BATCH, b"x", &Signature(zero_s));
    assert_eq!(verdict, Err(TrustError::BadKey));
    let mut dice = Dice(1);
    for _ in 0..rounds(500) {
        let public = PublicKey(dice.bytes(32).try_into().unwrap());
        let signature = Signature(dice.bytes(64).try_into().unwrap());
        assert!(public.verify(Domain::BATCH, b"x", &signature).is_err());
    }
}

#[test]
fn ids_actors_and_seeds_belong_to_the_key() {
    let key = key(9);
    assert_eq!(key.id(), key.public().id());
    let actor = key.public().actor(3);
    assert!(actor.is_of(&key.id()));
    assert_eq!(actor.epoch(), 3);
    assert_eq!(*key.seed(), [9; 32]);
}

#[test]
fn a_private_key_is_never_printed() {
    let key = key(9);
    let text = format!("{key:?}");
    assert_eq!(text, format!("SigningKey({}, ***)", key.id()));
    assert!(!text.contains("0909"));
}

#[test]
fn unknown_suites_are_named() {
    assert_eq!(Suite::from_number(1), Ok(Suite::Ed25519Sha256));
    assert_eq!(Suite::from_number(2), Err(TrustError::UnknownSuite(2)));
}
