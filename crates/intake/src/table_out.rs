//! Exports: rows as text with separators or as a workbook.

use std::io::Write;

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// A value of an export.
#[derive(Debug, Clone, PartialEq)]
pub enum OutCell {
    /// Nothing.
    Empty,
    /// A text or code.
    Text(String),
    /// A number.
    Number(f64),
}

impl From<Option<String>> for OutCell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Empty, Self::Text)
    }
}

impl From<&str> for OutCell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Why an export was not written.
#[derive(Debug, thiserror::Error)]
pub enum OutError {
    /// The file.
    #[error("the file cannot be written: {0}")]
    Disk(#[from] std::io::Error),
    /// The text.
    #[error("the file cannot be written: {0}")]
    Text(#[from] csv::Error),
    /// The workbook.
    #[error("the workbook cannot be written: {0}")]
    Workbook(#[from] XlsxError),
}

/// Rows as text, in UTF-8 with a byte order mark, so that spreadsheets read the signs right.
pub struct TextOut<W: Write>(csv::Writer<W>);

impl<W: Write> TextOut<W> {
    /// Begins with the header.
    pub fn new(mut target: W, header: &[String]) -> Result<Self, OutError> {
        target.write_all("\u{feff}".as_bytes())?;
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record(header.iter().map(|name| defused(name)))?;
        Ok(Self(writer))
    }

    /// Writes a row.
    pub fn row(&mut self, cells: &[OutCell]) -> Result<(), OutError> {
        let texts = cells.iter().map(|cell| match cell {
            OutCell::Empty => String::new(),
            OutCell::Text(text) => defused(text),
            OutCell::Number(number) => number.to_string(),
        });
        Ok(self.0.write_record(texts)?)
    }

    /// Ends.
    pub fn finish(mut self) -> Result<(), OutError> {
        Ok(self.0.flush()?)
    }
}

/// A text that no spreadsheet takes for a formula: one that begins with `=`, `+`, `-`, `@`, a tab
/// or a line end gets an apostrophe before it.
pub fn defused(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Rows as a workbook of one sheet. Texts are texts there, whatever they begin with.
pub struct SheetOut {
    book: Workbook,
    row: u32,
    text: Format,
}

impl SheetOut {
    /// Begins with the header.
    pub fn new(name: &str, header: &[String]) -> Result<Self, OutError> {
        let mut book = Workbook::new();
        let bold = Format::new().set_bold();
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, title) in (0u16..).zip(header) {
            sheet.write_string_with_format(0, column, title, &bold)?;
        }
        Ok(Self {
            book,
            row: 1,
            text: Format::new().set_num_format("@"),
        })
    }

    /// Writes a row.
    pub fn row(&mut self, cells: &[OutCell]) -> Result<(), OutError> {
        let sheet = self.book.worksheet_from_index(0)?;
        put(sheet, self.row, cells, &self.text)?;
        self.row = self.row.saturating_add(1);
        Ok(())
    }

    /// The workbook's bytes.
    pub fn finish(mut self) -> Result<Vec<u8>, OutError> {
        Ok(self.book.save_to_buffer()?)
    }
}

fn put(sheet: &mut Worksheet, row: u32, cells: &[OutCell], text: &Format) -> Result<(), OutError> {
    for (column, cell) in (0u16..).zip(cells) {
        match cell {
            OutCell::Empty => {}
            OutCell::Text(value) => {
                sheet.write_string_with_format(row, column, value, text)?;
            }
            OutCell::Number(value) => {
                sheet.write_number(row, column, *value)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_of_a_text_is_taken_for_a_formula() {
        let mut bytes = Vec::new();
        let mut out = TextOut::new(&mut bytes, &["name".to_owned(), "n".to_owned()]).unwrap();
        for text in ["=1+1", "+86", "-5", "@x", "\tx", "plain"] {
            out.row(&[text.into(), OutCell::Number(-1.5)]).unwrap();
        }
        out.finish().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("\u{feff}name,n\n"), "{text:?}");
        for line in text.lines().skip(1) {
            let sign = line.trim_start_matches('"').chars().next().unwrap();
            assert!(sign == '\'' || sign == 'p', "{line:?}");
            assert!(line.ends_with(",-1.5"), "a number stays one: {line:?}");
        }
    }
}
