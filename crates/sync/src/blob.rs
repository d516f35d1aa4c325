//! Photos: the words of tus 1.0 that both ends use.
//!
//! An upload is created with its length and metadata, sent in pieces of 64 KiB each with its own
//! checksum, and resumed at the offset that the server names. The server calls it complete only
//! when SHA-256 of all stored bytes is the blob's id.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use linli_model::{BlobHash, IdError, RecordId, Scope};
use sha2::{Digest as _, Sha256};

use crate::error::SyncError;

/// The version of tus, in `Tus-Resumable` and `Tus-Version`.
pub const TUS_VERSION: &str = "1.0.0";
/// The extensions that the server speaks, in `Tus-Extension`.
pub const TUS_EXTENSIONS: &str = "creation,checksum,expiration";
/// The checksum algorithm, in `Tus-Checksum-Algorithm` and before each checksum.
pub const TUS_CHECKSUM: &str = "sha256";
/// The path under which uploads are created.
pub const FILES_PATH: &str = "/files/";
/// The content type of a `PATCH`.
pub const PATCH_TYPE: &str = "application/offset+octet-stream";
/// The status of a `PATCH` whose bytes do not match their checksum: nothing was kept.
pub const CHECKSUM_MISMATCH: u16 = 460;
/// Bytes in one `PATCH`: 10 seconds at 50 kbit/s (docs/sync.md).
pub const PATCH_BYTES: u64 = 64 * 1024;
/// Largest file: a photo of a modern phone at full size.
pub const FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Names of headers, in lower case.
pub mod header {
    /// The version that a request or response speaks.
    pub const TUS_RESUMABLE: &str = "tus-resumable";
    /// The versions that the server speaks.
    pub const TUS_VERSION: &str = "tus-version";
    /// The extensions that the server speaks.
    pub const TUS_EXTENSION: &str = "tus-extension";
    /// The largest file that the server takes.
    pub const TUS_MAX_SIZE: &str = "tus-max-size";
    /// The checksum algorithms that the server knows.
    pub const TUS_CHECKSUM_ALGORITHM: &str = "tus-checksum-algorithm";
    /// The length of the whole file.
    pub const UPLOAD_LENGTH: &str = "upload-length";
    /// How many bytes the server has.
    pub const UPLOAD_OFFSET: &str = "upload-offset";
    /// What the file is: see [`UploadMetadata`](super::UploadMetadata).
    pub const UPLOAD_METADATA: &str = "upload-metadata";
    /// The checksum of one piece.
    pub const UPLOAD_CHECKSUM: &str = "upload-checksum";
    /// When an unfinished upload is thrown away.
    pub const UPLOAD_EXPIRES: &str = "upload-expires";
}

/// What an upload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadMetadata {
    /// SHA-256 of the file's bytes: its id.
    pub blob: BlobHash,
    /// The record that names it.
    pub record: RecordId,
    /// The scope of that record, for the server's permission check.
    pub scope: Scope,
    /// `image/jpeg` and the like.
    pub mime: String,
}

impl UploadMetadata {
    /// The value of `Upload-Metadata`.
    pub fn to_header(&self) -> String {
        let pairs = [
            ("blob", self.blob.to_string()),
            ("record", self.record.to_string()),
            ("scope", self.scope.to_string()),
            ("mime", self.mime.clone()),
        ];
        let pairs = pairs.map(|(key, value)| format!("{key} {}", BASE64.encode(value)));
        pairs.join(",")
    }

    /// Reads the value of `Upload-Metadata`. Keys that are not known are ignored.
    pub fn from_header(value: &str) -> Result<Self, SyncError> {
        const NAME: &str = "Upload-Metadata";
        if value.len() > 1_024 {
            return Err(SyncError::too_large(NAME, value.len(), 1_024));
        }
        let find = |wanted: &'static str| {
            let pairs = value
                .split(',')
                .filter_map(|pair| pair.trim().split_once(' '));
            let mut values = pairs
                .filter(|(key, _)| *key == wanted)
                .map(|(_, value)| value);
            let (Some(found), None) = (values.next(), values.next()) else {
                return Err(SyncError::malformed(NAME, format!("not one {wanted}")));
            };
            let bytes = BASE64
                .decode(found)
                .map_err(|e| SyncError::malformed(NAME, e.to_string()))?;
            String::from_utf8(bytes).map_err(|e| SyncError::malformed(NAME, e.to_string()))
        };
        let wrong = |e: IdError| SyncError::malformed(NAME, e.to_string());
        let mime = find("mime")?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'+' | b'.');
        if mime.is_empty() || mime.len() > 64 || !mime.bytes().all(plain) {
            return Err(SyncError::malformed(NAME, "not a media type"));
        }
        Ok(Self {
            blob: find("blob")?.parse().map_err(wrong)?,
            record: find("record")?.parse().map_err(wrong)?,
            scope: find("scope")?.parse().map_err(wrong)?,
            mime,
        })
    }
}

/// The value of `Upload-Checksum` for a piece.
pub fn checksum_header(piece: &[u8]) -> String {
    format!("{TUS_CHECKSUM} {}", BASE64.encode(Sha256::digest(piece)))
}

/// Whether a piece matches its `Upload-Checksum`; an error when the header is none of ours.
pub fn checksum_matches(value: &str, piece: &[u8]) -> Result<bool, SyncError> {
    const NAME: &str = "Upload-Checksum";
    let (algorithm, digest) = value
        .split_once(' ')
        .ok_or_else(|| SyncError::malformed(NAME, "no algorithm"))?;
    if algorithm != TUS_CHECKSUM {
        return Err(SyncError::malformed(NAME, "an algorithm other than sha256"));
    }
    let digest = BASE64
        .decode(digest)
        .map_err(|e| SyncError::malformed(NAME, e.to_string()))?;
    Ok(digest == Sha256::digest(piece).as_slice())
}

/// How many bytes the next `PATCH` carries; none when the file is complete or the offset is
/// beyond it.
pub fn next_piece(offset: u64, length: u64) -> Option<u64> {
    length
        .checked_sub(offset)
        .filter(|left| *left > 0)
        .map(|left| left.min(PATCH_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> UploadMetadata {
        UploadMetadata {
            blob: BlobHash([7; 32]),
            record: RecordId([8; 16]),
            scope: "cases/110101001001G03".parse().unwrap(),
            mime: "image/jpeg".to_owned(),
        }
    }

    #[test]
    fn metadata_survives_with_what_others_add() {
        let header = metadata().to_header();
        assert_eq!(UploadMetadata::from_header(&header), Ok(metadata()));
        let more = format!("filename d29ybGQ=, {header},is_confidential");
        assert_eq!(UploadMetadata::from_header(&more), Ok(metadata()));
    }

    #[test]
    fn metadata_that_is_missing_doubled_or_odd_is_refused() {
        let header = metadata().to_header();
        for wrong in [
            String::new(),
            header.replacen("blob", "blub", 1),
            format!("{header},{header}"),
            header.replace(
                &BASE64.encode("image/jpeg"),
                &BASE64.encode("image/\r\njpeg"),
            ),
            header.replace(&BASE64.encode("image/jpeg"), "****"),
            "x".repeat(2_000),
        ] {
            assert!(UploadMetadata::from_header(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn checksums_are_those_of_the_standard() {
        // SHA-256 of "abc": FIPS 180-2, appendix B.1.
        let header = "sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
        assert_eq!(checksum_header(b"abc"), header);
        assert_eq!(checksum_matches(header, b"abc"), Ok(true));
        assert_eq!(checksum_matches(header, b"abd"), Ok(false));
        assert!(checksum_matches("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", b"abc").is_err());
        assert!(checksum_matches("sha256", b"abc").is_err());
    }

    #[test]
    fn pieces_cover_a_file_exactly() {
        for length in [
            0,
            1,
            PATCH_BYTES - 1,
            PATCH_BYTES,
            PATCH_BYTES + 1,
            1_000_000,
        ] {
            let mut offset = 0;
            while let Some(piece) = next_piece(offset, length) {
                assert!((1..=PATCH_BYTES).contains(&piece));
                offset += piece;
            }
            assert_eq!(offset, length);
        }
        assert_eq!(next_piece(5, 4), None);
    }
}
