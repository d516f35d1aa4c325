//! The handhelds of a sample: one for every grid, a second one for the busier grids, some of them stuck.

use linli_model::{GridCode, IdError, StaffId};

use crate::city::{Sample, assistant, manager};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// A handheld of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleDevice {
    /// The tag on its back: street, grid and number.
    pub label: String,
    /// Its grid.
    pub grid: GridCode,
    /// Who carries it.
    pub staff: StaffId,
    /// Why nothing comes from it any more; none when it works.
    pub stuck: Option<Stuck>,
}

/// Why a handheld is stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stuck {
    /// It lies in a drawer since so long.
    NoContact,
    /// It is used every day and its telephone card has no data left.
    NoNetwork,
    /// Its clock stands years behind, so that its requests are refused.
    ClockWrong,
}

impl Stuck {
    /// Since when before the end nothing has come.
    pub fn since_ms(self) -> i64 {
        match self {
            Self::NoContact => 9 * 24 * HOUR_MS,
            Self::NoNetwork => 30 * HOUR_MS,
            Self::ClockWrong => 3 * 24 * HOUR_MS,
        }
    }
}

/// The handhelds of a sample set: 60 for the 34 grids of a street, in that share elsewhere.
pub fn devices(sample: &Sample) -> Result<Vec<SampleDevice>, IdError> {
    let grids: Vec<&GridCode> = sample.grids().map(|area| &area.code).collect();
    let second = grids.len() * 26 / 34;
    let mut devices = Vec::new();
    for (index, grid) in grids.iter().enumerate() {
        devices.push(device(grid, 1, assistant(grid)?));
        if index < second {
            devices.push(device(grid, 2, manager(grid)?));
        }
    }
    // Second handhelds: the first one of their grid works.
    let causes = [Stuck::NoContact, Stuck::NoNetwork, Stuck::ClockWrong];
    let mut causes = causes.into_iter();
    for device in devices.iter_mut().skip(7).step_by(16) {
        device.stuck = causes.next();
    }
    Ok(devices)
}

fn device(grid: &GridCode, number: u32, staff: StaffId) -> SampleDevice {
    // 110101009010G03 and 2: 009-010-03-2.
    let code = grid.as_str();
    let part = |from, to| code.get(from..to).unwrap_or_default();
    SampleDevice {
        label: format!("{}-{}-{}-{number}", part(6, 9), part(9, 12), part(13, 15)),
        grid: grid.clone(),
        staff,
        stuck: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use std::collections::BTreeSet;

    use super::*;
    use crate::SampleSet;

    #[test]
    fn a_street_has_sixty_of_which_three_are_stuck() {
        let devices = devices(&Sample::new(SampleSet::Street).unwrap()).unwrap();
        assert_eq!(devices.len(), 60);
        let stuck: Vec<_> = devices.iter().filter_map(|one| one.stuck).collect();
        assert_eq!(
            stuck,
            [Stuck::NoContact, Stuck::NoNetwork, Stuck::ClockWrong]
        );
        let labels: BTreeSet<_> = devices.iter().map(|one| &one.label).collect();
        assert_eq!(labels.len(), 60);
    }
}
