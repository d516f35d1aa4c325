#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a test picture are small"
)]
use std::io::Cursor;

use image::imageops::{blur, overlay, resize, rotate90};
use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use linli_trust::Secret;
use linli_trust::enrolment::{SlotId, Ticket};
use qrcode::{Color, QrCode};

use super::*;

fn ticket() -> String {
    let ticket = Ticket {
        url: "https://donghuashi.example:8443".to_owned(),
        ca_sha256: [7; 32],
        next_ca_sha256: None,
        slot: SlotId([3; 16]),
        secret: Secret::new([9; 16]),
    };
    ticket.to_text().unwrap().to_string()
}

/// A printed code with its quiet border, so many pixels a module.
fn code(text: &str, pixels: u32) -> GrayImage {
    let code = QrCode::new(text).unwrap();
    let width = u32::try_from(code.width()).unwrap();
    let colors = code.to_colors();
    GrayImage::from_fn((width + 8) * pixels, (width + 8) * pixels, |x, y| {
        let (x, y) = ((x / pixels).wrapping_sub(4), (y / pixels).wrapping_sub(4));
        let is_dark = x < width && y < width && colors[(y * width + x) as usize] == Color::Dark;
        Luma([if is_dark { 20 } else { 240 }])
    })
}

fn file(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let picture = DynamicImage::from(picture.clone()).to_rgb8();
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn jpeg(picture: &GrayImage) -> Vec<u8> {
    file(picture, ImageFormat::Jpeg)
}

/// A sheet of paper with pictures at places.
fn sheet(size: (u32, u32), codes: &[(&GrayImage, i64, i64)]) -> GrayImage {
    let mut sheet = GrayImage::from_pixel(size.0, size.1, Luma([225]));
    for (code, x, y) in codes {
        overlay(&mut sheet, *code, *x, *y);
    }
    sheet
}

/// Turned by so many degrees around its middle, as a hand holds a page.
fn turned(picture: &GrayImage, degrees: f64) -> GrayImage {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let half = f64::from(picture.width()) / 2.0;
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (x, y) = (f64::from(x) - half, f64::from(y) - half);
        let (from_x, from_y) = (x * cosine + y * sine + half, y * cosine - x * sine + half);
        let is_in = |at: f64| (0.0..f64::from(picture.width())).contains(&at);
        if is_in(from_x) && is_in(from_y) {
            *picture.get_pixel(from_x as u32, from_y as u32)
        } else {
            Luma([225])
        }
    })
}

#[test]
fn a_code_is_read_from_any_picture_that_an_eye_could_read() {
    let text = ticket();
    let plain = code(&text, 8);
    let (width, height) = plain.dimensions();
    let page = sheet((width * 2, height * 3), &[(&plain, 60, 200)]);
    let large = resize(&page, width * 4, height * 6, FilterType::Triangle);
    for (name, picture) in [
        ("plain", plain.clone()),
        ("small", code(&text, 2)),
        ("upside down", rotate90(&rotate90(&plain))),
        ("a quarter", rotate90(&plain)),
        (
            "slanted",
            turned(&sheet((width * 2, width * 2), &[(&plain, 200, 200)]), 17.0),
        ),
        ("blurred", blur(&plain, 2.5)),
        ("on a page", page),
        ("of a large camera", large),
    ] {
        assert_eq!(read_code(&jpeg(&picture)).unwrap(), text, "{name}");
    }
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        assert_eq!(read_code(&file(&plain, format)).unwrap(), text);
    }
}

#[test]
fn what_gives_no_code_of_ours_says_why() {
    let text = ticket();
    let empty = sheet((600, 600), &[]);
    assert!(matches!(read_code(&jpeg(&empty)), Err(CodeError::Missing)));
    let lost = blur(&code(&text, 4), 14.0);
    assert!(matches!(read_code(&jpeg(&lost)), Err(CodeError::Missing)));
    let (one, other) = (code(&text, 5), code("https://example.org/", 5));
    let foreign = read_code(&jpeg(&other));
    assert!(matches!(foreign, Err(CodeError::Foreign)));
    let both = sheet((1_200, 700), &[(&one, 10, 10), (&other, 760, 10)]);
    assert!(matches!(
        read_code(&jpeg(&both)),
        Err(CodeError::Several(2))
    ));
    let twice = sheet((1_400, 700), &[(&one, 10, 10), (&one, 700, 10)]);
    assert_eq!(
        read_code(&jpeg(&twice)).unwrap(),
        text,
        "the same code twice"
    );
}

#[test]
fn what_is_no_picture_or_too_large_is_refused() {
    for rubbish in [&b""[..], b"no picture at all, called code.jpg", b"%PDF-1.7"] {
        assert!(matches!(read_code(rubbish), Err(CodeError::Picture(_))));
    }
    let large = vec![0xff; 20 * 1024 * 1024];
    assert!(matches!(read_code(&large), Err(CodeError::TooLarge(_))));
}
