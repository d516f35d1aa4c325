//! The chunks of a PNG file (W3C PNG, section 5).

use super::{NotAPhoto, take};

/// Chunks that belong to the picture itself.
const PICTURE: [&[u8]; 13] = [
    b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs",
    b"bKGD", b"hIST", b"cICP",
];

/// Walks the chunks: nothing but the picture, nothing after its end.
pub(super) fn check(bytes: &[u8]) -> Result<(), NotAPhoto> {
    let mut at = 8;
    loop {
        let [a, b, c, d] = *take(bytes, at, 4)? else {
            return Err(NotAPhoto::Damaged("cut off".into()));
        };
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        let name = take(bytes, at + 4, 4)?;
        let end = length
            .checked_add(at + 12)
            .filter(|end| *end <= bytes.len())
            .ok_or_else(|| NotAPhoto::Damaged("cut off".into()))?;
        match name {
            b"IEND" if end == bytes.len() => return Ok(()),
            b"IEND" => return Err(NotAPhoto::Extra("a second file")),
            b"eXIf" => return Err(NotAPhoto::Extra("EXIF")),
            b"tEXt" | b"zTXt" | b"iTXt" => return Err(NotAPhoto::Extra("text")),
            known if PICTURE.contains(&known) => at = end,
            _ => return Err(NotAPhoto::Extra("an unknown chunk")),
        }
    }
}
