//! The list of columns of a change and the bytes of each.

use super::ScanRefusal;
use super::leb128::Reader;
use crate::rules::{Rule, Rules};

/// The bytes of every column that an operation can have; empty where the change has none.
#[derive(Default)]
pub(super) struct Columns<'a> {
    pub(super) object_actor: &'a [u8],
    pub(super) object_counter: &'a [u8],
    pub(super) key_actor: &'a [u8],
    pub(super) key_counter: &'a [u8],
    pub(super) key_name: &'a [u8],
    pub(super) insert: &'a [u8],
    pub(super) action: &'a [u8],
    pub(super) value_meta: &'a [u8],
    pub(super) value: &'a [u8],
    pub(super) pred_count: &'a [u8],
    pub(super) pred_actor: &'a [u8],
    pub(super) pred_counter: &'a [u8],
}

/// The most columns that a list may name.
const MAX_COLUMNS: usize = 16;

/// The bit of a column's number that says its bytes are deflated.
const DEFLATED: u64 = 0b1000;

/// Reads the list and cuts the bytes behind it; nothing may follow.
pub(super) fn read(mut reader: Reader<'_>, rules: Rules) -> Result<Columns<'_>, ScanRefusal> {
    let listed = list(&mut reader, rules)?;
    let mut columns = Columns::default();
    for (number, length) in listed.into_iter().flatten() {
        let bytes = reader.take(length)?;
        if let Some(slot) = columns.slot(number) {
            *slot = bytes;
        }
    }
    rules.require(Rule::TrailingBytes, reader.is_empty())?;
    Ok(columns)
}

type Listed = [Option<(u64, u64)>; MAX_COLUMNS];

fn list(reader: &mut Reader<'_>, rules: Rules) -> Result<Listed, ScanRefusal> {
    let mut listed = [None; MAX_COLUMNS];
    let count = reader.unsigned()?;
    if count > MAX_COLUMNS as u64 {
        return Err(ScanRefusal::OverCap("columns"));
    }
    let mut before = None;
    for (slot, _) in listed.iter_mut().zip(0..count) {
        let number = reader.unsigned()?;
        let length = reader.unsigned()?;
        if number & DEFLATED != 0 {
            return Err(ScanRefusal::Unsupported("a deflated column"));
        }
        if matches!(number, 148 | 165) {
            return Err(ScanRefusal::Unsupported("marks"));
        }
        rules.require(
            Rule::UnknownColumn,
            Columns::default().slot(number).is_some(),
        )?;
        rules.require(Rule::ColumnOrder, before < Some(number))?;
        rules.require(Rule::EmptyColumn, length > 0)?;
        before = Some(number);
        *slot = Some((number, length));
    }
    Ok(listed)
}

impl<'a> Columns<'a> {
    fn slot(&mut self, number: u64) -> Option<&mut &'a [u8]> {
        Some(match number {
            1 => &mut self.object_actor,
            2 => &mut self.object_counter,
            17 => &mut self.key_actor,
            19 => &mut self.key_counter,
            21 => &mut self.key_name,
            52 => &mut self.insert,
            66 => &mut self.action,
            86 => &mut self.value_meta,
            87 => &mut self.value,
            112 => &mut self.pred_count,
            113 => &mut self.pred_actor,
            115 => &mut self.pred_counter,
            _ => return None,
        })
    }
}
