//! Counts passed and failed tests in what test runners print.

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// Adds another count.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Adds what one line of output says, when it is a summary of cargo test, vitest or `node --test`.
    pub(crate) fn read_line(&mut self, line: &str) {
        let plain = without_colours(line);
        let line = plain.trim();
        if let Some(summary) = line.strip_prefix("test result:") {
            self.add(counts(summary));
        } else if let Some(summary) = line.strip_prefix("Tests ") {
            self.add(counts(summary));
        } else if let Some(summary) = line.strip_prefix('#').or_else(|| line.strip_prefix('ℹ')) {
            let mut words = summary.split_whitespace();
            if let (Some(what), Some(count), None) = (words.next(), words.next(), words.next()) {
                let count = count.parse().unwrap_or(0);
                match what {
                    "pass" => self.passed += count,
                    "fail" | "cancelled" => self.failed += count,
                    _ => {}
                }
            }
        }
    }
}

/// Reads every `<number> passed` and `<number> failed`.
fn counts(summary: &str) -> Tally {
    let words: Vec<&str> = summary
        .split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '.' | '(' | ')'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut tally = Tally::default();
    for pair in words.windows(2) {
        let [count, what] = pair else { continue };
        let Ok(count) = count.parse::<u64>() else {
            continue;
        };
        match *what {
            "passed" => tally.passed += count,
            "failed" => tally.failed += count,
            _ => {}
        }
    }
    tally
}

/// Takes out the terminal's colour codes.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            plain.push(character);
        } else if characters.next() == Some('[') {
            for code in characters.by_ref() {
                if code.is_ascii_alphabetic() {
                    break;
                }
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(output: &str, passed: u64, failed: u64) {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.read_line(line));
        assert_eq!(tally, Tally { passed, failed });
    }

    #[test]
    fn cargo_test_summaries_add_up() {
        check(
            "running 3 tests\ntest a ... ok\n\n\
             test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n",
            15,
            2,
        );
    }

    #[test]
    fn coloured_summaries_count_too() {
        check(
            "test result: \u{1b}[32mok\u{1b}[0m. 7 passed; 0 failed; 0 ignored",
            7,
            0,
        );
        check(
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[31m1 failed\u{1b}[39m | \u{1b}[32m24 passed\u{1b}[39m (25)",
            24,
            1,
        );
    }

    #[test]
    fn vitest_counts_tests_and_not_files() {
        check(
            " Test Files  2 passed (2)\n      Tests  11 passed | 1 skipped (12)\n",
            11,
            0,
        );
    }

    #[test]
    fn node_test_summaries_in_both_styles() {
        check("# tests 6\n# pass 5\n# fail 1\n# cancelled 0\n", 5, 1);
        check("ℹ tests 4\nℹ pass 4\nℹ fail 0\n", 4, 0);
    }

    #[test]
    fn other_lines_count_nothing() {
        check("# pass the salt 5\nsaid 3 passed\nTestsuite 4 passed", 0, 0);
    }
}
