use super::*;
use crate::testing::{Dice, hex, rounds};

fn verdict(text: &str) -> Result<(), &'static str> {
    canonical::check(&hex(text))
}

#[test]
fn canonical_values_pass() {
    for text in [
        "a0",
        "80",
        "00",
        "17",
        "1818",
        "1903e8",
        "20",
        "3863",
        "40",
        "4101",
        "6161",
        "f4",
        "f5",
        "a10001",
        "a2000101820102",
        "a100a0",
        "a10080",
        "a1008180",
        "a200a0018101",
        "a118184101",
    ] {
        assert_eq!(verdict(text), Ok(()), "{text}");
    }
}

#[test]
fn other_spellings_are_refused() {
    for (text, reason) in [
        ("", "ends early"),
        ("a1", "ends early"),
        ("a100", "ends early"),
        ("4201", "ends early"),
        ("9bffffffffffffffff", "ends early"),
        ("bbffffffffffffffff", "a map is too long"),
        ("5bffffffffffffffff", "ends early"),
        ("0000", "has bytes after its end"),
        ("a000", "has bytes after its end"),
        ("1800", "is not in shortest form"),
        ("1817", "is not in shortest form"),
        ("190001", "is not in shortest form"),
        ("1a0000ffff", "is not in shortest form"),
        ("1b00000000ffffffff", "is not in shortest form"),
        ("a10001a0", "has bytes after its end"),
        ("a201010002", "fields are not in ascending order"),
        ("a200010001", "fields are not in ascending order"),
        ("a1616101", "a field has no number"),
        ("a12001", "a field has no number"),
        ("bfff", "has an indefinite length"),
        ("5fff", "has an indefinite length"),
        ("9fff", "has an indefinite length"),
        ("61ff", "text is not UTF-8"),
        (
            "c000",
            "only integers, strings, lists, maps and booleans are allowed",
        ),
        (
            "f6",
            "only integers, strings, lists, maps and booleans are allowed",
        ),
        ("f90000", "is not in shortest form"),
        ("f814", "is not in shortest form"),
        ("81818181818180", "nested too deeply"),
    ] {
        assert_eq!(verdict(text), Err(reason), "{text}");
    }
}

/// Whatever passes the check is read whole by the CBOR library, and written back the same.
#[test]
fn what_passes_is_what_the_library_reads() {
    let mut dice = Dice(11);
    let mut passed = 0;
    for _ in 0..rounds(200_000) {
        let length = dice.below(12);
        let bytes = dice.bytes(length);
        if canonical::check(&bytes).is_ok() {
            passed += 1;
            let mut decoder = minicbor::Decoder::new(&bytes);
            decoder.skip().unwrap();
            assert_eq!(decoder.position(), bytes.len(), "{bytes:02x?}");
        }
    }
    assert!(passed > 100, "only {passed} passed");
}

#[test]
fn the_suite_is_read_before_anything_else() {
    let read = |text| decode_suited::<crate::BatchHeader>("x", &hex(text), 100);
    assert_eq!(read("a10002"), Err(TrustError::UnknownSuite(2)));
    assert_eq!(read("a2000a0199"), Err(TrustError::UnknownSuite(10)));
    for text in ["", "00", "a0", "a10101", "a1006131", "8100"] {
        let wrong = TrustError::malformed("x", "does not begin with a suite");
        assert_eq!(read(text), Err(wrong), "{text}");
    }
    let limit = TrustError::TooLarge {
        what: "x",
        limit: 100,
    };
    assert_eq!(read(&"00".repeat(101)), Err(limit));
}
