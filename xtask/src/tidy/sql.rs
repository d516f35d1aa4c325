//! SQL: numbered migrations, strict tables, a class for every column.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Fault, Source};

/// What a column's datum is; docs/storage.md says what each means.
const CLASSES: [&str; 5] = ["shared", "reference", "derived", "local", "blob"];

/// A table with the class of each column.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    name: String,
    line: usize,
    is_strict: bool,
    columns: Vec<Column>,
}

#[derive(Debug, PartialEq, Eq)]
struct Column {
    name: String,
    line: usize,
    /// `None` when its comment does not start with a class.
    class: Option<&'static str>,
}

pub(super) fn check(sources: &[Source]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut folders: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in sources.iter().filter(|source| is_schema(source)) {
        let (folder, _) = source.path.rsplit_once('/').unwrap_or_default();
        folders.entry(folder).or_default().push(source);
        for table in tables(&source.text) {
            faults.extend(table_faults(source, &table));
        }
    }
    for files in folders.values() {
        faults.extend(numbers(files));
    }
    faults
}

/// A file of a folder `schema` or `migrations`: applied once, in the order of its number, never edited afterwards.
fn is_schema(source: &Source) -> bool {
    let in_folder = source.path.contains("/schema/") || source.path.contains("/migrations/");
    source.kind() == "sql" && in_folder && !source.path.contains("/fixtures/")
}

fn numbers(files: &[&Source]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let words = name
            .trim_end_matches(".sql")
            .trim_start_matches(|c: char| c.is_ascii_digit());
        let is_named = words.len() > 1
            && words
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !name.starts_with(&format!("{:04}_", index + 1)) || !is_named {
            let wanted = format!(
                "a migration is named {:04}_lower_case.sql: numbers have no gaps",
                index + 1
            );
            faults.push(Fault::new(&file.path, 0, wanted));
        }
    }
    faults
}

fn table_faults(source: &Source, table: &Table) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !table.is_strict {
        faults.push(Fault::new(
            &source.path,
            table.line,
            format!("table {} is not STRICT", table.name),
        ));
    }
    for column in table.columns.iter().filter(|column| column.class.is_none()) {
        faults.push(Fault::new(
            &source.path,
            column.line,
            format!(
                "{}.{}: its comment starts with one of {CLASSES:?}",
                table.name, column.name
            ),
        ));
    }
    faults
}

/// Reads the ordinary tables of a file that has one column a line.
fn tables(text: &str) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut open: Option<Table> = None;
    for (index, line) in text.lines().enumerate() {
        let (code, comment) = line.split_once("--").unwrap_or((line, ""));
        let code = code.trim();
        let words: Vec<&str> = code
            .split(|c: char| c.is_whitespace() || c == '(')
            .filter(|word| !word.is_empty())
            .collect();
        if let Some(rest) = words.strip_prefix(&["CREATE", "TABLE"]) {
            let name = rest
                .iter()
                .find(|word| !["IF", "NOT", "EXISTS"].contains(word))
                .copied()
                .unwrap_or_default();
            open = Some(Table {
                name: name.to_owned(),
                line: index + 1,
                ..Table::default()
            });
        } else if code.starts_with(')') {
            if let Some(mut table) = open.take() {
                table.is_strict = code.contains("STRICT");
                tables.push(table);
            }
        } else if let (Some(table), Some(first)) = (open.as_mut(), words.first()) {
            if first.starts_with(|c: char| c.is_ascii_lowercase()) {
                let class = class_of(comment);
                table.columns.push(Column {
                    name: (*first).to_owned(),
                    line: index + 1,
                    class,
                });
            } else if let (Some(class), Some(column)) =
                (class_of(comment), table.columns.last_mut())
            {
                // A long column goes on in lines that start with a constraint.
                column.class = column.class.or(Some(class));
            }
        }
    }
    tables
}

fn class_of(comment: &str) -> Option<&'static str> {
    let comment = comment.trim();
    CLASSES.into_iter().find(|class| {
        comment
            .strip_prefix(class)
            .is_some_and(|rest| rest.starts_with(':'))
    })
}

/// One row per table, as Markdown.
pub(super) fn listing(sources: &[Source]) -> String {
    let mut listing = String::from("| table | in | columns by class |\n|---|---|---|\n");
    for source in sources.iter().filter(|source| is_schema(source)) {
        let owner = source.path.split("/src/").next().unwrap_or_default();
        for table in tables(&source.text) {
            let mut classes = Vec::new();
            for class in CLASSES {
                let columns = table
                    .columns
                    .iter()
                    .filter(|column| column.class == Some(class));
                let names: Vec<String> =
                    columns.map(|column| format!("`{}`", column.name)).collect();
                if !names.is_empty() {
                    classes.push(format!("{class}: {}", names.join(" ")));
                }
            }
            let _ = writeln!(
                listing,
                "| `{}` | {owner} | {} |",
                table.name,
                classes.join("; ")
            );
        }
    }
    listing
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "\
-- Things.
CREATE TABLE things (
  thing  INTEGER PRIMARY KEY,             -- local: row number
  digest BLOB NOT NULL DEFAULT (x'00')    -- derived: of something
    CHECK (length(digest) = 32),
  long   BLOB NOT NULL
    CHECK (length(long) = 16),            -- shared: something long
  PRIMARY KEY (thing, long)
) STRICT;
CREATE INDEX things_by_long ON things (long);
";

    #[track_caller]
    fn check_faults(path: &str, text: &str, expected: &[&str]) {
        let faults: Vec<String> = check(&[Source::new(path, text)])
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(faults, expected);
    }

    #[test]
    fn a_tidy_schema_passes() {
        check_faults("crates/store/src/schema/0001_things.sql", SCHEMA, &[]);
    }

    #[test]
    fn loose_tables_and_columns_without_class_are_named() {
        let path = "crates/store/src/schema/0001_things.sql";
        let loose = SCHEMA
            .replace(") STRICT", ")")
            .replace("-- local: row number", "-- row number");
        check_faults(
            path,
            &loose,
            &[
                "crates/store/src/schema/0001_things.sql:2: table things is not STRICT",
                "crates/store/src/schema/0001_things.sql:3: things.thing: its comment starts with one of [\"shared\", \"reference\", \"derived\", \"local\", \"blob\"]",
            ],
        );
    }

    #[test]
    fn migrations_are_numbered_without_gaps() {
        let path = "crates/store/src/schema/0002_things.sql";
        check_faults(
            path,
            SCHEMA,
            &[
                "crates/store/src/schema/0002_things.sql: a migration is named 0001_lower_case.sql: numbers have no gaps",
            ],
        );
    }

    #[test]
    fn the_list_names_every_column_under_its_class() {
        let source = Source::new("crates/store/src/schema/0001_things.sql", SCHEMA);
        let row = "| `things` | crates/store | shared: `long`; derived: `digest`; local: `thing` |";
        assert!(listing(&[source]).contains(row));
    }
}
