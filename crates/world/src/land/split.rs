//! Cutting a set of blocks into connected parts of given weights.

use std::collections::BTreeSet;

use super::mesh::Mesh;
use crate::error::WorldError;

/// A part that is wanted.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Its share of the area.
    pub(super) weight: usize,
    /// About where it should lie, in degrees; nothing: anywhere.
    pub(super) place: Option<(f64, f64)>,
}

/// Cuts connected blocks into connected parts, one for each that is wanted and in the same order, with
/// areas about in proportion to the weights.
///
/// Halves again and again across the longer side. What a cut leaves cut off goes to the other half, so
/// areas are near their share and not equal to it.
pub(super) fn split(
    mesh: &Mesh,
    name: &str,
    blocks: &[usize],
    parts: &[Part],
) -> Result<Vec<Vec<usize>>, WorldError> {
    if blocks.len() < parts.len() {
        return Err(WorldError::TooSmall {
            area: name.to_owned(),
            blocks: blocks.len(),
            parts: parts.len(),
        });
    }
    let mut found = vec![Vec::new(); parts.len()];
    let wanted: Vec<usize> = (0..parts.len()).collect();
    halve(mesh, name, blocks.to_vec(), parts, wanted, &mut found)?;
    Ok(found)
}

fn halve(
    mesh: &Mesh,
    name: &str,
    mut blocks: Vec<usize>,
    parts: &[Part],
    mut wanted: Vec<usize>,
    found: &mut [Vec<usize>],
) -> Result<(), WorldError> {
    if let [only] = wanted.as_slice() {
        if let Some(slot) = found.get_mut(*only) {
            *slot = blocks;
        }
        return Ok(());
    }
    let is_wide = is_wide(mesh, &blocks);
    sort_across(mesh, &mut blocks, is_wide);
    wanted.sort_by(|a, b| {
        let place = |part: usize| {
            let place = parts.get(part).and_then(|part| part.place);
            place.map_or(0.0, |(lon, lat)| if is_wide { lon } else { lat })
        };
        place(*a).total_cmp(&place(*b)).then(a.cmp(b))
    });
    let weight = |parts_of: &[usize]| -> usize {
        let weights = parts_of.iter().filter_map(|part| parts.get(*part));
        weights.map(|part| part.weight).sum()
    };
    let all = weight(&wanted);
    // The cut between parts that comes nearest to the half.
    let cut = (1..wanted.len()).min_by_key(|cut| {
        let before = weight(wanted.get(..*cut).unwrap_or_default());
        (2 * before).abs_diff(all)
    });
    let after = wanted.split_off(cut.unwrap_or(1));
    let share = weight(&wanted);
    let area =
        |blocks: &[usize]| -> i64 { blocks.iter().map(|block| mesh.twice_area(*block)).sum() };
    let goal =
        area(&blocks) / i64::try_from(all).unwrap_or(1).max(1) * i64::try_from(share).unwrap_or(1);
    let mut sum = 0;
    let count = blocks.iter().take_while(|block| {
        let half = mesh.twice_area(**block) / 2;
        sum += 2 * half;
        sum - half <= goal
    });
    let count = count
        .count()
        .clamp(wanted.len(), blocks.len() - after.len());
    let second = blocks.split_off(count);
    let (first, second) = connect(mesh, blocks, second);
    for (blocks, wanted) in [(first, wanted), (second, after)] {
        if blocks.len() < wanted.len() {
            return Err(WorldError::TooSmall {
                area: name.to_owned(),
                blocks: blocks.len(),
                parts: wanted.len(),
            });
        }
        halve(mesh, name, blocks, parts, wanted, found)?;
    }
    Ok(())
}

/// Whether an area is wider than high, on the ground at 39.9° north.
fn is_wide(mesh: &Mesh, blocks: &[usize]) -> bool {
    let middles = || blocks.iter().map(|block| mesh.middle(*block));
    let span = |part: fn((i64, i64)) -> i64| {
        let (first, last) = (middles().map(part).min(), middles().map(part).max());
        last.unwrap_or_default() - first.unwrap_or_default()
    };
    span(|middle| middle.0) * 767 / 1_000 > span(|middle| middle.1)
}

fn sort_across(mesh: &Mesh, blocks: &mut [usize], is_wide: bool) {
    blocks.sort_by_key(|block| {
        let (x, y) = mesh.middle(*block);
        // Columns or rows of about a block, so that cuts are straight and not frayed.
        if is_wide {
            (x / 6_000, y)
        } else {
            (y / 4_500, x)
        }
    });
}

/// Makes both halves connected: what hangs alone goes over to the other half.
fn connect(mesh: &Mesh, first: Vec<usize>, second: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
    let (first, alone) = largest(mesh, first);
    let (second, alone) = largest(mesh, [second, alone].concat());
    ([first, alone].concat(), second)
}

/// The largest connected set of blocks, and the others.
fn largest(mesh: &Mesh, blocks: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
    let mut left: BTreeSet<usize> = blocks.iter().copied().collect();
    let mut best: BTreeSet<usize> = BTreeSet::new();
    while let Some(start) = left.pop_first() {
        let mut found = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(block) = open.pop() {
            for next in mesh.beside(block) {
                if left.remove(&next) {
                    found.insert(next);
                    open.push(next);
                }
            }
        }
        if found.len() > best.len() {
            best = found;
        }
    }
    blocks.into_iter().partition(|block| best.contains(block))
}
