//! File sizes and places: one subject a file.

use super::{Fault, Source};

/// Lines at which a file is refused. Aim at 150, look hard at 400.
const MOST_LINES: usize = 700;
const CODE: [&str; 8] = ["rs", "ts", "vue", "mjs", "js", "sh", "sql", "css"];

pub(super) fn check(source: &Source) -> Vec<Fault> {
    let mut faults = Vec::new();
    if source.path.ends_with("/mod.rs") {
        faults.push(Fault::new(
            &source.path,
            0,
            "a module is `name.rs` beside a folder `name`, not mod.rs",
        ));
    }
    let lines = source.text.lines().count();
    if CODE.contains(&source.kind())
        && !source.is_generated()
        && !is_table(source)
        && lines > MOST_LINES
    {
        faults.push(Fault::new(
            &source.path,
            0,
            format!(
                "{lines} lines, the most are {MOST_LINES}: which part is a subject of its own?"
            ),
        ));
    }
    faults
}

/// A table of inputs and expected results may be as long as it needs.
fn is_table(source: &Source) -> bool {
    let name = source.path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    source.path.contains("/fixtures/") || (source.is_test() && stem.ends_with("table"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_count(path: &str, lines: usize, expected: usize) {
        assert_eq!(
            check(&Source::new(path, &"x\n".repeat(lines))).len(),
            expected,
            "{path}"
        );
    }

    #[test]
    fn long_code_is_refused_and_long_tables_are_not() {
        check_count("crates/geo/src/grid.rs", 700, 0);
        check_count("crates/geo/src/grid.rs", 701, 1);
        check_count("ui/shared/src/gen/Case.ts", 3000, 0);
        check_count("crates/model/tests/transition_table.rs", 3000, 0);
        check_count("crates/model/src/transition_table.rs", 3000, 1);
        check_count("docs/sync.md", 3000, 0);
    }

    #[test]
    fn mod_rs_is_refused() {
        check_count("crates/geo/src/grid/mod.rs", 1, 1);
    }
}
