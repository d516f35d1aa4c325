//! Pages of an SQLCipher 4 file as they are in memory: gaps and free pages included, which no query
//! shows. AES-256-CBC; each page ends with its initialisation vector and a checksum, 80 bytes.

use std::path::Path;

const PAGE: usize = 4096;
const RESERVE: usize = 80;
/// The first page begins with the salt in clear text.
const SALT: usize = 16;
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// Every page of a database and of the log beside it.
pub(crate) fn decrypted(path: &Path, key: &[u8; 32]) -> Vec<u8> {
    let cipher = Aes::new(key);
    let mut all = Vec::new();
    let bytes = std::fs::read(path).unwrap();
    for (number, page) in bytes.chunks_exact(PAGE).enumerate() {
        all.extend(cipher.page(page, number == 0));
    }
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let bytes = std::fs::read(Path::new(&log)).unwrap_or_default();
    for frame in bytes
        .get(LOG_HEADER..)
        .unwrap_or_default()
        .chunks_exact(FRAME_HEADER + PAGE)
    {
        let is_first = frame[..4] == [0, 0, 0, 1];
        all.extend(cipher.page(&frame[FRAME_HEADER..], is_first));
    }
    all
}

struct Aes {
    round_keys: Vec<[u8; 16]>,
    inverse: [u8; 256],
}

fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b > 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        a = (a << 1) ^ (if a & 0x80 == 0 { 0 } else { 0x1b });
        b >>= 1;
    }
    product
}

fn boxes() -> ([u8; 256], [u8; 256]) {
    let (mut forth, mut back) = ([0u8; 256], [0u8; 256]);
    for value in 0..=255u8 {
        let inverse = (1..=255u8)
            .find(|other| times(value, *other) == 1)
            .unwrap_or(0);
        let spread = (0..5).fold(0, |sum, by| sum ^ inverse.rotate_left(by)) ^ 0x63;
        forth[usize::from(value)] = spread;
        back[usize::from(spread)] = value;
    }
    (forth, back)
}

impl Aes {
    fn new(key: &[u8; 32]) -> Self {
        let (forth, inverse) = boxes();
        let mut words: Vec<[u8; 4]> = key.chunks(4).map(|word| word.try_into().unwrap()).collect();
        let mut round = 1u8;
        while words.len() < 60 {
            let mut word = words[words.len() - 1];
            if words.len().is_multiple_of(8) {
                word.rotate_left(1);
                word = word.map(|byte| forth[usize::from(byte)]);
                word[0] ^= round;
                round = times(round, 2);
            } else if words.len() % 8 == 4 {
                word = word.map(|byte| forth[usize::from(byte)]);
            }
            let before = words[words.len() - 8];
            words.push(std::array::from_fn(|at| word[at] ^ before[at]));
        }
        let round_keys = words
            .chunks(4)
            .map(|four| four.concat().try_into().unwrap());
        Self {
            round_keys: round_keys.collect(),
            inverse,
        }
    }

    fn page(&self, page: &[u8], is_first: bool) -> Vec<u8> {
        let skip = if is_first { SALT } else { 0 };
        let mut chained: [u8; 16] = page[PAGE - RESERVE..][..16].try_into().unwrap();
        let mut plain = Vec::with_capacity(PAGE);
        for block in page[skip..PAGE - RESERVE].chunks_exact(16) {
            let block: [u8; 16] = block.try_into().unwrap();
            let open = self.block(block);
            plain.extend((0..16).map(|at| open[at] ^ chained[at]));
            chained = block;
        }
        plain
    }

    fn block(&self, block: [u8; 16]) -> [u8; 16] {
        let add = |state: [u8; 16], key: &[u8; 16]| std::array::from_fn(|at| state[at] ^ key[at]);
        let mut state = add(block, &self.round_keys[14]);
        for round in (0..14).rev() {
            // Rows move back, bytes are replaced, the key goes, columns are unmixed.
            let moved: [u8; 16] = std::array::from_fn(|at| {
                let (row, column) = (at % 4, at / 4);
                self.inverse[usize::from(state[row + 4 * ((column + 4 - row) % 4)])]
            });
            state = add(moved, &self.round_keys[round]);
            if round > 0 {
                state = std::array::from_fn(|at| {
                    let (row, column) = (at % 4, at / 4 * 4);
                    [14, 11, 13, 9]
                        .into_iter()
                        .enumerate()
                        .fold(0, |sum, (by, factor)| {
                            sum ^ times(state[column + (row + by) % 4], factor)
                        })
                });
            }
        }
        state
    }
}

/// FIPS 197, appendix C.3.
#[test]
fn the_cipher_is_the_standard_one() {
    let key: [u8; 32] = std::array::from_fn(|at| at as u8);
    let cipher = [
        0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf, 0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60,
        0x89,
    ];
    let plain: [u8; 16] = std::array::from_fn(|at| (at * 0x11) as u8);
    assert_eq!(Aes::new(&key).block(cipher), plain);
}
