//! The border of a set of faces.

use std::collections::BTreeSet;

use super::planar::{Corner, Fan, Side, rings, twice_area};

/// The border of faces that hang together by their sides: one outer ring, then holes. Every face is a
/// ring that turns left.
pub(super) fn border<'a>(faces: impl IntoIterator<Item = &'a [Corner]>) -> Vec<Vec<Corner>> {
    let sides: BTreeSet<Side> = faces.into_iter().flat_map(sides_of).collect();
    let is_border = |(from, to): &Side| !sides.contains(&(*to, *from));
    let border: Vec<Side> = sides.iter().copied().filter(is_border).collect();
    let fan = Fan::new(border.iter().copied());
    // Where a border touches itself in a corner, the next side to the left keeps the outer ring simple
    // and makes what is enclosed a hole.
    let mut found = rings(border, |side| fan.counter_clockwise(side));
    found.sort_by_key(|ring| std::cmp::Reverse(twice_area(ring)));
    found
}

/// The sides of a ring, the last one back to its first corner.
pub(super) fn sides_of(ring: &[Corner]) -> impl Iterator<Item = Side> + '_ {
    let next = ring.iter().cycle().skip(1);
    ring.iter().copied().zip(next.copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: i64, y: i64) -> Vec<Corner> {
        vec![(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]
    }

    fn border_of(places: &[Corner]) -> Vec<Vec<Corner>> {
        let squares: Vec<_> = places.iter().map(|(x, y)| square(*x, *y)).collect();
        border(squares.iter().map(Vec::as_slice))
    }

    #[test]
    fn shared_sides_are_inside() {
        let two = border_of(&[(0, 0), (1, 0)]);
        assert_eq!(two.len(), 1);
        assert_eq!(two[0].len(), 6);
        assert_eq!(twice_area(&two[0]), 4);
    }

    #[test]
    fn what_is_enclosed_is_a_hole_also_when_it_touches_the_border() {
        let all: Vec<Corner> = (0..9).map(|n| (n % 3, n / 3)).collect();
        let around: Vec<Corner> = all.iter().copied().filter(|at| *at != (1, 1)).collect();
        let ring = border_of(&around);
        let areas: Vec<i64> = ring.iter().map(|ring| twice_area(ring)).collect();
        assert_eq!(areas, [18, -2]);
        // Without a corner block as well: the hole touches the outer ring in one corner.
        let open: Vec<Corner> = around.into_iter().filter(|at| *at != (2, 2)).collect();
        let areas: Vec<i64> = border_of(&open)
            .iter()
            .map(|ring| twice_area(ring))
            .collect();
        assert_eq!(areas, [16, -2]);
    }
}
