use linli_model::KeyId;
use proptest::prelude::*;

use super::{CHUNK_BYTES, LENGTH_BYTES};
use super::{CarryHeader, CarryLabel, CarryOpener, CarrySealer, CarryWay, HEADER_BYTES};
use crate::error::TrustError;
use crate::key::SigningKey;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32])
}

fn label(device: &SigningKey, server: &SigningKey) -> CarryLabel {
    CarryLabel {
        way: CarryWay::Out,
        device: device.id(),
        server: server.id(),
        org: "990101001001".parse().unwrap(),
        sequence: 7,
    }
}

/// A file with these chunks.
fn sealed(chunks: &[&[u8]]) -> Vec<u8> {
    let (device, server) = (key(1), key(2));
    let label = label(&device, &server);
    let mut sealer = CarrySealer::begin(label, &device, &server.public(), [3; 32]).unwrap();
    let body: Vec<u8> = chunks
        .iter()
        .flat_map(|chunk| sealer.chunk(chunk).unwrap())
        .collect();
    [&sealer.finish().encode().unwrap()[..], &body].concat()
}

/// What a receiver makes of a file.
fn opened(file: &[u8], own: &SigningKey, from: &SigningKey) -> Result<Vec<Vec<u8>>, TrustError> {
    let (header, mut rest) = file.split_at_checked(HEADER_BYTES).unwrap_or((file, &[]));
    let header = CarryHeader::decode(header)?;
    let mut check = header.check()?;
    check.update(rest);
    check.finish()?;
    let mut opener = CarryOpener::begin(&header, own, &from.public())?;
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest
            .split_first_chunk::<LENGTH_BYTES>()
            .ok_or(TrustError::CarryDamaged)?;
        let length = CarryHeader::chunk_length(*length)?;
        let (chunk, after) = after
            .split_at_checked(length)
            .ok_or(TrustError::CarryDamaged)?;
        chunks.push(opener.chunk(chunk)?);
        rest = after;
    }
    Ok(chunks)
}

/// The same file with a hash that fits, as somebody makes it who changes it on purpose.
fn rehashed(file: &[u8]) -> Option<Vec<u8>> {
    let (header, rest) = file.split_at_checked(HEADER_BYTES)?;
    let mut header = CarryHeader::decode(header).ok()?;
    let mut hash = super::header::begin_hash(&header.label.encode().ok()?, &header.key);
    sha2::Digest::update(&mut hash, rest);
    header.digest = sha2::Digest::finalize(hash).into();
    header.length = rest.len() as u64;
    Some([&header.encode().ok()?[..], rest].concat())
}

#[test]
fn only_the_server_opens_what_its_device_sealed() {
    let file = sealed(&[b"one", b"", &vec![5; CHUNK_BYTES]]);
    let chunks = opened(&file, &key(2), &key(1)).unwrap();
    assert_eq!(chunks, [b"one".to_vec(), Vec::new(), vec![5; CHUNK_BYTES]]);
    for (own, from) in [(3, 1), (1, 1), (2, 3), (1, 2)] {
        let refused = opened(&file, &key(own), &key(from));
        assert_eq!(refused, Err(TrustError::CarrySeal), "{own} {from}");
    }
}

#[test]
fn nothing_stands_open_but_the_label() {
    let file = sealed(&[b"the fence at house 9 is down"]);
    let hidden = |text: &[u8]| !file.windows(text.len()).any(|window| window == text);
    assert!(hidden(b"fence") && hidden(b"house"));
    assert!(!hidden(b"990101001001"), "the search finds what is there");
}

#[test]
fn a_changed_byte_is_noticed_wherever_it_is() {
    let file = sealed(&[b"one", b"two"]);
    let whole = opened(&file, &key(2), &key(1));
    assert!(whole.is_ok());
    for at in 0..file.len() {
        for bit in [1, 0x80] {
            let mut changed = file.clone();
            changed[at] ^= bit;
            let refused = opened(&changed, &key(2), &key(1)).unwrap_err();
            let expected = match at {
                0..8 => TrustError::NotCarried,
                8 => TrustError::CarryFormat(1 ^ bit),
                _ => TrustError::CarryDamaged,
            };
            assert_eq!(refused, expected, "byte {at}");
            // A hash that fits is no help: length and hash themselves say nothing else.
            let is_claim = (HEADER_BYTES - 40..HEADER_BYTES).contains(&at);
            if let Some(forged) = rehashed(&changed).filter(|_| !is_claim) {
                let refused = opened(&forged, &key(2), &key(1)).unwrap_err();
                let known = [TrustError::CarrySeal, TrustError::CarryDamaged];
                assert!(known.contains(&refused), "byte {at}: {refused}");
            }
        }
    }
}

#[test]
fn a_cut_file_is_noticed_at_every_length() {
    let file = sealed(&[b"one", b"two"]);
    for length in 0..file.len() {
        let refused = opened(&file[..length], &key(2), &key(1)).unwrap_err();
        let known = [TrustError::NotCarried, TrustError::CarryDamaged];
        assert!(known.contains(&refused), "{length}: {refused}");
    }
    let longer = [&file[..], &[0]].concat();
    let refused = opened(&longer, &key(2), &key(1));
    assert_eq!(refused, Err(TrustError::CarryDamaged));
}

#[test]
fn chunks_do_not_change_places_or_files() {
    let file = sealed(&[b"one", b"two"]);
    let (header, body) = file.split_at(HEADER_BYTES);
    let (first, second) = body.split_at(body.len() / 2);
    let swapped = rehashed(&[header, second, first].concat()).unwrap();
    assert_eq!(
        opened(&swapped, &key(2), &key(1)),
        Err(TrustError::CarrySeal)
    );
    let mut other = label(&key(1), &key(2));
    other.sequence = 8;
    let mut sealer = CarrySealer::begin(other, &key(1), &key(2).public(), [4; 32]).unwrap();
    let foreign = sealer.chunk(b"one").unwrap();
    let mixed = rehashed(&[header, foreign.as_slice(), second].concat()).unwrap();
    assert_eq!(opened(&mixed, &key(2), &key(1)), Err(TrustError::CarrySeal));
}

#[test]
fn the_format_of_today_is_read_for_ever() {
    let file = include_bytes!("fixture-1.carry");
    let chunks = opened(file, &key(2), &key(1)).unwrap();
    assert_eq!(chunks, [b"one".to_vec(), b"two".to_vec()]);
    assert_eq!(file.as_slice(), sealed(&[b"one", b"two"]));
}

proptest! {
    #[test]
    fn a_label_reads_back(device: [u8; 16], server: [u8; 16], sequence: u64, back: bool) {
        let label = CarryLabel {
            way: if back { CarryWay::Back } else { CarryWay::Out },
            device: KeyId(device),
            server: KeyId(server),
            org: "990101001-parks".parse().unwrap(),
            sequence,
        };
        let (own, to) = (key(1), key(2).public());
        let header = CarrySealer::begin(label, &own, &to, [9; 32]).unwrap().finish();
        let bytes = header.encode().unwrap();
        prop_assert_eq!(CarryHeader::decode(&bytes), Ok(header));
    }

    #[test]
    fn strange_bytes_are_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), ours: bool) {
        if ours {
            let magic = b"LINLICRY\x01\x01";
            bytes.splice(0..bytes.len().min(magic.len()), magic.iter().copied());
        }
        prop_assert!(opened(&bytes, &key(2), &key(1)).is_err());
        if let Some(forged) = rehashed(&bytes) {
            let opened = opened(&forged, &key(2), &key(1));
            prop_assert!(opened.is_err() || opened == Ok(Vec::new()));
        }
    }
}
