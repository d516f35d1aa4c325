//! Lines in the plane cut where they cross, and the faces between them.
//!
//! Positions are whole steps of 10⁻⁷ degrees. Every crossing is computed once and shared by all that meet
//! there, so neighbouring faces have the same corners to the last step.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A corner: longitude and latitude in steps of 10⁻⁷ degrees.
pub(super) type Corner = (i64, i64);

/// A directed side from one corner to the next.
pub(super) type Side = (Corner, Corner);

/// Twice the signed area of a ring without its repeated last corner: positive when it turns left.
pub(super) fn twice_area(ring: &[Corner]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| a.0 * b.1 - a.1 * b.0)
        .sum()
}

/// Cuts every line of the first set where a line of the second crosses or touches it, and the other way
/// round. Lines of one set may meet in their ends only.
pub(super) fn cut(first: &[Side], second: &[Side]) -> (Vec<Side>, Vec<Side>) {
    let mut on_first = vec![Vec::new(); first.len()];
    let mut on_second = vec![Vec::new(); second.len()];
    for (a, on_a) in first.iter().zip(&mut on_first) {
        for (b, on_b) in second.iter().zip(&mut on_second) {
            if let Some(corner) = crossing(*a, *b) {
                on_a.push(corner);
                on_b.push(corner);
            }
        }
    }
    (pieces(first, on_first), pieces(second, on_second))
}

/// Where two lines meet, rounded to a step.
fn crossing((a, b): Side, (c, d): Side) -> Option<Corner> {
    let apart = |p: i64, q: i64, r: i64, s: i64| p.max(q) < r.min(s) || r.max(s) < p.min(q);
    if apart(a.0, b.0, c.0, d.0) || apart(a.1, b.1, c.1, d.1) {
        return None;
    }
    let (along, across) = (minus(b, a), minus(d, c));
    let turn = cross(along, across);
    if turn == 0 {
        return None;
    }
    let between = minus(c, a);
    let (on_a, on_c) = (cross(between, across), cross(between, along));
    let is_within = |part: i64| {
        if turn > 0 {
            (0..=turn).contains(&part)
        } else {
            (turn..=0).contains(&part)
        }
    };
    if !is_within(on_a) || !is_within(on_c) {
        return None;
    }
    let at = |from: i64, by: i64| {
        let (product, turn) = (i128::from(by) * i128::from(on_a), i128::from(turn));
        // To the nearest step.
        let (product, turn) = if turn < 0 {
            (-product, -turn)
        } else {
            (product, turn)
        };
        let step = (2 * product + turn).div_euclid(2 * turn);
        i64::try_from(step).ok().map(|step| from + step)
    };
    Some((at(a.0, along.0)?, at(a.1, along.1)?))
}

/// The pieces of lines between the corners on them, in direction of the line.
fn pieces(lines: &[Side], corners: Vec<Vec<Corner>>) -> Vec<Side> {
    let mut all = Vec::new();
    for ((from, to), mut on_line) in lines.iter().zip(corners) {
        on_line.extend([*from, *to]);
        on_line.sort_by_key(|corner| dot(minus(*corner, *from), minus(*to, *from)));
        on_line.dedup();
        all.extend(on_line.iter().copied().zip(on_line.iter().copied().skip(1)));
    }
    all
}

/// The sides that leave each corner, counter-clockwise.
pub(super) struct Fan(BTreeMap<Corner, Vec<Corner>>);

impl Fan {
    /// A fan of directed sides; a side and its reverse are two.
    pub(super) fn new(sides: impl IntoIterator<Item = Side>) -> Self {
        let mut fan: BTreeMap<Corner, BTreeSet<Corner>> = BTreeMap::new();
        for (from, to) in sides {
            fan.entry(from).or_default().insert(to);
        }
        let sorted = fan.into_iter().map(|(from, ends)| {
            let mut ends: Vec<Corner> = ends.into_iter().collect();
            ends.sort_by(|a, b| by_angle(minus(*a, from), minus(*b, from)));
            (from, ends)
        });
        Self(sorted.collect())
    }

    /// The first side clockwise after the way back along a side that arrives.
    pub(super) fn clockwise(&self, (from, at): Side) -> Option<Side> {
        let ends = self.0.get(&at)?;
        let back = minus(from, at);
        let before = ends
            .iter()
            .rev()
            .find(|end| by_angle(minus(**end, at), back) == Ordering::Less);
        before.or(ends.last()).map(|end| (at, *end))
    }

    /// The first side counter-clockwise after the way back along a side that arrives.
    pub(super) fn counter_clockwise(&self, (from, at): Side) -> Option<Side> {
        let ends = self.0.get(&at)?;
        let back = minus(from, at);
        let after = ends
            .iter()
            .find(|end| by_angle(minus(**end, at), back) == Ordering::Greater);
        after.or(ends.first()).map(|end| (at, *end))
    }
}

/// Rings that follow sides, each side once: `next` says where to go on.
pub(super) fn rings(
    sides: impl IntoIterator<Item = Side>,
    next: impl Fn(Side) -> Option<Side>,
) -> Vec<Vec<Corner>> {
    let mut left: BTreeSet<Side> = sides.into_iter().collect();
    let mut rings = Vec::new();
    while let Some(start) = left.first().copied() {
        let mut ring = Vec::new();
        let mut side = start;
        while left.remove(&side) {
            ring.push(side.0);
            match next(side) {
                Some(on) => side = on,
                None => break,
            }
        }
        rings.push(ring);
    }
    rings
}

pub(super) fn minus(a: Corner, b: Corner) -> Corner {
    (a.0 - b.0, a.1 - b.1)
}

fn cross(a: Corner, b: Corner) -> i64 {
    a.0 * b.1 - a.1 * b.0
}

fn dot(a: Corner, b: Corner) -> i64 {
    a.0 * b.0 + a.1 * b.1
}

/// Orders directions by their angle from east, counter-clockwise, without rounding.
fn by_angle(a: Corner, b: Corner) -> Ordering {
    let is_lower = |(x, y): Corner| y < 0 || y == 0 && x < 0;
    is_lower(a)
        .cmp(&is_lower(b))
        .then_with(|| 0.cmp(&cross(a, b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cross_has_its_middle_as_a_corner_of_both_lines() {
        let (first, second) = cut(
            &[((-10, 0), (10, 0))],
            &[((0, -10), (0, 10)), ((3, 5), (3, 9))],
        );
        assert_eq!(first, [((-10, 0), (0, 0)), ((0, 0), (10, 0))]);
        assert_eq!(
            second,
            [((0, -10), (0, 0)), ((0, 0), (0, 10)), ((3, 5), (3, 9))]
        );
        // Lines that run beside each other, and one that only touches.
        assert_eq!(crossing(((0, 0), (10, 0)), ((0, 1), (10, 1))), None);
        assert_eq!(crossing(((0, 0), (10, 0)), ((5, 0), (5, 9))), Some((5, 0)));
        assert_eq!(crossing(((0, 0), (3, 3)), ((0, 3), (3, 0))), Some((2, 2)));
    }

    #[test]
    fn a_corner_turns_to_its_neighbours_by_angle() {
        let ends = [(1, 0), (1, 1), (0, 1), (-1, 0), (0, -1)];
        let fan = Fan::new(ends.map(|end| ((0, 0), end)));
        assert_eq!(fan.clockwise(((0, 1), (0, 0))), Some(((0, 0), (1, 1))));
        assert_eq!(fan.clockwise(((1, 0), (0, 0))), Some(((0, 0), (0, -1))));
        assert_eq!(
            fan.counter_clockwise(((0, 1), (0, 0))),
            Some(((0, 0), (-1, 0)))
        );
        assert_eq!(
            fan.counter_clockwise(((0, -1), (0, 0))),
            Some(((0, 0), (1, 0)))
        );
    }
}
