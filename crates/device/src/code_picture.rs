//! A picture of a printed code becomes its text: for a person whose scanner is a camera or a file.

use std::collections::BTreeSet;

use image::GrayImage;
use image::imageops::{FilterType, resize};
use rqrr::PreparedImage;

use crate::net::TicketText;
use crate::photo::{PhotoError, decode};

/// The largest file that is looked at, in bytes.
pub const CODE_BYTES: usize = 12 * 1024 * 1024;
/// The longer edges at which a code is looked for, in pixels: a whole page, a near code, a blurred one.
const EDGES: [u32; 3] = [1_600, 1_000, 500];
/// A picture whose longer edge is shorter is also looked at twice as large: modules of a few pixels.
const SMALL: u32 = 400;

/// Why a picture gives no code. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// Larger than [`CODE_BYTES`].
    #[error("{0} bytes are more than the {CODE_BYTES} that a picture of a code may have")]
    TooLarge(usize),
    /// No picture that can be read.
    #[error(transparent)]
    Picture(#[from] PhotoError),
    /// No code in it, or none that can be read.
    #[error("no code in the picture")]
    Missing,
    /// Several codes: nobody says which.
    #[error("{0} codes in the picture")]
    Several(usize),
    /// One code, of somebody else.
    #[error("the code is not one of ours")]
    Foreign,
}

/// The ticket in a picture: JPEG, PNG or WebP by content, turned as it may be.
pub fn read_code(file: &[u8]) -> Result<String, CodeError> {
    if file.len() > CODE_BYTES {
        return Err(CodeError::TooLarge(file.len()));
    }
    let picture = decode(file)?.to_luma8();
    let texts = texts(&picture);
    let Some(text) = texts.first() else {
        return Err(CodeError::Missing);
    };
    if texts.len() > 1 {
        return Err(CodeError::Several(texts.len()));
    }
    TicketText::read(text).map_err(|_| CodeError::Foreign)?;
    Ok(text.clone())
}

/// Every text that some size of the picture gives.
fn texts(picture: &GrayImage) -> BTreeSet<String> {
    let long = picture.width().max(picture.height()).max(1);
    let larger = (long < SMALL).then(|| long.saturating_mul(2));
    let edges = EDGES.into_iter().map(|edge| edge.min(long)).chain(larger);
    let mut texts = BTreeSet::new();
    for edge in edges.collect::<BTreeSet<u32>>() {
        let across = scaled(picture.width(), edge, long);
        let down = scaled(picture.height(), edge, long);
        let sized = resize(picture, across, down, FilterType::Triangle);
        texts.extend(texts_of(&sized));
    }
    texts
}

fn scaled(length: u32, edge: u32, long: u32) -> u32 {
    let scaled = u64::from(length) * u64::from(edge) / u64::from(long);
    u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
}

fn texts_of(picture: &GrayImage) -> Vec<String> {
    let size = (picture.width(), picture.height());
    let (Ok(width), Ok(height)) = (usize::try_from(size.0), usize::try_from(size.1)) else {
        return Vec::new();
    };
    let grey = |x: usize, y: usize| {
        let at = y.checked_mul(width).and_then(|row| row.checked_add(x));
        at.and_then(|at| picture.as_raw().get(at))
            .copied()
            .unwrap_or(255)
    };
    let mut prepared = PreparedImage::prepare_from_greyscale(width, height, grey);
    let grids = prepared.detect_grids();
    grids
        .iter()
        .filter_map(|grid| grid.decode().ok())
        .map(|(_, text)| text)
        .collect()
}

#[cfg(test)]
mod tests;
