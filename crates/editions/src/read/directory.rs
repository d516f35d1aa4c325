//! `directory.csv`: classes of base data, components and matters.

use linli_model::Name;
use linli_model::edition::Class;

use crate::lines::Lines;
use crate::table::{Mistakes, Row, Table};

pub(crate) const DIRECTORY: &str = "directory.csv";
const COLUMNS: [&str; 7] = ["code", "parent", "kind", "zh", "en", "data", "module"];

pub(crate) fn directory(text: &str, lines: &mut Lines, mistakes: &mut Mistakes) -> Vec<Class> {
    let table = Table::read(DIRECTORY, text, &COLUMNS, mistakes);
    let mut classes = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        if let Some(class) = class(&table, row, mistakes) {
            lines.note(format!("directory[{}]", classes.len()), table.place(row));
            classes.push(class);
        }
    }
    classes
}

fn class(table: &Table, row: &Row, mistakes: &mut Mistakes) -> Option<Class> {
    // Every cell is looked at, so that one reading names all mistakes.
    let code = table.parse(row, "code", mistakes);
    let parent = table.parse_if_any(row, "parent", mistakes);
    let kind = table.word(row, "kind", mistakes);
    let data = table.word(row, "data", mistakes);
    let module = table.word(row, "module", mistakes);
    Some(Class {
        code: code?,
        parent: parent.ok()?,
        kind: kind?,
        name: name(table, row, "zh", "en"),
        data: data?,
        module: module?,
    })
}

/// A name from two columns.
pub(super) fn name(table: &Table, row: &Row, zh: &str, en: &str) -> Name {
    Name {
        zh: table.text(row, zh).to_owned(),
        en: table.text(row, en).to_owned(),
    }
}
