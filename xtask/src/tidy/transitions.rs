//! The transition table of cases, as a list for docs/workflow.md.

use std::fmt::Write;

use serde::Deserialize;

use super::{Fault, Source, find};

const TABLE: &str = "crates/model/src/case/transitions.json";

/// What the page shows of a row.
#[derive(Deserialize)]
struct Row {
    #[serde(rename = "row")]
    number: Option<u8>,
    event: String,
    class: String,
    from: Vec<String>,
    to: Option<String>,
    actors: Vec<String>,
    #[serde(default)]
    offline: bool,
    limit: Option<String>,
}

pub(super) fn check(sources: &[Source]) -> Vec<Fault> {
    match find(sources, TABLE).map(read) {
        Some(Ok(_)) => Vec::new(),
        Some(Err(error)) => vec![Fault::new(TABLE, error.line(), error.to_string())],
        None => vec![Fault::new(TABLE, 0, "missing")],
    }
}

fn read(source: &Source) -> serde_json::Result<Vec<Row>> {
    serde_json::from_str(&source.text)
}

/// One line per row of the table, as Markdown; `None` when the table cannot be read, which is a fault of its own.
pub(super) fn listing(sources: &[Source]) -> Option<String> {
    let rows = read(find(sources, TABLE)?).ok()?;
    let mut listing = String::from(
        "| row | event | class | from → to | who | offline | starts limit |\n|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let number = row
            .number
            .map(|number| number.to_string())
            .unwrap_or_default();
        let to = row.to.as_deref().unwrap_or("stays");
        let offline = if row.offline { "yes" } else { "" };
        let _ = writeln!(
            listing,
            "| {number} | `{}` | {} | {} → {to} | {} | {offline} | {} |",
            row.event,
            row.class,
            row.from.join(" "),
            row.actors.join(" "),
            row.limit.as_deref().unwrap_or_default(),
        );
    }
    Some(listing)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = r#"[
        {"row":7,"event":"verify","class":"field","from":["verifying"],"to":"reported","actors":["grid_assistant"],
         "offline":true,"limit":"decide","seat":"grid"},
        {"event":"note","class":"field","from":["open","ended"],"actors":["handler"]}]"#;

    #[test]
    fn rows_become_lines() {
        let listing = listing(&[Source::new(TABLE, ROWS)]).unwrap();
        let lines: Vec<&str> = listing.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| 7 | `verify` | field | verifying → reported | grid_assistant | yes | decide |",
                "|  | `note` | field | open ended → stays | handler |  |  |",
            ]
        );
    }

    #[test]
    fn an_unreadable_table_is_a_fault() {
        let broken = [Source::new(TABLE, "{")];
        assert_eq!(check(&broken).len(), 1);
        assert_eq!(listing(&broken), None);
        assert!(check(&[Source::new(TABLE, ROWS)]).is_empty());
    }
}
