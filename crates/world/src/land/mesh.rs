//! Blocks that cover an area: a net of about a hundred metres, cut along the border.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use linli_geo::Outline;

use super::planar::{Corner, Fan, Side, cut, rings, twice_area};
use super::union::{border, sides_of};
use crate::divisions::draw;
use crate::error::WorldError;

/// The size of a block in steps of 10⁻⁷ degrees of longitude and latitude: about 100 m at 39.9° north.
const BLOCK: Corner = (11_700, 9_000);

/// How far a corner is moved at most, as a part of a block.
const MOVED: i64 = 5;

/// A face smaller than this part of a block joins a neighbour.
const SMALLEST: i64 = 3;

/// Blocks and who is beside whom.
#[derive(Debug)]
pub(super) struct Mesh {
    /// The faces of each block; most have one.
    blocks: Vec<Vec<Vec<Corner>>>,
    /// Twice the area of each block, in square steps.
    areas: Vec<i64>,
    /// The blocks that share a side with each block.
    beside: Vec<BTreeSet<usize>>,
}

impl Mesh {
    /// Covers an area without holes.
    pub(super) fn cover(area: &Outline) -> Self {
        let outline = ring_of(area);
        let faces = inner_faces(&outline);
        Self::join_slivers(faces)
    }

    /// How many blocks there are.
    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Twice the area of a block in square steps.
    pub(super) fn twice_area(&self, block: usize) -> i64 {
        self.areas.get(block).copied().unwrap_or_default()
    }

    /// The blocks beside a block.
    pub(super) fn beside(&self, block: usize) -> impl Iterator<Item = usize> + '_ {
        self.beside.get(block).into_iter().flatten().copied()
    }

    /// The middle of a block, in steps.
    pub(super) fn middle(&self, block: usize) -> Corner {
        let corners = || self.blocks.get(block).into_iter().flatten().flatten();
        let count = i64::try_from(corners().count()).unwrap_or(1).max(1);
        let sum = corners().fold((0, 0), |sum, corner| (sum.0 + corner.0, sum.1 + corner.1));
        (sum.0 / count, sum.1 / count)
    }

    /// Blocks row by row from the north, each row from the west.
    pub(super) fn in_reading_order(&self, blocks: &[usize]) -> Vec<usize> {
        let mut sorted = blocks.to_vec();
        sorted.sort_by_key(|block| {
            let (x, y) = self.middle(*block);
            (-y.div_euclid(BLOCK.1), x)
        });
        sorted
    }

    /// The outline of blocks that hang together.
    pub(super) fn outline_of(&self, blocks: &[usize]) -> Result<Outline, WorldError> {
        let faces = blocks.iter().filter_map(|block| self.blocks.get(*block));
        let rings = border(faces.flatten().map(Vec::as_slice));
        let rings: Vec<Vec<[f64; 2]>> = rings.into_iter().map(|ring| closed(&ring)).collect();
        Ok(Outline::from_rings(&rings)?)
    }

    /// Joins what the border cut off too small to the neighbour with the longest common border.
    fn join_slivers(faces: Vec<Vec<Corner>>) -> Self {
        let small = 2 * BLOCK.0 * BLOCK.1 / SMALLEST;
        let owner: BTreeMap<Side, usize> = faces
            .iter()
            .enumerate()
            .flat_map(|(face, ring)| sides_of(ring).map(move |side| (side, face)))
            .collect();
        let mut joined: Vec<usize> = (0..faces.len()).collect();
        let mut order: Vec<usize> = (0..faces.len()).collect();
        order.sort_by_key(|face| faces.get(*face).map_or(0, |ring| twice_area(ring)));
        let mut size: Vec<i64> = faces.iter().map(|ring| twice_area(ring)).collect();
        for face in order {
            let root = root_of(&joined, face);
            if size.get(root).is_none_or(|size| *size >= small) {
                continue;
            }
            let Some(ring) = faces.get(face) else {
                continue;
            };
            let neighbours = sides_of(ring).filter_map(|(from, to)| {
                let other = root_of(&joined, *owner.get(&(to, from))?);
                (other != root).then_some((other, length(from, to)))
            });
            let mut common: BTreeMap<usize, i64> = BTreeMap::new();
            for (other, length) in neighbours {
                *common.entry(other).or_default() += length;
            }
            let best = common
                .into_iter()
                .max_by_key(|(other, length)| (*length, *other));
            if let Some((other, _)) = best {
                let own = size.get(root).copied().unwrap_or_default();
                if let Some(size) = size.get_mut(other) {
                    *size += own;
                }
                if let Some(slot) = joined.get_mut(root) {
                    *slot = other;
                }
            }
        }
        Self::from_joined(faces, &joined, &owner)
    }

    fn from_joined(
        faces: Vec<Vec<Corner>>,
        joined: &[usize],
        owner: &BTreeMap<Side, usize>,
    ) -> Self {
        let mut number: BTreeMap<usize, usize> = BTreeMap::new();
        for face in 0..faces.len() {
            let next = number.len();
            number.entry(root_of(joined, face)).or_insert(next);
        }
        let block_of = |face: usize| number.get(&root_of(joined, face)).copied();
        let mut beside = vec![BTreeSet::new(); number.len()];
        for ((from, to), face) in owner {
            let other = owner.get(&(*to, *from)).and_then(|other| block_of(*other));
            if let (Some(one), Some(other)) = (block_of(*face), other)
                && one != other
                && let Some(beside) = beside.get_mut(one)
            {
                beside.insert(other);
            }
        }
        let mut blocks = vec![Vec::new(); number.len()];
        for (face, ring) in faces.into_iter().enumerate() {
            if let Some(block) = block_of(face).and_then(|block| blocks.get_mut(block)) {
                block.push(ring);
            }
        }
        let areas = blocks
            .iter()
            .map(|faces: &Vec<Vec<Corner>>| faces.iter().map(|ring| twice_area(ring)).sum());
        Self {
            areas: areas.collect(),
            blocks,
            beside,
        }
    }
}

fn root_of(joined: &[usize], face: usize) -> usize {
    let mut root = face;
    while let Some(up) = joined.get(root).filter(|up| **up != root) {
        root = *up;
    }
    root
}

fn length(from: Corner, to: Corner) -> i64 {
    (from.0 - to.0).abs() + (from.1 - to.1).abs()
}

/// The outer ring in steps, turning left, without its repeated last corner.
fn ring_of(area: &Outline) -> Vec<Corner> {
    let outer = area.to_rings().into_iter().next().unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "an outline holds degrees within ±180 with seven decimals"
    )]
    let mut ring: Vec<Corner> = outer
        .iter()
        .map(|[lon, lat]| ((lon * 1e7).round() as i64, (lat * 1e7).round() as i64))
        .collect();
    ring.pop();
    if twice_area(&ring) < 0 {
        ring.reverse();
    }
    ring
}

#[expect(
    clippy::cast_precision_loss,
    reason = "steps of a place on the earth stay below 2^53"
)]
fn closed(ring: &[Corner]) -> Vec<[f64; 2]> {
    let first = ring.iter().take(1);
    let degrees = |(x, y): &Corner| [*x as f64 / 1e7, *y as f64 / 1e7];
    ring.iter().chain(first).map(degrees).collect()
}

/// The faces of the net that lie within the outline.
fn inner_faces(outline: &[Corner]) -> Vec<Vec<Corner>> {
    let lines: Vec<Side> = sides_of(outline).collect();
    let (outline, net) = cut(&lines, &net_around(outline));
    let outline: BTreeSet<Side> = outline.into_iter().collect();
    let all: BTreeSet<Side> = outline
        .iter()
        .chain(&net)
        .flat_map(|(from, to)| [(*from, *to), (*to, *from)])
        .collect();
    let fan = Fan::new(all.iter().copied());
    let faces = rings(all, |side| fan.clockwise(side));
    let owner: BTreeMap<Side, usize> = faces
        .iter()
        .enumerate()
        .flat_map(|(face, ring)| sides_of(ring).map(move |side| (side, face)))
        .collect();
    // What lies left of the outline is inside, and what can be reached from there without crossing it.
    let first = outline.iter().filter_map(|side| owner.get(side).copied());
    let mut open: VecDeque<usize> = first.collect();
    let mut inside: BTreeSet<usize> = open.iter().copied().collect();
    while let Some(face) = open.pop_front() {
        for (from, to) in faces
            .get(face)
            .map(|ring| sides_of(ring))
            .into_iter()
            .flatten()
        {
            let is_outline = outline.contains(&(from, to)) || outline.contains(&(to, from));
            if let Some(next) = owner.get(&(to, from))
                && !is_outline
                && inside.insert(*next)
            {
                open.push_back(*next);
            }
        }
    }
    let numbered = faces.into_iter().enumerate();
    numbered
        .filter(|(face, ring)| inside.contains(face) && twice_area(ring) > 0)
        .map(|(_, ring)| ring)
        .collect()
}

/// The sides of a net that reaches beyond the outline in every direction.
fn net_around(outline: &[Corner]) -> Vec<Side> {
    let range = |part: fn(&Corner) -> i64, block: i64| {
        let first = outline.iter().map(part).min().unwrap_or_default();
        let last = outline.iter().map(part).max().unwrap_or_default();
        (first.div_euclid(block) - 2, last.div_euclid(block) + 3)
    };
    let (west, east) = range(|corner| corner.0, BLOCK.0);
    let (south, north) = range(|corner| corner.1, BLOCK.1);
    let mut sides = Vec::new();
    for row in south..=north {
        for column in west..=east {
            if column < east {
                sides.push((net_corner(column, row), net_corner(column + 1, row)));
            }
            if row < north {
                sides.push((net_corner(column, row), net_corner(column, row + 1)));
            }
        }
    }
    sides
}

/// A corner of the net, moved a little so that blocks look grown and not ruled.
fn net_corner(column: i64, row: i64) -> Corner {
    let drawn = draw(&format!("corner {column} {row}"));
    let moved = |bits: u64, block: i64| {
        let part = i64::try_from(bits & 0xffff).unwrap_or_default() - 0x8000;
        part * block / MOVED / 0x8000
    };
    (
        column * BLOCK.0 + moved(drawn >> 8, BLOCK.0),
        row * BLOCK.1 + moved(drawn >> 32, BLOCK.1),
    )
}
