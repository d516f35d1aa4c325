//! How snapshots are packed in the database. The codec number stands beside the bytes, so a better
//! one can be added and old rows stay readable.

use std::cell::RefCell;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

use crate::error::{Result, StoreError};

/// Level 9 is the best ratio before time grows; a snapshot is a few kilobytes.
const LEVEL: i32 = 9;

/// No document comes near this size; a larger number in a row is damage.
const LARGEST: usize = 64 << 20;

const PLAIN: u8 = 0;
const ZSTD: u8 = 1;
const ZSTD_1: u8 = 2;

/// Version 1 of the dictionary, made by `examples/train_dictionary.rs` from invented documents.
/// Without it a document of half a kilobyte hardly shrinks. It is never changed: rows need it.
const DICTIONARY_1: &[u8] = include_bytes!("../assets/snapshot-1.zdict");
static PACK_1: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY_1, LEVEL));
static UNPACK_1: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY_1));

thread_local! {
    // Making either costs as much as packing a small document, so each thread keeps its own.
    static PACKER: RefCell<Option<Compressor<'static>>> =
        RefCell::new(Compressor::with_prepared_dictionary(&PACK_1).ok());
    static UNPACKER: RefCell<Option<Decompressor<'static>>> =
        RefCell::new(Decompressor::with_prepared_dictionary(&UNPACK_1).ok());
}

/// Packed bytes with what is needed to unpack them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packed {
    pub(crate) codec: u8,
    pub(crate) size: usize,
    pub(crate) bytes: Vec<u8>,
}

/// Packs a snapshot; keeps it as it is when packing does not make it smaller.
pub(crate) fn pack(plain: Vec<u8>) -> Packed {
    let size = plain.len();
    let packed = PACKER.with_borrow_mut(|packer| packer.as_mut()?.compress(&plain).ok());
    match packed {
        Some(bytes) if bytes.len() < size => Packed {
            codec: ZSTD_1,
            size,
            bytes,
        },
        Some(_) | None => Packed {
            codec: PLAIN,
            size,
            bytes: plain,
        },
    }
}

/// Unpacks a snapshot.
pub(crate) fn unpack(packed: &Packed) -> Result<Vec<u8>> {
    let damaged = |why: String| StoreError::Damaged(format!("snapshot: {why}"));
    if packed.size > LARGEST {
        return Err(damaged(format!("{} bytes", packed.size)));
    }
    let plain = match packed.codec {
        PLAIN => packed.bytes.clone(),
        ZSTD => zstd::bulk::decompress(&packed.bytes, packed.size)
            .map_err(|error| damaged(error.to_string()))?,
        ZSTD_1 => UNPACKER
            .with_borrow_mut(|unpacker| match unpacker {
                Some(unpacker) => unpacker.decompress(&packed.bytes, packed.size),
                None => Err(std::io::ErrorKind::OutOfMemory.into()),
            })
            .map_err(|error| damaged(error.to_string()))?,
        other => return Err(damaged(format!("unknown codec {other}"))),
    };
    if plain.len() == packed.size {
        Ok(plain)
    } else {
        Err(damaged(format!(
            "{} bytes instead of {}",
            plain.len(),
            packed.size
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_refuses_damage() {
        for plain in [Vec::new(), b"x".to_vec(), b"snapshot ".repeat(400)] {
            let packed = pack(plain.clone());
            assert!(packed.bytes.len() <= plain.len());
            assert_eq!(unpack(&packed).unwrap(), plain);
        }
        let good = pack(b"snapshot ".repeat(400));
        assert_eq!(good.codec, ZSTD_1);
        for bad in [
            Packed {
                codec: 9,
                ..good.clone()
            },
            Packed {
                size: good.size - 1,
                ..good.clone()
            },
            Packed {
                size: LARGEST + 1,
                ..good.clone()
            },
            Packed {
                bytes: b"nonsense".to_vec(),
                ..good.clone()
            },
        ] {
            assert!(matches!(unpack(&bad), Err(StoreError::Damaged(_))));
        }
    }

    #[test]
    fn rows_without_dictionary_stay_readable() {
        let plain = b"snapshot ".repeat(40);
        let old = Packed {
            codec: ZSTD,
            size: plain.len(),
            bytes: zstd::bulk::compress(&plain, 3).unwrap(),
        };
        assert_eq!(unpack(&old).unwrap(), plain);
    }

    #[test]
    fn the_dictionary_is_the_one_that_rows_were_packed_with() {
        use sha2::{Digest as _, Sha256};
        let digest: [u8; 32] = Sha256::digest(DICTIONARY_1).into();
        let wanted = "9317253cebf8225955ad5960dff2589d21ce135f16a509d1a94ff354e3283e4f";
        let found: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found.concat(), wanted, "a version is never made twice");
    }
}
