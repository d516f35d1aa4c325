#![allow(
    clippy::cast_possible_truncation,
    reason = "a test picture's colours may wrap"
)]
use image::{ImageEncoder, RgbImage};

use super::*;

fn picture(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([(x % 256) as u8, (y % 256) as u8, ((x * y) % 256) as u8])
    }))
}

/// A JPEG with an EXIF block that says "turn right" and carries a canary.
fn camera_jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut exif =
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPS-CANARY-99");
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 90);
    encoder
        .set_exif_metadata(exif.get(6..).unwrap().to_vec())
        .unwrap();
    encoder.encode_image(&picture(width, height)).unwrap();
    jpeg
}

#[test]
fn a_camera_photo_is_upright_small_and_bare() {
    let file = camera_jpeg(3000, 2000);
    assert!(
        file.windows(13).any(|window| window == b"GPS-CANARY-99"),
        "the canary is in the input"
    );
    let photo = prepare(&file).unwrap();
    assert_eq!(
        (photo.width, photo.height),
        (1067, 1600),
        "turned by 90 degrees and shrunk"
    );
    for bytes in [&photo.jpeg, &photo.thumbnail] {
        assert!(!bytes.windows(6).any(|window| window == b"CANARY"));
        assert!(!bytes.windows(4).any(|window| window == b"Exif"));
        assert_eq!(image::guess_format(bytes).unwrap(), ImageFormat::Jpeg);
    }
    assert_eq!(photo.hash, BlobHash(Sha256::digest(&photo.jpeg).into()));
}

#[test]
fn png_becomes_jpeg_and_small_pictures_keep_their_size() {
    let mut png = Cursor::new(Vec::new());
    picture(200, 100)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    let photo = prepare(png.get_ref()).unwrap();
    assert_eq!((photo.width, photo.height), (200, 100));
}

#[test]
fn rubbish_is_refused_by_name() {
    let jpeg = camera_jpeg(640, 480);
    assert!(matches!(prepare(b""), Err(PhotoError::Empty)));
    assert!(matches!(
        prepare(b"a text file named photo.jpg"),
        Err(PhotoError::NotAPicture)
    ));
    assert!(matches!(
        prepare(b"GIF89a\x01\0\x01\0\0\0\0;"),
        Err(PhotoError::NotAPicture)
    ));
    let cut = jpeg.get(..jpeg.len() / 3).unwrap();
    assert!(
        matches!(prepare(cut), Err(PhotoError::Damaged(_))),
        "a cut picture is not evidence"
    );
    let huge = vec![0xff; MAX_INPUT_BYTES + 1];
    assert!(matches!(prepare(&huge), Err(PhotoError::TooLarge { .. })));
}

#[test]
fn a_flood_of_pixels_is_refused_before_it_is_decoded() {
    let mut png = Vec::new();
    let row = vec![0u8; 6000 * 4000];
    image::codecs::png::PngEncoder::new(&mut png)
        .write_image(&row, 6000, 4000, image::ExtendedColorType::L8)
        .unwrap();
    assert!(matches!(
        prepare(&png),
        Err(PhotoError::TooManyPixels {
            width: 6000,
            height: 4000
        })
    ));
}

#[test]
fn blackened_parts_are_black_in_both_sizes_and_the_rest_stays() {
    let photo = prepare(&camera_jpeg(3000, 2000)).unwrap();
    let area = Area {
        left: 250,
        top: 400,
        width: 500,
        height: 100,
    };
    let black = blacken(&photo.jpeg, &[area]).unwrap();
    assert_ne!(black.hash, photo.hash);
    assert_eq!((black.width, black.height), (1067, 1600));
    for (bytes, before) in [
        (&black.jpeg, &photo.jpeg),
        (&black.thumbnail, &photo.thumbnail),
    ] {
        let after = image::load_from_memory(bytes).unwrap().to_rgb8();
        let before = image::load_from_memory(before).unwrap().to_rgb8();
        let (width, height) = after.dimensions();
        // JPEG blurs an edge by a block of 8 pixels, and shrinking by one or two.
        let inside = |x: u32, y: u32| {
            (width / 4 + 10..width * 3 / 4 - 10).contains(&x)
                && (height * 2 / 5 + 10..height / 2 - 10).contains(&y)
        };
        let outside =
            |x: u32, y: u32| x + 18 < width / 4 || y + 18 < height * 2 / 5 || y > height / 2 + 18;
        let (mut covered, mut open, mut change) = (0u32, 0u32, 0u32);
        for (x, y, pixel) in after.enumerate_pixels() {
            if inside(x, y) {
                covered += 1;
                assert!(pixel.0.iter().all(|value| *value < 8), "{x} {y} {pixel:?}");
            } else if outside(x, y) {
                let old = before.get_pixel(x, y).0;
                let far = pixel.0.iter().zip(old).map(|(new, old)| new.abs_diff(old));
                open += 3;
                change += far.map(u32::from).sum::<u32>();
            }
        }
        assert!(covered > 0 && open > 0);
        assert!(
            change / open < 16,
            "the rest is what it was: {change} of {open}"
        );
    }
}

#[test]
fn a_part_beyond_the_edge_is_cut_off_there() {
    assert_eq!(span(0, 1000, 1067), (0, 1067));
    assert_eq!(span(900, 65_535, 1067), (960, 1067));
    assert_eq!(span(65_535, 65_535, 1067), (1067, 1067));
    assert_eq!(span(333, 1, 1000), (333, 334));
    assert_eq!(span(1, 1, 320), (0, 1), "a touched pixel goes as a whole");
    let photo = prepare(&camera_jpeg(640, 480)).unwrap();
    let all = Area {
        left: 0,
        top: 0,
        width: 2000,
        height: 2000,
    };
    let black = blacken(&photo.jpeg, &[all]).unwrap();
    let pixels = image::load_from_memory(&black.jpeg).unwrap().to_rgb8();
    assert!(pixels.pixels().all(|pixel| pixel.0 == [0, 0, 0]));
}
