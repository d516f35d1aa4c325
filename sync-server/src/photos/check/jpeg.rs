//! The segments of a JPEG file (ITU-T T.81, annex B).

use super::{NotAPhoto, take};

/// Walks the segments: nothing but tables, frame headers, JFIF, Adobe's colour mark, an ICC profile
/// and scans; nothing after the end mark.
pub(super) fn check(bytes: &[u8]) -> Result<(), NotAPhoto> {
    let mut at = 2;
    loop {
        let [0xff, marker] = *take(bytes, at, 2)? else {
            return Err(NotAPhoto::Damaged("no marker where one has to be".into()));
        };
        match marker {
            // A fill byte before a marker.
            0xff => at += 1,
            // The end.
            0xd9 if bytes.len() == at + 2 => return Ok(()),
            0xd9 => return Err(NotAPhoto::Extra("a second file")),
            0xe0 => at = segment(bytes, at, Some(b"JFIF\0"))?,
            0xe2 => at = segment(bytes, at, Some(b"ICC_PROFILE\0"))?,
            0xee => at = segment(bytes, at, Some(b"Adobe"))?,
            0xe1 => return Err(NotAPhoto::Extra("EXIF or XMP")),
            0xed => return Err(NotAPhoto::Extra("IPTC")),
            0xe3..=0xef => return Err(NotAPhoto::Extra("an application's segment")),
            0xfe => return Err(NotAPhoto::Extra("a comment")),
            0xda => at = scan(bytes, segment(bytes, at, None)?)?,
            0xc0..=0xcf | 0xdb..=0xdf => at = segment(bytes, at, None)?,
            _ => return Err(NotAPhoto::Damaged("an unknown marker".into())),
        }
    }
}

/// Skips a segment with a length; it has to begin with `mark` when one is named.
fn segment(bytes: &[u8], at: usize, mark: Option<&[u8]>) -> Result<usize, NotAPhoto> {
    let [high, low] = *take(bytes, at + 2, 2)? else {
        return Err(NotAPhoto::Damaged("cut off".into()));
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    let content = length
        .checked_sub(2)
        .ok_or_else(|| NotAPhoto::Damaged("a segment without length".into()))?;
    let content = take(bytes, at + 4, content)?;
    if mark.is_some_and(|mark| !content.starts_with(mark)) {
        return Err(NotAPhoto::Extra("an application's segment"));
    }
    Ok(at + 2 + length)
}

/// Skips the coded bytes of a scan up to the next marker that is neither stuffing nor a restart.
fn scan(bytes: &[u8], mut at: usize) -> Result<usize, NotAPhoto> {
    loop {
        match *take(bytes, at, 2)? {
            [0xff, 0x00 | 0xd0..=0xd7] => at += 2,
            [0xff, _] => return Ok(at),
            _ => at += 1,
        }
    }
}
