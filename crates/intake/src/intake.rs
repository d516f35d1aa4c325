//! A whole file, a row at a time: header, checks, duplicates, and what must never come in.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::ControlFlow;

use linli_geo::Crs;
use linli_model::edition::Day;
use linli_model::standard::{DepartmentCode, is_id_number};

use crate::clean;
use crate::column::Need;
use crate::fields::Fields;
use crate::header::{Header, LOOKED_AT, denied};
use crate::kinds::{Kind, Row, With};
use crate::locate::Places;
use crate::mapping::Mapping;
use crate::mistake::{Mistake, NoteKind, Notes};
use crate::read::{self, Cell, Format, RawRow, Source, Value};
use crate::reason::Reason;
use crate::refusal::Refusal;

/// How a file is to be read.
#[derive(Debug, Default)]
pub struct Settings<'a> {
    /// Names of columns, and values for what the file does not say.
    pub mapping: Mapping,
    /// The coordinate system of the file's positions, when the file does not say it.
    pub crs: Option<Crs>,
    /// The sheet of a workbook; the first when absent.
    pub sheet: Option<String>,
    /// Today, for what has to lie ahead.
    pub today: Option<Day>,
    /// The grids that rows may lie in. Without them no position is looked up.
    pub places: Option<&'a Places>,
}

/// A row that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// It is right as far as the file itself can tell.
    Row(Box<Row>),
    /// It is not; everything that is wrong with it.
    Bad(Vec<Mistake>),
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What kind of file it was.
    pub format: Format,
    /// Rows of data, good and bad.
    pub rows: u64,
    /// The bad ones among them.
    pub bad: u64,
    /// What was put right.
    pub notes: Notes,
}

/// Reads a file and hands each row to `each`, in order. A refusal is about the whole file: nothing
/// of what was handed over before may be used.
pub fn intake(
    kind: Kind,
    source: &mut dyn Source,
    settings: &Settings<'_>,
    each: &mut dyn FnMut(Item) -> ControlFlow<()>,
) -> Result<Facts, Refusal> {
    let mut driver = Driver {
        kind,
        settings,
        header: None,
        above: 0,
        notes: Notes::default(),
        seen: BTreeMap::new(),
        rows: 0,
        bad: 0,
        refused: None,
    };
    let format = read::rows(
        source,
        settings.sheet.as_deref(),
        &mut |row| match driver.take(&row) {
            Ok(Some(item)) => each(item),
            Ok(None) => ControlFlow::Continue(()),
            Err(refusal) => {
                driver.refused = Some(refusal);
                ControlFlow::Break(())
            }
        },
    )?;
    if let Some(refusal) = driver.refused {
        return Err(refusal);
    }
    if driver.header.is_none() {
        return Err(no_header(kind));
    }
    Ok(Facts {
        format,
        rows: driver.rows,
        bad: driver.bad,
        notes: driver.notes,
    })
}

fn no_header(kind: Kind) -> Refusal {
    let needed = kind
        .columns()
        .iter()
        .filter(|column| column.need == Need::Must);
    Refusal::NoHeader {
        expected: needed
            .map(|column| format!("{} / {}", column.zh, column.id))
            .collect(),
    }
}

struct Driver<'a> {
    kind: Kind,
    settings: &'a Settings<'a>,
    header: Option<Header>,
    above: usize,
    notes: Notes,
    /// What was seen in which line first, by a hash of what makes rows the same.
    seen: BTreeMap<u128, u64>,
    rows: u64,
    bad: u64,
    refused: Option<Refusal>,
}

impl Driver<'_> {
    fn take(&mut self, row: &RawRow) -> Result<Option<Item>, Refusal> {
        if row.is_blank() {
            self.notes.add(NoteKind::BlankLine, row.line);
            return Ok(None);
        }
        let Some(header) = self.header.take() else {
            self.look_for_header(row)?;
            return Ok(None);
        };
        let item = self.take_data(&header, row);
        self.header = Some(header);
        item
    }

    fn look_for_header(&mut self, row: &RawRow) -> Result<(), Refusal> {
        let cells: Vec<String> = row.cells.iter().map(Cell::shown).collect();
        let columns = self.kind.columns();
        let mapping = &self.settings.mapping;
        if Header::looks_like(&cells, columns, mapping) {
            let header = Header::read(row.line, &cells, columns, mapping)?;
            let has = |id: &str| header.find(id).is_some();
            let says_crs = has("crs") || mapping.values.contains_key("crs");
            if (has("lon") || has("lat")) && !says_crs && self.settings.crs.is_none() {
                return Err(Refusal::NoCrs);
            }
            self.header = Some(header);
            return Ok(());
        }
        // A header whose names are all wrong is told for what it asks, too.
        if let Some((column, class)) = cells.iter().find_map(|name| Some((name, denied(name)?))) {
            let column = clean::text(column).0;
            return Err(Refusal::Denied { column, class });
        }
        self.notes.add(NoteKind::AboveHeader, row.line);
        self.above = self.above.saturating_add(1);
        if self.above >= LOOKED_AT {
            return Err(no_header(self.kind));
        }
        Ok(())
    }

    fn take_data(&mut self, header: &Header, row: &RawRow) -> Result<Option<Item>, Refusal> {
        let first = row.cells.iter().find(|cell| !cell.is_empty());
        if first.is_some_and(
            |cell| matches!(&cell.value, Value::Text(text) if text.trim_start().starts_with('#')),
        ) {
            self.notes.add(NoteKind::Comment, row.line);
            return Ok(None);
        }
        Self::refuse_id_numbers(header, row)?;
        for cell in row.cells.iter().take(header.len()) {
            if cell.is_formula {
                self.notes.add(NoteKind::Formula, row.line);
            }
            if cell.is_merged {
                self.notes.add(NoteKind::Merged, row.line);
            }
        }
        if row.cells.len() < header.len() && !row.is_trimmed {
            self.notes.add(NoteKind::Short, row.line);
        }
        self.rows = self.rows.saturating_add(1);
        let checked = self.check(header, row);
        Ok(Some(match checked {
            Ok(Some(row)) => Item::Row(Box::new(row)),
            Ok(None) => return Ok(None),
            Err(mistakes) => {
                self.bad = self.bad.saturating_add(1);
                Item::Bad(mistakes)
            }
        }))
    }

    /// The row's meaning; nothing when it is left out; everything that is wrong with it.
    fn check(&mut self, header: &Header, row: &RawRow) -> Result<Option<Row>, Vec<Mistake>> {
        let used = row
            .cells
            .iter()
            .rposition(|cell| !cell.is_empty())
            .map_or(0, |last| last + 1);
        let ragged = (used > header.len()).then(|| {
            let reason = Reason::Ragged {
                found: used,
                columns: header.len(),
            };
            Mistake::of_row(row.line, reason)
        });
        let defaults = &self.settings.mapping.values;
        let mut fields = Fields::new(header, &row.cells, row.line, defaults, &mut self.notes);
        let with = With {
            crs: self.settings.crs,
            today: self.settings.today.unwrap_or(Day(0)),
        };
        let parsed = self.kind.parse(&mut fields, with);
        let mut parsed = parsed.map(|mut parsed| {
            if let (Row::Base(base), Some(places)) = (&mut parsed.row, self.settings.places)
                && let Some((column, reason)) = places.settle(base, parsed.at)
            {
                let value = base
                    .grid
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                fields.wrong(column, &value, reason);
            }
            parsed
        });
        let mut mistakes = fields.into_mistakes();
        mistakes.extend(ragged);
        if let Some(same) = parsed.as_ref().map(|parsed| hash(&parsed.same)) {
            if let Some(line) = self.seen.get(&same) {
                mistakes.push(Mistake::of_row(row.line, Reason::Repeats(*line)));
            } else {
                self.seen.insert(same, row.line);
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let row = parsed.take().map(|parsed| parsed.row);
        if let Some(Row::Division(division)) = &row
            && !division.is_in_use
        {
            let is_virtual = division.division.code.is_virtual();
            let kind = if is_virtual {
                NoteKind::Virtual
            } else {
                NoteKind::NotInUse
            };
            self.notes.add(kind, division.line);
        }
        Ok(row)
    }

    fn refuse_id_numbers(header: &Header, row: &RawRow) -> Result<(), Refusal> {
        for (at, cell) in row.cells.iter().enumerate() {
            let may_be_department = ["code", "owner"]
                .iter()
                .any(|id| header.find(id).is_some_and(|(place, _)| place == at));
            if holds_id_number(&cell.value, may_be_department) {
                return Err(Refusal::IdNumber {
                    column: header.name(at).to_owned(),
                    line: row.line,
                });
            }
        }
        Ok(())
    }
}

/// Whether a cell holds the number of an identity document, alone or within other text.
fn holds_id_number(value: &Value, may_be_department: bool) -> bool {
    match value {
        Value::Text(text) => {
            let digits = text.chars().filter(|sign| sign.is_numeric()).count();
            if digits < 17 {
                return false;
            }
            let (plain, _) = clean::code(text);
            let runs = plain.split(|sign: char| !sign.is_ascii_alphanumeric());
            runs.filter(|run| run.len() == 18 && is_id_number(run))
                .any(|run| !may_be_department || run.parse::<DepartmentCode>().is_err())
        }
        // A spreadsheet has rounded the last digits away; the birthday is still there.
        Value::Number(number) if (1e17..1e18).contains(number) && number.fract() == 0.0 => {
            let digits = format!("{number:.0}");
            let part = |from: usize, to: usize| digits.get(from..to)?.parse::<u32>().ok();
            let day = part(6, 10).zip(part(10, 12).zip(part(12, 14)));
            day.is_some_and(|(year, (month, day))| {
                (1900..=2100).contains(&year)
                    && i32::try_from(year)
                        .is_ok_and(|year| Day::from_ymd(year, month, day).is_some())
            })
        }
        Value::Empty | Value::Number(_) | Value::Day(_) | Value::Flag(_) | Value::Fault(_) => false,
    }
}

/// 128 bits: with some million rows two different ones never meet.
fn hash(text: &str) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        text.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

#[cfg(test)]
mod tests;
