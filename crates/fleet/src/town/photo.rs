//! Pictures of the story, drawn in code: steps without a ramp, the ramp, the ramp seen on the spot.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use linli_device::photo::prepare;

use super::error::{TownError, TownResult};

/// A picture as evidence: what a camera would give after the handheld's own preparation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// JPEG.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes, in hex.
    pub hash: String,
    /// Pixels across and down.
    pub size: (u32, u32),
}

const SIZE: (u32, u32) = (960, 720);
const WALL: Rgb<u8> = Rgb([176, 160, 140]);
const STONE: Rgb<u8> = Rgb([120, 120, 124]);
const EDGE: Rgb<u8> = Rgb([64, 64, 70]);
const RAMP: Rgb<u8> = Rgb([196, 150, 60]);
const RAIL: Rgb<u8> = Rgb([210, 40, 40]);

/// Before: steps and nothing else.
pub fn before_photo() -> TownResult<Picture> {
    draw(false, 0)
}

/// After the work: the ramp beside the steps.
pub fn after_photo() -> TownResult<Picture> {
    draw(true, 0)
}

/// On the spot: the same ramp from a step to the side.
pub fn check_photo() -> TownResult<Picture> {
    draw(true, 60)
}

fn draw(has_ramp: bool, aside: u32) -> TownResult<Picture> {
    let (width, height) = SIZE;
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let x = x + aside;
        let step = y.saturating_sub(height / 3) / 70;
        let left = width / 2 + step * 40;
        // A ramp rises from the lower left to the door.
        let slope = height - 40 - x * 2 / 5;
        match () {
            () if has_ramp && x < left && y.abs_diff(slope.saturating_sub(110)) < 5 => RAIL,
            () if has_ramp && x < left && (slope..slope + 70).contains(&y) => RAMP,
            () if y < height / 3 || x < left - 40 => grain(WALL, x, y),
            () if y % 70 < 6 => EDGE,
            () => grain(STONE, x, y),
        }
    });
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut file, ImageFormat::Jpeg)
        .map_err(|error| TownError::Picture(error.to_string()))?;
    let ready =
        prepare(&file.into_inner()).map_err(|error| TownError::Picture(error.to_string()))?;
    Ok(Picture {
        hash: ready.hash.to_string(),
        size: (ready.width, ready.height),
        bytes: ready.jpeg,
    })
}

/// A surface is never of one colour.
fn grain(colour: Rgb<u8>, x: u32, y: u32) -> Rgb<u8> {
    let noise = (x.wrapping_mul(7_919) ^ y.wrapping_mul(104_729)) >> 5 & 15;
    let noise = u8::try_from(noise).unwrap_or(0);
    Rgb(colour.0.map(|part| part.saturating_add(noise)))
}
