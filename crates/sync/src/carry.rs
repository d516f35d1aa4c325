//! What a file holds that somebody carries between a device and its server (docs/adr/0019): the same
//! bodies as an exchange over a network, then photos, then the end. `linli_trust::carry` seals it.

use linli_model::BlobHash;
use linli_trust::carry::CHUNK_BYTES;

use crate::blob::FILE_BYTES;
use crate::error::SyncError;
use crate::limits;

/// Most bytes of a body or photo in one item.
pub const PIECE_BYTES: usize = CHUNK_BYTES - 1;
/// Most bodies of a file. One holds a day of work many times over.
pub const BODIES: usize = 1_024;
/// Most photos of a file: at 16 MiB each it would not fit a usual stick.
pub const PHOTOS: usize = 4_096;
/// Longest code of a refusal.
const CODE_BYTES: usize = 64;

const END: u8 = 0;
const BODY: u8 = 1;
const BODY_ENDS: u8 = 2;
const PHOTO: u8 = 3;
const PIECE: u8 = 4;
const TAKEN: u8 = 5;
const LATER: u8 = 6;
const NEVER: u8 = 7;

/// One sealed chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CarryItem {
    /// A part of a request, or of the answer to one.
    Body {
        /// Its bytes, at most [`PIECE_BYTES`].
        bytes: Vec<u8>,
        /// Whether the body ends here.
        is_last: bool,
    },
    /// A photo begins.
    Photo {
        /// SHA-256 of its bytes.
        hash: BlobHash,
        /// How many bytes follow.
        size: u64,
    },
    /// The next bytes of the photo, at most [`PIECE_BYTES`].
    Piece(Vec<u8>),
    /// What became of a photo. In answers only.
    Outcome {
        /// The photo.
        hash: BlobHash,
        /// What became of it.
        outcome: PhotoOutcome,
    },
    /// The file is complete.
    End,
}

/// What became of a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhotoOutcome {
    /// The server has it.
    Taken,
    /// Not this time, with the server's code.
    Later(String),
    /// The server never takes these bytes, with its code.
    Never(String),
}

impl CarryItem {
    /// The chunk to seal.
    pub fn encode(&self) -> Result<Vec<u8>, SyncError> {
        let (tag, head, bytes): (u8, &[u8], Vec<u8>) = match self {
            Self::Body { bytes, is_last } => {
                let tag = if *is_last { BODY_ENDS } else { BODY };
                (tag, &[], bytes.clone())
            }
            Self::Photo { hash, size } => (PHOTO, &hash.0, size.to_be_bytes().to_vec()),
            Self::Piece(bytes) => (PIECE, &[], bytes.clone()),
            Self::Outcome { hash, outcome } => match outcome {
                PhotoOutcome::Taken => (TAKEN, &hash.0, Vec::new()),
                PhotoOutcome::Later(code) => (LATER, &hash.0, code.clone().into_bytes()),
                PhotoOutcome::Never(code) => (NEVER, &hash.0, code.clone().into_bytes()),
            },
            Self::End => (END, &[], Vec::new()),
        };
        let chunk = [&[tag], head, &bytes].concat();
        if chunk.len() > CHUNK_BYTES {
            return Err(SyncError::Caller("an item longer than a chunk"));
        }
        Ok(chunk)
    }

    /// Reads an opened chunk.
    pub fn decode(chunk: &[u8]) -> Result<Self, SyncError> {
        let wrong = || SyncError::malformed("carried item", "it is cut or too long");
        let (tag, rest) = chunk.split_first().ok_or_else(wrong)?;
        let hashed = || {
            let (hash, rest) = rest.split_first_chunk::<32>().ok_or_else(wrong)?;
            Ok::<_, SyncError>((BlobHash(*hash), rest))
        };
        let code = |rest: &[u8]| {
            let text = std::str::from_utf8(rest).ok();
            let text = text.filter(|text| text.len() <= CODE_BYTES);
            text.map(str::to_owned).ok_or_else(wrong)
        };
        Ok(match *tag {
            BODY | BODY_ENDS => Self::Body {
                bytes: rest.to_vec(),
                is_last: *tag == BODY_ENDS,
            },
            PHOTO => {
                let (hash, size) = hashed()?;
                let size = <[u8; 8]>::try_from(size).map_err(|_| wrong())?;
                let size = u64::from_be_bytes(size);
                Self::Photo { hash, size }
            }
            PIECE => Self::Piece(rest.to_vec()),
            TAKEN | LATER | NEVER => {
                let (hash, rest) = hashed()?;
                let outcome = match *tag {
                    TAKEN if rest.is_empty() => PhotoOutcome::Taken,
                    TAKEN => return Err(wrong()),
                    LATER => PhotoOutcome::Later(code(rest)?),
                    _ => PhotoOutcome::Never(code(rest)?),
                };
                Self::Outcome { hash, outcome }
            }
            END if rest.is_empty() => Self::End,
            END => return Err(wrong()),
            number => {
                return Err(SyncError::Unknown {
                    what: "carried item",
                    number: number.into(),
                });
            }
        })
    }
}

/// The order and the caps of a file: bodies, then photos or what became of them, then the end.
#[derive(Debug, Default)]
pub struct CarryOrder {
    bodies: usize,
    body_bytes: u64,
    is_in_body: bool,
    photos: usize,
    photo_left: u64,
    is_over: bool,
}

impl CarryOrder {
    /// Takes note of the next item, or refuses it.
    pub fn see(&mut self, item: &CarryItem) -> Result<(), SyncError> {
        if self.is_over {
            return Err(SyncError::Order("something after the end of the file"));
        }
        let is_body = matches!(item, CarryItem::Body { .. });
        let is_piece = matches!(item, CarryItem::Piece(_));
        if self.is_in_body && !is_body || (self.photo_left > 0) != is_piece {
            return Err(SyncError::Order("a body or photo that is not finished"));
        }
        match item {
            CarryItem::Body { bytes, is_last } => self.see_body(bytes, *is_last),
            CarryItem::Photo { size, .. } => {
                if *size == 0 || *size > FILE_BYTES {
                    return Err(too_large("carried photo", *size, FILE_BYTES));
                }
                self.photo_left = *size;
                self.count_photo()
            }
            CarryItem::Piece(bytes) => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                let left = self.photo_left.checked_sub(length);
                let left = left.filter(|_| length > 0);
                self.photo_left = left.ok_or(SyncError::Order("a piece that does not fit"))?;
                Ok(())
            }
            CarryItem::Outcome { .. } => self.count_photo(),
            CarryItem::End => {
                self.is_over = true;
                Ok(())
            }
        }
    }

    /// How many whole bodies and photos there were.
    pub fn counts(&self) -> (usize, usize) {
        (self.bodies, self.photos)
    }

    /// Whether the end was seen.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    fn see_body(&mut self, bytes: &[u8], is_last: bool) -> Result<(), SyncError> {
        if self.photos > 0 || self.bodies >= BODIES {
            return Err(SyncError::Order("a body after photos, or too many"));
        }
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.body_bytes = self.body_bytes.saturating_add(length);
        if self.body_bytes > limits::WIRE_BYTES {
            return Err(too_large(
                "carried body",
                self.body_bytes,
                limits::WIRE_BYTES,
            ));
        }
        self.is_in_body = !is_last;
        if is_last {
            self.bodies += 1;
            self.body_bytes = 0;
        }
        Ok(())
    }

    fn count_photo(&mut self) -> Result<(), SyncError> {
        self.photos += 1;
        if self.photos > PHOTOS {
            return Err(SyncError::Order("too many photos"));
        }
        Ok(())
    }
}

fn too_large(what: &'static str, size: u64, cap: u64) -> SyncError {
    SyncError::TooLarge { what, size, cap }
}

#[cfg(test)]
mod tests;
