//! Text with separators.

use std::io::{Read as _, SeekFrom};
use std::ops::ControlFlow;

use super::encoding::{self, ToUtf8};
use super::{Cell, Format, MAX_CELL, MAX_COLUMNS, MAX_ROWS, RawRow, Source, disk, too_much};
use crate::refusal::Refusal;

/// What may stand between cells, the likelier first.
const SEPARATORS: [char; 4] = [',', '\t', ';', '|'];
/// How much of the text the separator is guessed from.
const LOOKED_AT: u64 = 64 * 1024;

pub(super) fn rows(
    source: &mut dyn Source,
    each: &mut dyn FnMut(RawRow) -> ControlFlow<()>,
) -> Result<Format, Refusal> {
    let encoding = encoding::detect(source)?;
    let mut head = Vec::new();
    let mut start = ToUtf8::new(source, encoding).take(LOOKED_AT);
    start.read_to_end(&mut head).map_err(disk)?;
    drop(start);
    let separator = guess(&String::from_utf8_lossy(&head));
    source.seek(SeekFrom::Start(0)).map_err(disk)?;

    let text = ToUtf8::new(source, encoding);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .delimiter(u8::try_from(separator).unwrap_or(b','))
        .from_reader(text);
    let format = Format::Separated {
        encoding: encoding.name(),
        separator,
    };
    let mut record = csv::ByteRecord::new();
    let mut count = 0u64;
    let mut line_after = 1;
    loop {
        let is_there = reader
            .read_byte_record(&mut record)
            .map_err(|error| Refusal::Disk(error.to_string()))?;
        if !is_there {
            return Ok(format);
        }
        count = count.saturating_add(1);
        if count > MAX_ROWS {
            return Err(too_much("rows", count, MAX_ROWS));
        }
        if record.len() > MAX_COLUMNS {
            return Err(too_much("columns", len(record.len()), len(MAX_COLUMNS)));
        }
        // Every line has its end: the record began as many lines ago as it has line ends, its own
        // and those between quotes.
        let next = reader.position().line();
        let is_end = |byte: &u8| *byte == b'\n';
        let within: usize = record
            .iter()
            .map(|cell| cell.split(is_end).count().saturating_sub(1))
            .sum();
        let line = next.saturating_sub(len(within).saturating_add(1));
        if let Some(long) = record.iter().map(<[u8]>::len).find(|size| *size > MAX_CELL) {
            return Err(too_much("bytes of a cell", len(long), len(MAX_CELL)));
        }
        // The reader passes over empty lines without a word.
        for blank in line_after..line {
            let row = RawRow {
                line: blank,
                cells: Vec::new(),
                is_trimmed: false,
            };
            if each(row).is_break() {
                return Ok(format);
            }
        }
        line_after = next;
        let cells = record
            .iter()
            .map(|cell| Cell::text(&String::from_utf8_lossy(cell)));
        let row = RawRow {
            line,
            cells: cells.collect(),
            is_trimmed: false,
        };
        if each(row).is_break() {
            return Ok(format);
        }
    }
}

/// The separator that most lines have, and equally often; a comma when nothing else shows.
fn guess(head: &str) -> char {
    let lines: Vec<&str> = head
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(20)
        .collect();
    let score = |separator: char| {
        let counts = lines.iter().map(|line| outside_quotes(line, separator));
        let with: Vec<usize> = counts.filter(|count| *count > 0).collect();
        let most = with.iter().copied().max().unwrap_or(0);
        let alike = with.iter().filter(|count| **count == most).count();
        (with.len() + alike, most)
    };
    let mut best = (',', score(','));
    for separator in SEPARATORS {
        let rated = score(separator);
        if rated > best.1 {
            best = (separator, rated);
        }
    }
    best.0
}

fn outside_quotes(line: &str, separator: char) -> usize {
    let mut is_quoted = false;
    let mut count = 0;
    for sign in line.chars() {
        if sign == '"' {
            is_quoted = !is_quoted;
        } else if sign == separator && !is_quoted {
            count += 1;
        }
    }
    count
}

fn len(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
