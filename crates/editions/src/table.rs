//! A table in a text file: columns by name, rows by line, and mistakes with both.

use std::fmt;
use std::str::FromStr;

use linli_model::edition::Mistake;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A table as it was read.
pub(crate) struct Table {
    file: &'static str,
    columns: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// A row that is not empty.
pub(crate) struct Row {
    /// Where it stands in the file, from 1.
    pub(crate) line: u64,
    cells: Vec<String>,
}

/// A cell that was reported as a mistake.
pub(crate) struct Wrong;

/// What is wrong so far.
#[derive(Default)]
pub(crate) struct Mistakes(pub(crate) Vec<Mistake>);

impl Mistakes {
    pub(crate) fn add(&mut self, at: String, what: impl Into<String>) {
        self.0.push(Mistake {
            at,
            what: what.into(),
        });
    }
}

impl Table {
    /// Reads a table whose first row names these columns, in any order.
    pub(crate) fn read(
        file: &'static str,
        text: &str,
        columns: &[&str],
        mistakes: &mut Mistakes,
    ) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut table = Self {
            file,
            columns: Vec::new(),
            rows: Vec::new(),
        };
        match reader.headers() {
            Ok(header) => table.columns = header.iter().map(ToOwned::to_owned).collect(),
            Err(error) => mistakes.add(format!("{file} line 1"), error.to_string()),
        }
        table.check_columns(columns, mistakes);
        let mut places = Places::new(text);
        for record in reader.records() {
            match record {
                Ok(record) if record.iter().all(str::is_empty) => {}
                Ok(record) => {
                    let line = places.line(record.position());
                    if record.len() > table.columns.len() {
                        let what = format!(
                            "{} cells under {} columns; a text with a comma needs quotes",
                            record.len(),
                            table.columns.len()
                        );
                        mistakes.add(format!("{file} line {line}"), what);
                    }
                    table.rows.push(Row {
                        line,
                        cells: record.iter().map(ToOwned::to_owned).collect(),
                    });
                }
                Err(error) => {
                    let line = places.line(error.position());
                    mistakes.add(format!("{file} line {line}"), error.to_string());
                }
            }
        }
        table
    }

    fn check_columns(&self, columns: &[&str], mistakes: &mut Mistakes) {
        let at = format!("{} line 1", self.file);
        for missing in columns.iter().filter(|name| !self.has(name)) {
            mistakes.add(at.clone(), format!("the column {missing} is missing"));
        }
        let unknown = self.columns.iter();
        for name in unknown.filter(|name| !columns.contains(&name.as_str())) {
            let what = format!("unknown column {name:?}; known are {}", columns.join(", "));
            mistakes.add(at.clone(), what);
        }
    }

    fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|known| known == name)
    }

    /// A cell's text; empty when there is none.
    pub(crate) fn text<'a>(&self, row: &'a Row, column: &str) -> &'a str {
        let index = self.columns.iter().position(|known| known == column);
        let cell = index.and_then(|index| row.cells.get(index));
        cell.map_or("", String::as_str)
    }

    /// A cell that is a code, a number, anything with a text form.
    pub(crate) fn parse<T>(&self, row: &Row, column: &str, mistakes: &mut Mistakes) -> Option<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        let text = self.text(row, column);
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let what = if text.is_empty() {
                    "is empty".to_owned()
                } else {
                    let error = error.to_string();
                    if error.contains(text) {
                        error
                    } else {
                        format!("{text:?}: {error}")
                    }
                };
                self.wrong(row, column, what, mistakes);
                None
            }
        }
    }

    /// The same for a cell that may be empty; an error only when it holds something else.
    pub(crate) fn parse_if_any<T>(
        &self,
        row: &Row,
        column: &str,
        mistakes: &mut Mistakes,
    ) -> Result<Option<T>, Wrong>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        if self.text(row, column).is_empty() {
            return Ok(None);
        }
        self.parse(row, column, mistakes).map(Some).ok_or(Wrong)
    }

    /// A cell that is one word of a fixed list.
    pub(crate) fn word<T: DeserializeOwned>(
        &self,
        row: &Row,
        column: &str,
        mistakes: &mut Mistakes,
    ) -> Option<T> {
        let text = self.text(row, column);
        match serde_json::from_value(Value::String(text.to_owned())) {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(row, column, error.to_string(), mistakes);
                None
            }
        }
    }

    /// A cell that is `yes` or `no`.
    pub(crate) fn flag(&self, row: &Row, column: &str, mistakes: &mut Mistakes) -> Option<bool> {
        match self.text(row, column) {
            "yes" => Some(true),
            "no" => Some(false),
            other => {
                self.wrong(row, column, format!("{other:?} is not yes or no"), mistakes);
                None
            }
        }
    }

    /// Reports a mistake in a cell.
    pub(crate) fn wrong(
        &self,
        row: &Row,
        column: &str,
        what: impl Into<String>,
        mistakes: &mut Mistakes,
    ) {
        mistakes.add(format!("{}, {column}", self.place(row)), what);
    }

    /// Where a row stands, as mistakes name it.
    pub(crate) fn place(&self, row: &Row) -> String {
        format!("{} line {}", self.file, row.line)
    }
}

/// Lines of records, which the reader counts before it skips empty ones.
struct Places<'a> {
    text: &'a [u8],
    byte: usize,
    line: u64,
}

impl<'a> Places<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            byte: 0,
            line: 1,
        }
    }

    /// The line on which the record at a position begins; positions only grow.
    fn line(&mut self, at: Option<&csv::Position>) -> u64 {
        let from = at.map_or(0, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX));
        while let Some(byte) = self.text.get(self.byte) {
            let is_break = matches!(byte, b'\n' | b'\r');
            if self.byte >= from && !is_break {
                break;
            }
            self.line += u64::from(*byte == b'\n');
            self.byte += 1;
        }
        self.line
    }
}
