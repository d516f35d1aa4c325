//! Requests, bytes and memory of syncs.

mod day;
mod first;
mod held;
mod idle;
mod thousand;

pub(crate) use first::install_packs;

use crate::Setting;
use crate::figure::Table;
use crate::grid::{Size, Year};

/// What frames add to a change at the least: its record's id and its length.
const FRAME: usize = 16 + 2;

/// Bytes of changes as they are, one after the other, each with its record and its length.
fn framed(changes: &[Vec<u8>]) -> usize {
    changes.iter().map(|bytes| bytes.len() + FRAME).sum()
}

pub(crate) fn measure(setting: &Setting, table: &mut Table) {
    let folder = tempfile::tempdir_in(&setting.folder).unwrap();
    let mut year = Year::live(folder.path(), Size::of(setting.is_quick), false);
    let pairs = first::measure(&mut year, table);
    day::measure(&mut year, pairs, setting.is_quick, table);
    thousand::measure(&mut year, setting.is_quick, table);
    held::measure(&mut year, table);
    drop(year);
    idle::measure(setting, table);
}
