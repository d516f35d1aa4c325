#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::collections::BTreeSet;

use super::*;
use crate::{Sample, SampleSet};

const UNTIL: Timestamp = Timestamp(1_790_000_000_000);

fn planned() -> (Sample, Vec<PlannedCase>) {
    let sample = Sample::new(SampleSet::Street).unwrap();
    let cases = sample.grids().flat_map(|grid| {
        let filled = crate::neighbourhood::fill(grid).unwrap();
        cases(&filled, UNTIL, 88)
    });
    let cases = cases.collect();
    (sample, cases)
}

#[test]
fn a_year_has_every_course_and_ends_in_time() {
    let (sample, cases) = planned();
    assert_eq!(cases.len(), 34 * 88);
    for course in [
        Course::Closed,
        Course::Rework,
        Course::Declined,
        Course::OnHold,
        Course::Overdue,
        Course::Conflict,
    ] {
        assert!(cases.iter().any(|case| case.course == course), "{course:?}");
    }
    let edition = sample.edition().unwrap();
    let known: BTreeSet<&str> = edition
        .catalogue
        .iter()
        .map(|row| row.code.as_str())
        .collect();
    for case in &cases {
        assert!(known.contains(case.category), "{}", case.category);
        assert!(case.reported_at <= UNTIL && case.reported_at >= UNTIL.plus_ms(-YEAR_MS));
        let acts = case.acts(UNTIL);
        assert_eq!(acts[0], (case.reported_at, Act::Report));
        assert!(acts.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        assert!(acts.iter().all(|(at, _)| *at <= UNTIL));
    }
    let closed = |case: &&PlannedCase| {
        let acts = case.acts(UNTIL);
        acts.last()
            .is_some_and(|(_, act)| matches!(act, Act::Close | Act::Decline))
    };
    let share = cases.iter().filter(closed).count() * 100 / cases.len();
    assert!((85..=97).contains(&share), "{share} % are over");
}

#[test]
fn the_same_grid_has_the_same_year() {
    assert_eq!(planned().1, planned().1);
}

#[test]
fn ice_is_no_matter_of_the_summer() {
    let (_, cases) = planned();
    let day = |case: &PlannedCase| (case.reported_at.0 / DAY_MS).rem_euclid(365);
    let ice = cases.iter().filter(|case| case.category == "06995");
    assert!(ice.clone().count() > 5);
    assert!(
        ice.into_iter()
            .all(|case| !(100..=300).contains(&day(case)))
    );
}
