//! A photo becomes evidence: checked, turned upright, made small, freed of everything a camera
//! writes beside the picture (docs/trust.md).

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb};
use linli_model::BlobHash;
use sha2::{Digest, Sha256};

/// The largest file that is looked at, in bytes: twice the 8 MB that a server takes, since a camera
/// original shrinks here before it is sent.
pub const MAX_INPUT_BYTES: usize = 24 * 1024 * 1024;
/// The largest picture that is decoded, in pixels (20 MP, docs/trust.md).
pub const MAX_PIXELS: u64 = 20_000_000;
/// The longer edge of the working copy, in pixels. The working copy is the evidence.
pub const LONG_EDGE: u32 = 1600;
/// The same where there is little room.
pub const SMALL_EDGE: u32 = 1280;
/// The longer edge of the small copy for lists, in pixels.
pub const THUMBNAIL_EDGE: u32 = 320;
/// The size that the working copy should not exceed, in bytes.
pub const WANTED_BYTES: usize = 400 * 1024;

/// Memory that the decoder may take, in bytes: 20 MP of four bytes with room for one copy.
const MAX_DECODE_BYTES: u64 = 200 * 1024 * 1024;

/// Why a file is not taken as a photo. Nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// The file is larger than [`MAX_INPUT_BYTES`].
    #[error("{bytes} bytes are more than the {MAX_INPUT_BYTES} that a photo may have")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The content is not JPEG, PNG or WebP, whatever the file's name says.
    #[error("the content is not a JPEG, PNG or WebP picture")]
    NotAPicture,
    /// The picture has more than [`MAX_PIXELS`].
    #[error("{width} x {height} pixels are more than 20 million")]
    TooManyPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The picture is cut off or damaged.
    #[error("the picture is damaged: {0}")]
    Damaged(String),
}

/// A photo ready to be stored: the bytes named by their hash, and a small copy for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedPhoto {
    /// SHA-256 of `jpeg`: the name of the photo everywhere.
    pub hash: BlobHash,
    /// The working copy, a baseline JPEG without EXIF, XMP, IPTC or embedded thumbnail.
    pub jpeg: Vec<u8>,
    /// The small copy, also a bare JPEG.
    pub thumbnail: Vec<u8>,
    /// Pixels across, after turning upright.
    pub width: u32,
    /// Pixels down, after turning upright.
    pub height: u32,
}

/// Makes a photo ready to be stored.
pub fn prepare(file: &[u8]) -> Result<PreparedPhoto, PhotoError> {
    finish(&decode(file)?, LONG_EDGE)
}

/// The same with a smaller working copy, where there is little room.
pub fn prepare_tight(file: &[u8]) -> Result<PreparedPhoto, PhotoError> {
    finish(&decode(file)?, SMALL_EDGE)
}

fn finish(picture: &DynamicImage, long_edge: u32) -> Result<PreparedPhoto, PhotoError> {
    let working = shrink(picture, long_edge);
    let jpeg = encode_below(&working, WANTED_BYTES)?;
    let thumbnail = encode(&shrink(&working, THUMBNAIL_EDGE), 70)?;
    Ok(PreparedPhoto {
        hash: BlobHash(Sha256::digest(&jpeg).into()),
        width: working.width(),
        height: working.height(),
        jpeg,
        thumbnail,
    })
}

/// A part of a picture, in thousandths of its width and height from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// From the left.
    pub left: u16,
    /// From above.
    pub top: u16,
    /// How wide.
    pub width: u16,
    /// How high.
    pub height: u16,
}

/// Makes a photo anew with these parts black, in the picture and in its small copy. What was there is
/// in neither: whatever a part touches goes, to the full pixel.
pub fn blacken(file: &[u8], areas: &[Area]) -> Result<PreparedPhoto, PhotoError> {
    let mut picture = decode(file)?.to_rgb8();
    let (width, height) = picture.dimensions();
    for area in areas {
        let (left, right) = span(area.left, area.width, width);
        let (top, bottom) = span(area.top, area.height, height);
        for y in top..bottom {
            for x in left..right {
                picture.put_pixel(x, y, Rgb([0, 0, 0]));
            }
        }
    }
    finish(&DynamicImage::ImageRgb8(picture), LONG_EDGE)
}

/// The pixels that a part touches along one edge: rounded outward, within the edge.
fn span(begin: u16, length: u16, pixels: u32) -> (u32, u32) {
    let at = |thousandths: u64| thousandths * u64::from(pixels);
    let first = at(u64::from(begin)) / 1000;
    let end = at(u64::from(begin) + u64::from(length)).div_ceil(1000);
    let within = |value: u64| u32::try_from(value).unwrap_or(u32::MAX).min(pixels);
    (within(first), within(end))
}

/// The small copy of a photo that came from the server, with its size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallCopy {
    /// A bare JPEG for lists.
    pub thumbnail: Vec<u8>,
    /// Pixels across of the photo itself.
    pub width: u32,
    /// Pixels down of the photo itself.
    pub height: u32,
}

/// Makes the small copy of a photo whose bytes stay as they are.
pub fn prepare_small(file: &[u8]) -> Result<SmallCopy, PhotoError> {
    let picture = decode(file)?;
    Ok(SmallCopy {
        thumbnail: encode(&shrink(&picture, THUMBNAIL_EDGE), 70)?,
        width: picture.width(),
        height: picture.height(),
    })
}

/// Decodes a picture within limits, upright.
pub(crate) fn decode(file: &[u8]) -> Result<DynamicImage, PhotoError> {
    if file.is_empty() {
        return Err(PhotoError::Empty);
    }
    if file.len() > MAX_INPUT_BYTES {
        return Err(PhotoError::TooLarge { bytes: file.len() });
    }
    let format = image::guess_format(file).map_err(|_| PhotoError::NotAPicture)?;
    if !matches!(
        format,
        ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP
    ) {
        return Err(PhotoError::NotAPicture);
    }
    if format == ImageFormat::Jpeg && is_cut(file) {
        return Err(PhotoError::Damaged("its end is missing".into()));
    }
    let damaged = |error: image::ImageError| PhotoError::Damaged(error.to_string());
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODE_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PhotoError::TooManyPixels { width, height });
    }
    let orientation = decoder.orientation().map_err(damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Whether a JPEG breaks off: decoders paint the missing part grey, and grey is no evidence. The end
/// marker of an embedded small picture lies near the beginning and does not count.
fn is_cut(jpeg: &[u8]) -> bool {
    let end = jpeg.windows(2).rposition(|pair| pair == [0xff, 0xd9]);
    end.is_none_or(|end| end < jpeg.len() / 2)
}

fn shrink(picture: &DynamicImage, long_edge: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= long_edge {
        return picture.clone();
    }
    picture.resize(long_edge, long_edge, FilterType::Triangle)
}

fn encode_below(picture: &DynamicImage, wanted: usize) -> Result<Vec<u8>, PhotoError> {
    let mut jpeg = Vec::new();
    for quality in [85, 75, 65, 50] {
        jpeg = encode(picture, quality)?;
        if jpeg.len() <= wanted {
            break;
        }
    }
    Ok(jpeg)
}

fn encode(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, PhotoError> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, quality)
        .encode_image(&picture.to_rgb8())
        .map_err(|error| PhotoError::Damaged(error.to_string()))?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests;
