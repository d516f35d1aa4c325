//! The chunks of a WebP file (RFC 9649).

use super::{NotAPhoto, take};

/// Walks the chunks: one still picture, nothing beside it, nothing after its end.
pub(super) fn check(bytes: &[u8]) -> Result<(), NotAPhoto> {
    let stated = length_at(bytes, 4)?;
    if stated.checked_add(8) != Some(bytes.len()) {
        return Err(if stated < bytes.len() {
            NotAPhoto::Extra("a second file")
        } else {
            NotAPhoto::Damaged("cut off".into())
        });
    }
    let mut at = 12;
    while at < bytes.len() {
        match take(bytes, at, 4)? {
            b"VP8 " | b"VP8L" | b"VP8X" | b"ALPH" | b"ICCP" => {}
            b"EXIF" => return Err(NotAPhoto::Extra("EXIF")),
            b"XMP " => return Err(NotAPhoto::Extra("XMP")),
            b"ANIM" | b"ANMF" => return Err(NotAPhoto::Extra("an animation")),
            _ => return Err(NotAPhoto::Extra("an unknown chunk")),
        }
        let length = length_at(bytes, at + 4)?;
        at = length
            .checked_add(length & 1)
            .and_then(|padded| padded.checked_add(at + 8))
            .filter(|end| *end <= bytes.len())
            .ok_or_else(|| NotAPhoto::Damaged("cut off".into()))?;
    }
    Ok(())
}

fn length_at(bytes: &[u8], at: usize) -> Result<usize, NotAPhoto> {
    let [a, b, c, d] = *take(bytes, at, 4)? else {
        return Err(NotAPhoto::Damaged("cut off".into()));
    };
    Ok(usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX))
}
