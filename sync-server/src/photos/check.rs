//! Whether a file is a photo and nothing but a photo: JPEG, PNG or WebP by content, within size and
//! pixels, whole, without anything that a camera or a stranger wrote beside the picture; or a voice note
//! in its one form (docs/trust.md).

use std::io::Cursor;

use image::{ImageDecoder as _, ImageFormat, ImageReader, Limits};
use linli_model::case::VOICE_TYPE;
use linli_sync::voice::{self, NotAVoice};

mod jpeg;
mod png;
mod webp;

/// Why a file is not taken. A stable code for each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPhoto {
    /// Longer than allowed.
    #[error("{size} bytes, {limit} are allowed")]
    TooLong {
        /// Bytes.
        size: u64,
        /// Allowed bytes.
        limit: u64,
    },
    /// Neither JPEG, PNG or WebP nor Ogg.
    #[error("the content is neither JPEG, PNG or WebP nor a voice note in Ogg")]
    OtherFormat,
    /// More pixels than allowed.
    #[error("{width} x {height} pixels, {limit} are allowed")]
    TooManyPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Allowed pixels.
        limit: u64,
    },
    /// Something stands beside the picture: EXIF, XMP, IPTC, a comment, a second file.
    #[error("{0} stands beside the picture; photos travel without it")]
    Extra(&'static str),
    /// Cut off or damaged.
    #[error("the picture is damaged: {0}")]
    Damaged(String),
    /// Ogg, but no voice note.
    #[error("no voice note: {0}")]
    Voice(#[from] NotAVoice),
}

impl NotAPhoto {
    /// The code for answers and counters.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "PHOTO_TOO_LONG",
            Self::OtherFormat => "PHOTO_FORMAT",
            Self::TooManyPixels { .. } => "PHOTO_PIXELS",
            Self::Extra(_) => "PHOTO_METADATA",
            Self::Damaged(_) => "PHOTO_DAMAGED",
            Self::Voice(NotAVoice::TooLarge(_) | NotAVoice::Length(_)) => "VOICE_TOO_LONG",
            Self::Voice(NotAVoice::OtherSound) => "VOICE_FORMAT",
            Self::Voice(NotAVoice::Extra) => "VOICE_METADATA",
            Self::Voice(NotAVoice::Damaged(_)) => "VOICE_DAMAGED",
        }
    }
}

/// What a photo may be.
#[derive(Debug, Clone, Copy)]
pub struct Allowed {
    /// Bytes.
    pub bytes: u64,
    /// Pixels.
    pub pixels: u64,
}

/// Checks a whole file. Decodes a picture once with bounded memory; keeps nothing.
pub fn check(bytes: &[u8], allowed: Allowed) -> Result<&'static str, NotAPhoto> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > allowed.bytes {
        let limit = allowed.bytes;
        return Err(NotAPhoto::TooLong { size, limit });
    }
    if voice::is_ogg(bytes) {
        voice::check(bytes)?;
        return Ok(VOICE_TYPE);
    }
    let format = image::guess_format(bytes).map_err(|_| NotAPhoto::OtherFormat)?;
    // The first bytes said which of the three it is; every other format has no decoder here.
    let mime = if format == ImageFormat::Jpeg {
        jpeg::check(bytes)?;
        "image/jpeg"
    } else if format == ImageFormat::Png {
        png::check(bytes)?;
        "image/png"
    } else if format == ImageFormat::WebP {
        webp::check(bytes)?;
        "image/webp"
    } else {
        return Err(NotAPhoto::OtherFormat);
    };
    decode(bytes, format, allowed.pixels)?;
    Ok(mime)
}

fn decode(bytes: &[u8], format: ImageFormat, pixels: u64) -> Result<(), NotAPhoto> {
    let damaged = |error: image::ImageError| NotAPhoto::Damaged(error.to_string());
    let mut limits = Limits::no_limits();
    // Four bytes for each pixel, with as much again for the decoder's own work.
    limits.max_alloc = Some(pixels.saturating_mul(8));
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > pixels {
        return Err(NotAPhoto::TooManyPixels {
            width,
            height,
            limit: pixels,
        });
    }
    image::DynamicImage::from_decoder(decoder).map_err(damaged)?;
    Ok(())
}

/// Bytes at a place, or the picture is cut off.
fn take(bytes: &[u8], at: usize, len: usize) -> Result<&[u8], NotAPhoto> {
    at.checked_add(len)
        .and_then(|end| bytes.get(at..end))
        .ok_or_else(|| NotAPhoto::Damaged("cut off".into()))
}

#[cfg(test)]
mod tests;
