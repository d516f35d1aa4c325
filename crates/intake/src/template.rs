//! Files to fill in: a header in both languages, what each column means, and one example.

use std::io::Write;

use rust_xlsxwriter::{Format, Workbook};

use crate::column::{Column, Need};
use crate::kinds::Kind;
use crate::table_out::{OutError, defused};

/// The title of a column in a template: both names, so that either language finds it.
pub fn title(column: &Column) -> String {
    format!("{}/{}", column.zh, column.id)
}

/// Writes a template as text. Lines that begin with `#` are explanations and left out by an import.
pub fn write_text<W: Write>(kind: Kind, mut target: W) -> Result<(), OutError> {
    target.write_all("\u{feff}".as_bytes())?;
    let mut out = csv::Writer::from_writer(target);
    let columns = kind.columns();
    out.write_record(columns.iter().map(title))?;
    let about = columns.iter().enumerate().map(|(at, column)| {
        let mark = if at == 0 { "# " } else { "" };
        let need = if column.need == Need::Must {
            "必填 required; "
        } else {
            ""
        };
        format!("{mark}{need}{} / {}", column.about_zh, column.about_en)
    });
    out.write_record(about)?;
    out.write_record(columns.iter().map(|column| defused(column.example)))?;
    Ok(out.flush()?)
}

/// A template as a workbook: a sheet to fill in, whose cells are texts, and a sheet of explanations.
pub fn workbook(kind: Kind) -> Result<Vec<u8>, OutError> {
    let mut book = Workbook::new();
    let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    let sheet = book.add_worksheet();
    sheet.set_name(kind.zh())?;
    sheet.set_freeze_panes(1, 0)?;
    for (at, column) in (0u16..).zip(kind.columns()) {
        // A column of texts: a code of more than 15 digits stays what it is.
        sheet.set_column_format(at, &text)?;
        sheet.set_column_width(at, 18)?;
        sheet.write_string_with_format(0, at, title(column), &bold)?;
        if !column.example.is_empty() {
            sheet.write_string_with_format(1, at, column.example, &text)?;
        }
    }
    let notes = book.add_worksheet();
    notes.set_name("说明 notes")?;
    let titles = [
        "列 column",
        "必填 required",
        "说明",
        "meaning",
        "示例 example",
    ];
    for (at, name) in (0u16..).zip(titles) {
        notes.write_string_with_format(0, at, name, &bold)?;
        notes.set_column_width(at, 30)?;
    }
    for (row, column) in (1u32..).zip(kind.columns()) {
        let need = if column.need == Need::Must {
            "是 yes"
        } else {
            ""
        };
        let cells = [
            &title(column),
            need,
            column.about_zh,
            column.about_en,
            column.example,
        ];
        for (at, cell) in (0u16..).zip(cells) {
            notes.write_string(row, at, cell)?;
        }
    }
    Ok(book.save_to_buffer()?)
}
