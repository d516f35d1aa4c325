//! A year of a grid, the same in every run: households and residents in the register, cases with their
//! whole way through desks and units, edits by two handhelds. The people are invented.

mod cases;
mod people;

pub(crate) use people::{FAMILY, GIVEN};

use std::path::Path;

use linli_model::{RecordId, Timestamp};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};

use crate::handheld::{Handheld, Place};
use crate::town::Town;

/// Between two actions of a grid with 500 cases, in milliseconds, on average. A certificate of a
/// handheld lasts 90 days, and a year's history has to end before it does.
const STEP: usize = 7 * 60_000;

/// How large a grid is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) households: usize,
    pub(crate) residents: usize,
    pub(crate) cases: usize,
    /// Edits of single fields in the year.
    pub(crate) edits: usize,
}

impl Size {
    /// The grid of the bars.
    pub(crate) const FULL: Self = Self {
        households: 1_300,
        residents: 4_000,
        cases: 500,
        edits: 2_000,
    };
    /// The grid of the bars of a first sync.
    pub(crate) const BUSY: Self = Self {
        cases: 3_000,
        ..Self::FULL
    };
    /// Enough to see that everything runs.
    pub(crate) const QUICK: Self = Self {
        households: 30,
        residents: 90,
        cases: 12,
        edits: 50,
    };

    pub(crate) fn of(is_quick: bool) -> Self {
        if is_quick { Self::QUICK } else { Self::FULL }
    }
}

/// A grid after a year, with the server and the two handhelds that wrote it. Everybody is in step.
pub(crate) struct Year {
    pub(crate) town: Town,
    pub(crate) first: Handheld,
    pub(crate) second: Handheld,
    pub(crate) households: Vec<RecordId>,
    pub(crate) residents: Vec<RecordId>,
    pub(crate) cases: Vec<RecordId>,
    pub(crate) dice: Dice,
    step: usize,
}

/// Everything that is drawn.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.0.next_u64() % u64::try_from(limit).unwrap()).unwrap()
    }

    pub(crate) fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// A UUID of version 7.
    pub(crate) fn record(&mut self, at: Timestamp) -> RecordId {
        let mut id: [u8; 16] = self.bytes();
        id[..6].copy_from_slice(&at.0.to_be_bytes()[2..]);
        id[6] = 0x70 | (id[6] & 0x0f);
        id[8] = 0x80 | (id[8] & 0x3f);
        RecordId(id)
    }
}

impl Year {
    /// Lives the year. The server's files lie in the folder.
    pub(crate) fn live(folder: &Path, size: Size, on_disk: bool) -> Self {
        Self::live_in(Town::start(folder, on_disk), size)
    }

    /// Lives the year in a town that has begun.
    pub(crate) fn live_in(mut town: Town, size: Size) -> Self {
        let first = town.enrol(1, Place::Memory);
        let second = town.enrol(2, Place::Memory);
        let mut year = Self {
            town,
            first,
            second,
            households: Vec::new(),
            residents: Vec::new(),
            cases: Vec::new(),
            dice: Dice::new(7),
            step: STEP * 500 / size.cases.max(500),
        };
        year.settle_people(size);
        let rounds = 5;
        for round in 0..rounds {
            year.live_cases(size.cases * round / rounds..size.cases * (round + 1) / rounds);
            for _ in 0..size.edits / rounds {
                year.edit_someone();
            }
            year.all_sync();
        }
        year
    }

    /// Both handhelds exchange until nothing is left to say.
    pub(crate) fn all_sync(&mut self) {
        for _ in 0..2 {
            self.first.sync(&mut self.town);
            self.second.sync(&mut self.town);
        }
    }

    /// Lets the time between two actions pass.
    fn tick(&mut self) -> Timestamp {
        let ms = self.dice.below(2 * self.step);
        self.town.pass_ms(i64::try_from(ms).unwrap())
    }

    /// One of the handhelds by its number, 0 or 1.
    pub(crate) fn handheld(&self, number: usize) -> &Handheld {
        if number == 0 {
            &self.first
        } else {
            &self.second
        }
    }
}
