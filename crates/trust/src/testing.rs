//! Help for tests: fixed keys, a small tree of organisations, and hostile edits of bytes.

use linli_model::{OrgId, Timestamp};

use crate::certificate::{Certificate, CertificateBody};
use crate::certificate_store::CertificateStore;
use crate::key::SigningKey;
use crate::signed::Signed;

/// Seeded numbers (splitmix64): the same seed gives the same run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit.max(1) as u64)).unwrap()
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[3]).collect()
    }
}

/// How many times a test repeats its random part: `LINLI_SOAK` multiplies.
pub(crate) fn rounds(base: usize) -> usize {
    let factor = std::env::var("LINLI_SOAK").ok();
    base * factor.and_then(|text| text.parse().ok()).unwrap_or(1usize)
}

pub(crate) fn key(number: u8) -> SigningKey {
    SigningKey::from_seed([number; 32])
}

pub(crate) fn org(code: &str) -> OrgId {
    OrgId::new(code).unwrap()
}

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp(ms)
}

/// Organisations are nested by their codes: `d` holds `d-s1`, which holds `d-s1-c1`.
pub(crate) fn within(upper: &OrgId, lower: &OrgId) -> bool {
    lower == upper
        || lower
            .as_str()
            .strip_prefix(upper.as_str())
            .is_some_and(|rest| rest.starts_with('-'))
}

/// The district's root, key 1, valid from 0 to 1,000,000.
pub(crate) fn root() -> Certificate {
    CertificateBody::root(&key(1), org("d"), at(0)..at(1_000_000)).unwrap()
}

pub(crate) fn desk(number: u8, code: &str, epoch: u64, from: i64, issuer: u8) -> Certificate {
    let issuer = key(issuer);
    let valid = at(from)..at(1_000_000);
    let serial = u64::try_from(from).unwrap() + 1;
    let body = CertificateBody::desk(
        key(number).public(),
        org(code),
        epoch,
        serial,
        valid,
        issuer.id(),
    );
    Signed::seal(body, &issuer).unwrap()
}

pub(crate) fn device(number: u8, code: &str, grid: &str, from: i64, issuer: u8) -> Certificate {
    let issuer = key(issuer);
    let valid = at(from)..at(from + 90_000);
    let serial = u64::try_from(from).unwrap() + 1;
    let body = CertificateBody::desk(
        key(number).public(),
        org(code),
        1,
        serial,
        valid,
        issuer.id(),
    )
    .for_device([grid.parse().unwrap()], ["w1".parse().unwrap()]);
    Signed::seal(body, &issuer).unwrap()
}

/// Root (key 1), street `d-s1` (key 2), community `d-s1-c1` (key 3), a device of grid `g1` and staff
/// `w1` (key 4), everything received at 0.
pub(crate) fn store() -> CertificateStore {
    let mut store = CertificateStore::new(root()).unwrap();
    for certificate in [
        desk(2, "d-s1", 1, 0, 1),
        desk(3, "d-s1-c1", 1, 0, 2),
        device(4, "d-s1-c1", "g1", 0, 3),
    ] {
        store.insert(certificate, at(0), &within).unwrap();
    }
    store
}

/// Calls `refused` with every copy of `bytes` in which one bit is turned.
pub(crate) fn every_bit_flip(bytes: &[u8], mut refused: impl FnMut(&[u8]) -> bool) {
    let mut copy = bytes.to_vec();
    for index in 0..copy.len() {
        for bit in 0..8 {
            copy[index] ^= 1 << bit;
            assert!(
                refused(&copy),
                "bit {bit} of byte {index} was turned and accepted"
            );
            copy[index] ^= 1 << bit;
        }
    }
}

/// Feeds `reader` every truncation of `bytes`, mutated copies and random bytes. The reader must not
/// panic; it must refuse every truncation.
pub(crate) fn hostile_bytes(bytes: &[u8], seed: u64, mut reader: impl FnMut(&[u8]) -> bool) {
    for end in 0..bytes.len() {
        assert!(!reader(&bytes[..end]), "accepted the first {end} bytes");
    }
    let mut dice = Dice(seed);
    for _ in 0..rounds(2_000) {
        let mut copy = bytes.to_vec();
        for _ in 0..=dice.below(4) {
            mutate(&mut copy, &mut dice);
        }
        reader(&copy);
        let length = dice.below(200);
        reader(&dice.bytes(length));
    }
}

fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    const TELLING: [u8; 12] = [
        0, 1, 0x17, 0x18, 0x1b, 0x5b, 0x7f, 0x80, 0x9f, 0xbb, 0xf6, 0xff,
    ];
    let place = dice.below(bytes.len() + 1);
    match dice.below(5) {
        0 if place < bytes.len() => bytes[place] ^= 1 << dice.below(8),
        1 if place < bytes.len() => bytes[place] = TELLING[dice.below(TELLING.len())],
        2 => bytes.insert(place, TELLING[dice.below(TELLING.len())]),
        3 => {
            let end = (place + dice.below(16)).min(bytes.len());
            bytes.drain(place..end);
        }
        _ => {
            let end = (place + dice.below(16)).min(bytes.len());
            let piece = bytes[place..end].to_vec();
            bytes.extend(piece);
        }
    }
}

/// Reads lower-case or upper-case hex, ignoring white space.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| u8::try_from(c.to_digit(16).unwrap()).unwrap())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}
