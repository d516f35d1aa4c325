use super::*;
use crate::testing::{Dice, at, key, org, rounds};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// RFC 9421 B.1.4, the key `test-key-ed25519`, as JWK members `d` and `x`.
const RFC_PRIVATE: &str = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU";
const RFC_PUBLIC: &str = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";
/// RFC 9421 B.2.6.
const RFC_SIGNATURE: &str =
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";

#[test]
fn rfc_9421_b_2_6_signing_with_ed25519() {
    let seed = URL_SAFE_NO_PAD.decode(RFC_PRIVATE).unwrap();
    let key = SigningKey::from_seed(seed.try_into().unwrap());
    assert_eq!(URL_SAFE_NO_PAD.encode(key.public().0), RFC_PUBLIC);
    let components = [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("@method", "POST"),
        ("@path", "/foo"),
        ("@authority", "example.com"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ];
    let params = "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \
        \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
    let base = signature_base(&components, params);
    assert!(base.starts_with("\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n"));
    let signature = key.sign_plain(base.as_bytes());
    assert_eq!(STANDARD.encode(signature.0), RFC_SIGNATURE);
    verify_base(&base, &key.public(), &signature).unwrap();
}

/// RFC 9530 appendix B: whole, empty, partial and patched content; RFC 9421 B.2's body.
#[test]
fn rfc_9530_digests() {
    for (body, digest) in [
        (
            &b"{\"hello\": \"world\"}\n"[..],
            "RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=",
        ),
        (b"", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
        (
            b"\"world\"}\n",
            "jjcgBDWNAtbYUXI37CVG3gRuGOAjaaDRGpIUFsdyepQ=",
        ),
        (
            b"{\"title\": \"New Title\"}\n",
            "mEkdbO7Srd9LIOegftO0aBX+VPTVz7/CSHes2Z27gc4=",
        ),
        (
            b"{\"hello\": \"world\"}",
            "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
        ),
    ] {
        let value = format!("sha-256=:{digest}:");
        assert_eq!(ContentDigest::of(body).header_value(), value);
        assert_eq!(ContentDigest::parse(&value), Ok(ContentDigest::of(body)));
    }
}

#[test]
fn other_spellings_of_a_digest_are_refused() {
    let good = ContentDigest::of(b"").header_value();
    for wrong in [
        "",
        "sha-256=::",
        "SHA-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
        "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU:",
        "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=:",
        "sha-256=:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=:",
        "sha-512=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
        &format!(" {good}"),
        &format!("{good}, {good}"),
    ] {
        assert!(ContentDigest::parse(wrong).is_err(), "{wrong}");
    }
}

fn request(target: &str) -> Request<'_> {
    Request {
        method: "POST",
        target,
        content: ContentDigest::of(b"body"),
    }
}

fn signed(target: &str) -> SignatureHeaders {
    sign(
        &request(target),
        &org("d-s1"),
        at(1_700_000_000_999),
        [0xab; 16],
        &key(4),
    )
    .unwrap()
}

fn read_back(
    request: &Request<'_>,
    headers: &SignatureHeaders,
) -> Result<KeyId, HttpSignatureError> {
    let pairs = headers.iter().map(|(name, value)| (name, value.as_bytes()));
    read(request, pairs, &|org| org.as_str() == "d-s1")?.verify(&key(4).public())
}

#[test]
fn our_profile_spelled_out() {
    let headers = signed("/sync/v1/exchange");
    assert_eq!(
        headers.signature_input,
        format!(
            "linli=(\"@method\" \"@path\" \"content-digest\" \"linli-audience\");created=1700000000;nonce=\"{}\";keyid=\"{}\";alg=\"ed25519\";tag=\"linli\"",
            "ab".repeat(16),
            key(4).id(),
        )
    );
    assert_eq!(headers.audience, "d-s1");
    assert_eq!(
        read_back(&request("/sync/v1/exchange"), &headers),
        Ok(key(4).id())
    );
    let pairs = headers.iter().map(|(name, value)| (name, value.as_bytes()));
    let claim = read(&request("/sync/v1/exchange"), pairs, &|_| true).unwrap();
    assert_eq!(
        (claim.created(), claim.nonce()),
        (at(1_700_000_000_000), [0xab; 16])
    );
}

#[test]
fn a_query_is_covered() {
    let headers = signed("/pack?grid=g1");
    assert!(
        headers
            .signature_input
            .contains("\"@path\" \"@query\" \"content-digest\"")
    );
    assert!(read_back(&request("/pack?grid=g1"), &headers).is_ok());
    for other in [
        "/pack",
        "/pack?",
        "/pack?grid=g2",
        "/pack?grid=g1&x",
        "/pac?k?grid=g1",
    ] {
        assert!(read_back(&request(other), &headers).is_err(), "{other}");
    }
    assert!(read_back(&request("/pack?grid=g1"), &signed("/pack")).is_err());
}

#[test]
fn whatever_changes_on_the_way_is_noticed() {
    let headers = signed("/a");
    let other = |request: Request<'_>| read_back(&request, &headers).unwrap_err();
    let good = request("/a");
    let bad_signature = HttpSignatureError::Untrusted(TrustError::BadSignature(key(4).id()));
    assert_eq!(
        other(Request {
            target: "/b",
            ..good
        }),
        bad_signature
    );
    assert_eq!(
        other(Request {
            method: "PUT",
            ..good
        }),
        bad_signature
    );
    let content = ContentDigest::of(b"other");
    assert_eq!(
        other(Request { content, ..good }),
        HttpSignatureError::OtherBody
    );
    let pairs = || headers.iter().map(|(name, value)| (name, value.as_bytes()));
    assert_eq!(
        read(&good, pairs(), &|_| false),
        Err(HttpSignatureError::OtherAudience(org("d-s1")))
    );
    let twice = pairs().chain(pairs().skip(3));
    assert_eq!(
        read(&good, twice, &|_| true),
        Err(HttpSignatureError::Doubled(SIGNATURE))
    );
    for missing in 0..4 {
        let some = pairs()
            .enumerate()
            .filter(|(at, _)| *at != missing)
            .map(|(_, pair)| pair);
        assert!(matches!(
            read(&good, some, &|_| true),
            Err(HttpSignatureError::Missing(_))
        ));
    }
    let claim = read(&good, pairs(), &|_| true).unwrap();
    assert!(claim.verify(&key(5).public()).is_err());
}

#[test]
fn every_edit_of_every_header_is_refused() {
    let headers = signed("/a?b");
    let good = request("/a?b");
    let values: Vec<(&str, Vec<u8>)> = headers
        .iter()
        .map(|(name, value)| (name, value.as_bytes().to_vec()))
        .collect();
    let accepted = |values: &[(&str, Vec<u8>)]| {
        let pairs = values.iter().map(|(name, value)| (*name, value.as_slice()));
        read(&good, pairs, &|_| true)
            .and_then(|claim| claim.verify(&key(4).public()))
            .is_ok()
    };
    assert!(accepted(&values));
    for which in 0..values.len() {
        for place in 0..values[which].1.len() {
            for bit in 0..8 {
                let mut edited = values.clone();
                edited[which].1[place] ^= 1 << bit;
                assert!(
                    !accepted(&edited),
                    "header {which}, byte {place}, bit {bit}"
                );
            }
            let mut edited = values.clone();
            edited[which].1.insert(place, b' ');
            assert!(!accepted(&edited));
            edited[which].1.truncate(place);
            assert!(!accepted(&edited));
        }
    }
}

#[test]
fn odd_targets_and_methods_are_refused() {
    let refused = |method: &str, target: &str| {
        let odd = Request {
            method,
            target,
            content: ContentDigest::of(b""),
        };
        sign(&odd, &org("d"), at(0), [0; 16], &key(4)) == Err(HttpSignatureError::BadTarget)
    };
    for target in [
        "",
        "a",
        "/a b",
        "/a\n",
        "/a\"",
        "/a#b",
        "/里",
        "*",
        "http://h/a",
        "/a\\b",
    ] {
        assert!(refused("GET", target), "{target}");
    }
    for method in ["", "get", "GET ", "GE\nT", "ABCDEFGHIJKLMNOPQ"] {
        assert!(refused(method, "/"), "{method}");
    }
    assert!(!refused("GET", "/"));
}

#[test]
fn random_headers_never_panic() {
    let mut dice = Dice(61);
    let headers = signed("/a");
    for _ in 0..rounds(5_000) {
        let mut values: Vec<Vec<u8>> = headers
            .iter()
            .map(|(_, value)| value.as_bytes().to_vec())
            .collect();
        let which = dice.below(4);
        let length = dice.below(80);
        let start = dice.below(values[which].len());
        let end = (start + dice.below(30)).min(values[which].len());
        let filler = dice.bytes(length);
        values[which].splice(start..end, filler);
        if headers
            .iter()
            .zip(&values)
            .all(|((_, old), new)| old.as_bytes() == new)
        {
            continue;
        }
        let names = headers.iter().map(|(name, _)| name);
        let pairs = names.zip(values.iter().map(Vec::as_slice));
        let read = read(&request("/a"), pairs, &|_| true);
        assert!(read.is_err() || read.unwrap().verify(&key(4).public()).is_err());
    }
}
