//! Workbooks of the `.xlsx` family, cell by cell: of a sheet, only one row is in memory.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Dimensions, Reader as _, Xlsx, XlsxError};
use linli_model::edition::Day;

use super::{Cell, Format, MAX_CELL, MAX_COLUMNS, MAX_ROWS, RawRow, Source, Value, too_much};
use crate::refusal::Refusal;

/// Days from the spreadsheet's epoch to 1970-01-01.
const EPOCH: i32 = 25_569;

pub(super) fn rows(
    source: &mut dyn Source,
    wanted: Option<&str>,
    each: &mut dyn FnMut(RawRow) -> ControlFlow<()>,
) -> Result<Format, Refusal> {
    let mut book: Xlsx<&mut dyn Source> = guarded(|| Xlsx::new(source))?;
    let names = book.sheet_names();
    let name = match wanted {
        Some(wanted) => names.iter().find(|name| name.as_str() == wanted).cloned(),
        None => names.first().cloned(),
    };
    let Some(name) = name else {
        return Err(Refusal::Sheet {
            wanted: wanted.unwrap_or_default().to_owned(),
            has: names,
        });
    };
    let merges = guarded(|| book.merge_cells_by_sheet_name(&name))?;
    let format = Format::Workbook {
        sheet: name.clone(),
        others: names.len().saturating_sub(1),
    };
    let mut cells = guarded(|| book.worksheet_cells_reader(&name))?;
    let mut rows = Rows {
        merged: Merged::new(merges),
        row: 0,
        cells: Vec::new(),
        count: 0,
        each,
    };
    while let Some(record) = guarded(|| cells.next_cell_with_formula_metadata())? {
        let (row, column) = record.pos;
        let value = value_of(&record.value);
        if value == Value::Empty {
            continue;
        }
        if rows
            .put(row, column, value, record.formula.is_some())?
            .is_break()
        {
            return Ok(format);
        }
    }
    let _ = rows.hand_over()?;
    Ok(format)
}

/// The reader of workbooks is not ours: whatever damaged bytes make of it is an error.
fn guarded<T>(work: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, Refusal> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(Refusal::Workbook(error.to_string())),
        Err(_) => Err(Refusal::Workbook("it is damaged".to_owned())),
    }
}

fn value_of(value: &DataRef<'_>) -> Value {
    let text = |text: &str| {
        let is_blank = text.chars().all(char::is_whitespace);
        if is_blank {
            Value::Empty
        } else {
            Value::Text(text.to_owned())
        }
    };
    match value {
        DataRef::Empty => Value::Empty,
        #[expect(
            clippy::cast_precision_loss,
            reason = "a workbook keeps numbers as f64"
        )]
        DataRef::Int(number) => Value::Number(*number as f64),
        DataRef::Float(number) if number.is_finite() => Value::Number(*number),
        DataRef::Float(number) => Value::Fault(number.to_string()),
        DataRef::String(found) | DataRef::DateTimeIso(found) | DataRef::DurationIso(found) => {
            text(found)
        }
        DataRef::SharedString(found) => text(found),
        DataRef::Bool(flag) => Value::Flag(*flag),
        DataRef::DateTime(at) if at.is_datetime() && at.as_f64() >= 1.0 => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            let day = Day::from_ymd(i32::from(year), u32::from(month), u32::from(day));
            day.map_or_else(
                || Value::Number(at.as_f64()),
                |day| Value::Day(f64::from(day.0.saturating_add(EPOCH))),
            )
        }
        DataRef::DateTime(at) => Value::Number(at.as_f64()),
        DataRef::Error(error) => Value::Fault(error.to_string()),
    }
}

/// Cells gathered into rows.
struct Rows<'e> {
    merged: Merged,
    row: u32,
    cells: Vec<Cell>,
    count: u64,
    each: &'e mut dyn FnMut(RawRow) -> ControlFlow<()>,
}

impl Rows<'_> {
    fn put(
        &mut self,
        row: u32,
        column: u32,
        value: Value,
        is_formula: bool,
    ) -> Result<ControlFlow<()>, Refusal> {
        if row != self.row && self.hand_over()?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        self.row = row;
        let at = usize::try_from(column).unwrap_or(usize::MAX);
        if at >= MAX_COLUMNS {
            return Err(too_much("columns", u64::from(column) + 1, 512));
        }
        if let Value::Text(text) = &value
            && text.len() > MAX_CELL
        {
            let size = u64::try_from(text.len()).unwrap_or(u64::MAX);
            return Err(too_much("bytes of a cell", size, 65_536));
        }
        if self.cells.len() <= at {
            self.cells.resize(at + 1, Cell::EMPTY);
        }
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = Cell {
                value,
                is_formula,
                is_merged: false,
            };
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Hands the row over that is complete now, if there is one.
    fn hand_over(&mut self) -> Result<ControlFlow<()>, Refusal> {
        if self.cells.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        self.count = self.count.saturating_add(1);
        if self.count > MAX_ROWS {
            return Err(too_much("rows", self.count, MAX_ROWS));
        }
        let mut cells = std::mem::take(&mut self.cells);
        self.merged.fill(self.row, &mut cells);
        let row = RawRow {
            line: u64::from(self.row) + 1,
            cells,
            is_trimmed: true,
        };
        Ok((self.each)(row))
    }
}

/// Cells that were merged over several rows: the value of the first counts for all of them.
struct Merged {
    /// Those still to come, the first one last.
    ahead: Vec<Dimensions>,
    /// Those that the rows are in now.
    open: Vec<(Dimensions, Cell)>,
}

impl Merged {
    fn new(merges: Vec<Dimensions>) -> Self {
        let mut ahead: Vec<Dimensions> = merges
            .into_iter()
            .filter(|area| area.end.0 > area.start.0)
            .collect();
        ahead.sort_by_key(|area| std::cmp::Reverse(area.start));
        Self {
            ahead,
            open: Vec::new(),
        }
    }

    fn fill(&mut self, row: u32, cells: &mut Vec<Cell>) {
        self.open.retain(|(area, _)| area.end.0 >= row);
        while let Some(area) = self.ahead.pop_if(|area| area.start.0 <= row) {
            let at = usize::try_from(area.start.1).unwrap_or(usize::MAX);
            let first = cells
                .get(at)
                .filter(|cell| area.start.0 == row && !cell.is_empty());
            if let Some(first) = first {
                self.open.push((area, first.clone()));
            }
        }
        for (area, first) in &self.open {
            let at = usize::try_from(area.start.1).unwrap_or(usize::MAX);
            if area.start.0 == row || at >= MAX_COLUMNS {
                continue;
            }
            if cells.len() <= at {
                cells.resize(at + 1, Cell::EMPTY);
            }
            if let Some(cell) = cells.get_mut(at).filter(|cell| cell.is_empty()) {
                *cell = Cell {
                    is_merged: true,
                    ..first.clone()
                };
            }
        }
    }
}
