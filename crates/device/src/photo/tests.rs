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
