//! How snapshots are packed in the database. The codec number stands beside the bytes, so a better
//! one can be added and old rows stay readable.

use crate::error::{Result, StoreError};

/// Level 9 is the best ratio before time grows; a snapshot is a few kilobytes.
const LEVEL: i32 = 9;

/// No document comes near this size; a larger number in a row is damage.
const LARGEST: usize = 64 << 20;

const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

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
    match zstd::bulk::compress(&plain, LEVEL) {
        Ok(bytes) if bytes.len() < size => Packed {
            codec: ZSTD,
            size,
            bytes,
        },
        Ok(_) | Err(_) => Packed {
            codec: PLAIN,
            size,
            bytes: plain,
        },
    }
}

/// Unpacks a snapshot.
pub(crate) fn unpack(packed: Packed) -> Result<Vec<u8>> {
    let damaged = |why: String| StoreError::Damaged(format!("snapshot: {why}"));
    if packed.size > LARGEST {
        return Err(damaged(format!("{} bytes", packed.size)));
    }
    let plain = match packed.codec {
        PLAIN => packed.bytes,
        ZSTD => zstd::bulk::decompress(&packed.bytes, packed.size)
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
            assert_eq!(unpack(packed).unwrap(), plain);
        }
        let good = pack(b"snapshot ".repeat(400));
        assert_eq!(good.codec, ZSTD);
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
            assert!(matches!(unpack(bad), Err(StoreError::Damaged(_))));
        }
    }
}
