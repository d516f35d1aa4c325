//! What a device remembers of the files that it gave away, to read their answers. No content.

use linli_model::GridCode;
use linli_sync::client::RequestNote;
use serde::{Deserialize, Serialize};

use crate::carry::CarryRefusal;
use crate::error::{DeviceError, Result};
use crate::files::{hex, unhex};

/// Files that are remembered. Each holds everything that waited, so the newest answer is enough.
const KEPT: usize = 8;

/// A file that was given away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CarryOut {
    /// Its number; a later file has a higher one.
    pub(super) sequence: u64,
    /// When it lay whole on its drive; nothing while it is being written.
    pub(super) written_at: Option<i64>,
    /// Whether its answer was taken.
    pub(super) is_taken: bool,
    /// Its requests in order.
    pub(super) requests: Vec<CarriedNote>,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CarriedNote {
    grid: GridCode,
    /// As hex.
    note: String,
}

impl CarriedNote {
    pub(super) fn of(grid: &GridCode, note: &RequestNote) -> Result<Self> {
        let bytes = note.encode().map_err(linli_exchange::ExchangeError::from)?;
        Ok(Self {
            grid: grid.clone(),
            note: hex(&bytes),
        })
    }

    pub(super) fn grid(&self) -> &GridCode {
        &self.grid
    }

    pub(super) fn note(&self) -> Result<RequestNote> {
        let broken = || DeviceError::Damaged("the note of a carried file".into());
        let bytes = unhex(&self.note).ok_or_else(broken)?;
        RequestNote::decode(&bytes).map_err(|_| broken())
    }
}

/// The number of the next file: later ones are higher, also when the clock was set back.
pub(super) fn next_sequence(notes: &[CarryOut], now_ms: i64) -> u64 {
    let last = notes.iter().map(|note| note.sequence).max().unwrap_or(0);
    u64::try_from(now_ms)
        .unwrap_or(0)
        .max(last.saturating_add(1))
}

/// When the newest file was written that has no answer yet.
pub(super) fn written_at(notes: &[CarryOut]) -> Option<i64> {
    let newest = notes.iter().filter(|note| note.written_at.is_some());
    let newest = newest.max_by_key(|note| note.sequence)?;
    newest.written_at.filter(|_| !newest.is_taken)
}

/// Adds a file, and forgets the oldest.
pub(super) fn add(notes: &mut Vec<CarryOut>, note: CarryOut) {
    notes.push(note);
    notes.sort_by_key(|note| note.sequence);
    let surplus = notes.len().saturating_sub(KEPT);
    notes.drain(..surplus);
}

/// The file that an answer with this number belongs to.
pub(super) fn find(notes: &[CarryOut], sequence: u64) -> Result<&CarryOut, CarryRefusal> {
    let found = notes.iter().find(|note| note.sequence == sequence);
    let found = found.ok_or(CarryRefusal::Unknown)?;
    let is_older = |other: &&CarryOut| other.is_taken && other.sequence > sequence;
    if found.is_taken {
        Err(CarryRefusal::Taken)
    } else if notes.iter().any(|other| is_older(&other)) {
        Err(CarryRefusal::Older)
    } else {
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(sequence: u64, written_at: Option<i64>, is_taken: bool) -> CarryOut {
        CarryOut {
            sequence,
            written_at,
            is_taken,
            requests: Vec::new(),
        }
    }

    #[test]
    fn an_answer_counts_once_and_not_after_a_later_one() {
        let notes = [
            note(1, Some(10), false),
            note(2, Some(20), true),
            note(3, None, false),
        ];
        assert_eq!(find(&notes, 1), Err(CarryRefusal::Older));
        assert_eq!(find(&notes, 2), Err(CarryRefusal::Taken));
        assert_eq!(find(&notes, 3), Ok(&notes[2]));
        assert_eq!(find(&notes, 4), Err(CarryRefusal::Unknown));
        assert_eq!(written_at(&notes), None);
        assert_eq!(written_at(&notes[..1]), Some(10));
    }

    #[test]
    fn numbers_rise_though_the_clock_is_set_back() {
        let mut notes = Vec::new();
        for now in [100, 50, 50, -1] {
            let sequence = next_sequence(&notes, now);
            add(&mut notes, note(sequence, None, false));
        }
        let numbers: Vec<u64> = notes.iter().map(|note| note.sequence).collect();
        assert_eq!(numbers, [100, 101, 102, 103]);
        for _ in 0..20 {
            let sequence = next_sequence(&notes, 0);
            add(&mut notes, note(sequence, None, false));
        }
        assert_eq!(notes.len(), KEPT);
        assert_eq!(notes[0].sequence, 116);
    }
}
