//! Real pictures of the three formats pass; everything around them does not.

use image::{DynamicImage, ImageFormat, RgbImage};

use super::*;

const ALLOWED: Allowed = Allowed {
    bytes: 8 * 1024 * 1024,
    pixels: 20_000_000,
};

fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let pixels = RgbImage::from_fn(width, height, |x, y| {
        let part = |value: u32| u8::try_from(value % 251).unwrap();
        image::Rgb([part(x * 7), part(y * 13), part(x * y)])
    });
    let mut out = Cursor::new(Vec::new());
    DynamicImage::from(pixels)
        .write_to(&mut out, format)
        .unwrap();
    out.into_inner()
}

const FORMATS: [(ImageFormat, &str); 3] = [
    (ImageFormat::Jpeg, "image/jpeg"),
    (ImageFormat::Png, "image/png"),
    (ImageFormat::WebP, "image/webp"),
];

#[test]
fn plain_pictures_of_the_three_formats_pass() {
    for (format, mime) in FORMATS {
        assert_eq!(check(&picture(format, 64, 48), ALLOWED), Ok(mime));
    }
}

#[test]
fn a_cut_at_any_byte_is_refused() {
    for (format, mime) in FORMATS {
        let whole = picture(format, 24, 16);
        for end in 0..whole.len() {
            let cut = check(&whole[..end], ALLOWED);
            assert!(cut.is_err(), "{mime} cut at {end} of {}", whole.len());
        }
    }
}

#[test]
fn a_second_file_behind_the_picture_is_refused() {
    for (format, mime) in FORMATS {
        for tail in [&b"PK\x03\x04zip"[..], b"\0", b"<script>"] {
            let polyglot = [&picture(format, 24, 16)[..], tail].concat();
            let refused = check(&polyglot, ALLOWED).unwrap_err();
            assert_eq!(refused, NotAPhoto::Extra("a second file"), "{mime}");
        }
    }
}

#[test]
fn metadata_is_refused_by_its_name() {
    let segment = |marker: u8, content: &[u8]| {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker][..], &length, content].concat()
    };
    let jpeg = picture(ImageFormat::Jpeg, 24, 16);
    let with = |extra: Vec<u8>| [&jpeg[..2], &extra, &jpeg[2..]].concat();
    for (marker, content, name) in [
        (0xe1, &b"Exif\0\0GPS"[..], "EXIF or XMP"),
        (0xed, b"Photoshop 3.0\0", "IPTC"),
        (0xfe, b"a note", "a comment"),
        (0xe2, b"MPF\0", "an application's segment"),
        (0xe0, b"JFXX\0", "an application's segment"),
    ] {
        let refused = check(&with(segment(marker, content)), ALLOWED);
        assert_eq!(refused, Err(NotAPhoto::Extra(name)));
    }

    let png = picture(ImageFormat::Png, 24, 16);
    let chunk = [&4u32.to_be_bytes()[..], b"tEXt", b"a\0b!", &[0; 4]].concat();
    let with_text = [&png[..33], &chunk, &png[33..]].concat();
    assert_eq!(check(&with_text, ALLOWED), Err(NotAPhoto::Extra("text")));

    let webp = picture(ImageFormat::WebP, 24, 16);
    let mut with_exif = [&webp[..], b"EXIF", &4u32.to_le_bytes(), b"II*\0"].concat();
    let stated = u32::try_from(with_exif.len() - 8).unwrap().to_le_bytes();
    with_exif[4..8].copy_from_slice(&stated);
    assert_eq!(check(&with_exif, ALLOWED), Err(NotAPhoto::Extra("EXIF")));
}

#[test]
fn floods_strangers_and_long_files_are_refused_before_they_cost_memory() {
    // A PNG header that promises 60,000 x 60,000 pixels.
    let mut flood = picture(ImageFormat::Png, 8, 8);
    flood[16..20].copy_from_slice(&60_000u32.to_be_bytes());
    flood[20..24].copy_from_slice(&60_000u32.to_be_bytes());
    let refused = check(&flood, ALLOWED).unwrap_err();
    assert!(
        matches!(
            refused,
            NotAPhoto::TooManyPixels { .. } | NotAPhoto::Damaged(_)
        ),
        "{refused}"
    );
    let few = Allowed {
        pixels: 1_000,
        ..ALLOWED
    };
    let refused = check(&picture(ImageFormat::Jpeg, 64, 48), few).unwrap_err();
    assert_eq!(refused.code(), "PHOTO_PIXELS");
    let short = Allowed {
        bytes: 100,
        ..ALLOWED
    };
    let refused = check(&picture(ImageFormat::Jpeg, 64, 48), short).unwrap_err();
    assert_eq!(refused.code(), "PHOTO_TOO_LONG");
    for stranger in [
        &b"PK\x03\x04"[..],
        b"GIF89a",
        b"<svg/>",
        b"%PDF-1.7",
        b"BM",
        b"",
    ] {
        assert_eq!(check(stranger, ALLOWED), Err(NotAPhoto::OtherFormat));
    }
}

/// A voice note of one second: mode 9 is speech in packets of 20 milliseconds.
fn voice() -> Vec<u8> {
    let packets = vec![vec![9 << 3, 1, 2, 3]; 51];
    voice::write(&packets, u64::from(voice::RATE)).unwrap()
}

#[test]
fn a_voice_note_passes_by_content_and_nothing_that_only_begins_like_one() {
    let note = voice();
    assert_eq!(check(&note, ALLOWED), Ok("audio/ogg"));
    let long = voice::write(&vec![vec![9 << 3, 1]; 3_101], 62 * 16_000).unwrap();
    let tail = [&note[..], b"PK\x03\x04zip"].concat();
    let stereo = voice::write(&vec![vec![(9 << 3) | 4, 1]; 51], 16_000).unwrap();
    for (bytes, code) in [
        (&note[..note.len() - 9], "VOICE_DAMAGED"),
        (b"OggS and no more", "VOICE_DAMAGED"),
        (&long, "VOICE_TOO_LONG"),
        (&stereo, "VOICE_FORMAT"),
        (&tail, "VOICE_METADATA"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "PHOTO_FORMAT"),
    ] {
        assert_eq!(check(bytes, ALLOWED).unwrap_err().code(), code);
    }
    let tight = Allowed {
        bytes: 100,
        ..ALLOWED
    };
    assert_eq!(check(&note, tight).unwrap_err().code(), "PHOTO_TOO_LONG");
}
