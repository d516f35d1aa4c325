//! Files as rows of cells: text with separators in any usual encoding, and workbooks.

mod encoding;
mod separated;
mod sheet;

use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use crate::refusal::Refusal;

/// The most rows of one file.
pub const MAX_ROWS: u64 = 5_000_000;
/// The most columns of one row.
pub const MAX_COLUMNS: usize = 512;
/// The most bytes of one cell's text.
pub const MAX_CELL: usize = 64 * 1024;

/// A file that can be read from the beginning more than once.
pub trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Empty,
    /// Text as it stands there.
    Text(String),
    /// A number of a workbook.
    Number(f64),
    /// A day or time of a workbook, as a serial number counted from 1899-12-30.
    Day(f64),
    /// True or false.
    Flag(bool),
    /// An error value such as `#REF!`.
    Fault(String),
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What stands in it.
    pub value: Value,
    /// Whether a formula computed it.
    pub is_formula: bool,
    /// Whether it got its value from the merged cell that it is part of.
    pub is_merged: bool,
}

impl Cell {
    /// A cell without a value.
    pub const EMPTY: Self = Self {
        value: Value::Empty,
        is_formula: false,
        is_merged: false,
    };

    /// A cell with a text; empty when there is nothing but blanks. `="007"` is what spreadsheets
    /// write for a text that looks like a number; any other formula has no value here.
    pub fn text(text: &str) -> Self {
        let is_blank = text.chars().all(char::is_whitespace);
        let formula = text.strip_prefix('=').filter(|rest| !rest.is_empty());
        let quoted = formula.and_then(|rest| rest.strip_prefix('"')?.strip_suffix('"'));
        let value = match (quoted, formula) {
            _ if is_blank => Value::Empty,
            (Some(inner), _) => Value::Text(inner.to_owned()),
            (None, Some(_)) => Value::Fault(text.to_owned()),
            (None, None) => Value::Text(text.to_owned()),
        };
        Self {
            is_formula: quoted.is_some(),
            value,
            is_merged: false,
        }
    }

    /// Whether it has no value.
    pub fn is_empty(&self) -> bool {
        self.value == Value::Empty
    }

    /// What stands in it, as it is compared and shown.
    pub fn shown(&self) -> String {
        match &self.value {
            Value::Empty => String::new(),
            Value::Text(text) | Value::Fault(text) => text.clone(),
            Value::Number(number) | Value::Day(number) => number.to_string(),
            Value::Flag(flag) => flag.to_string(),
        }
    }
}

/// A row as the file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<Cell>,
    /// Whether empty cells at the end are left out: workbooks do not keep them.
    pub is_trimmed: bool,
}

impl RawRow {
    /// Whether no cell has a value.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

/// What kind of file it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Text with separators.
    Separated {
        /// The name of the encoding.
        encoding: &'static str,
        /// What stands between cells.
        separator: char,
    },
    /// A workbook of the `.xlsx` family.
    Workbook {
        /// The sheet that was read.
        sheet: String,
        /// How many others there are.
        others: usize,
    },
}

/// Hands every row of a file to `each`, in order, until it breaks off. Which kind of file it is
/// shows from its first bytes, never from its name. `sheet`: the sheet of a workbook, by default
/// the first one.
pub fn rows(
    source: &mut dyn Source,
    sheet: Option<&str>,
    each: &mut dyn FnMut(RawRow) -> ControlFlow<()>,
) -> Result<Format, Refusal> {
    let mut start = [0u8; 8];
    let filled = fill(source, &mut start)?;
    source.seek(SeekFrom::Start(0)).map_err(disk)?;
    let start = start.get(..filled).unwrap_or_default();
    if start.starts_with(b"PK\x03\x04") {
        return sheet::rows(source, sheet, each);
    }
    if start.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(Refusal::Format("xls"));
    }
    if start.starts_with(b"%PDF") {
        return Err(Refusal::Format("pdf"));
    }
    separated::rows(source, each)
}

fn fill(source: &mut dyn Source, buffer: &mut [u8]) -> Result<usize, Refusal> {
    let mut filled = 0;
    while let Some(free) = buffer.get_mut(filled..).filter(|free| !free.is_empty()) {
        match source.read(free) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(disk(error)),
        }
    }
    Ok(filled)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what map_err hands over"
)]
fn disk(error: std::io::Error) -> Refusal {
    Refusal::Disk(error.to_string())
}

fn too_much(what: &'static str, found: u64, most: u64) -> Refusal {
    Refusal::TooMuch { what, found, most }
}

#[cfg(test)]
mod tests;
