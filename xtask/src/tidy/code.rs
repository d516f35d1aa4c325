//! Rules for code: reasons beside exceptions, ordered maps in pure crates, tests that run and do not wait.

use super::manifests::PURE;
use super::{Fault, Source};

/// Attributes and comments that switch a lint off, and what their reason starts with.
const EXCEPTIONS: [(&str, &str, &str); 4] = [
    (concat!("#[", "allow("), ")]", "reason ="),
    (concat!("#![", "allow("), ")]", "reason ="),
    (concat!("#[", "expect("), ")]", "reason ="),
    (concat!("#![", "expect("), ")]", "reason ="),
];

/// What a test may not do, by file ending: a skipped test proves nothing and a waiting one fails on a slow machine.
const IN_TESTS: [(&str, &str, &str); 9] = [
    (
        "rs",
        concat!("#[", "ignore"),
        "a test that does not run proves nothing",
    ),
    (
        "rs",
        concat!("thread::", "sleep("),
        "wait for an event, not for time",
    ),
    (
        "rs",
        concat!("time::", "sleep("),
        "wait for an event, not for time",
    ),
    ("ts", concat!(".", "only("), "leaves the other tests out"),
    (
        "ts",
        concat!("it.", "skip("),
        "a test that does not run proves nothing",
    ),
    (
        "ts",
        concat!("test.", "skip("),
        "a test that does not run proves nothing",
    ),
    (
        "ts",
        concat!("describe.", "skip("),
        "a test that does not run proves nothing",
    ),
    ("mjs", concat!(".", "only("), "leaves the other tests out"),
    (
        "mjs",
        concat!(".", "skip("),
        "a test that does not run proves nothing",
    ),
];

pub(super) fn check(source: &Source) -> Vec<Fault> {
    if source.is_generated() {
        return Vec::new();
    }
    match source.kind() {
        "rs" => [reasons(source), ordered(source), tests(source)].concat(),
        "ts" | "vue" | "js" | "mjs" => [ui_reasons(source), tests(source)].concat(),
        _ => Vec::new(),
    }
}

fn reasons(source: &Source) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (start, end, reason) in EXCEPTIONS {
        for (at, _) in source.text.match_indices(start) {
            let rest = source.text.get(at..).unwrap_or_default();
            let attribute = rest
                .split_once(end)
                .map_or(rest, |(attribute, _)| attribute);
            if !attribute.contains(reason) {
                let line = source
                    .text
                    .get(..at)
                    .unwrap_or_default()
                    .matches('\n')
                    .count()
                    + 1;
                faults.push(Fault::new(
                    &source.path,
                    line,
                    "an exception from a lint says why: `reason = \"...\"`",
                ));
            }
        }
    }
    faults
}

fn ui_reasons(source: &Source) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (line, text) in source.lines() {
        for banned in [concat!("@ts-", "ignore"), concat!("@ts-", "nocheck")] {
            if text.contains(banned) {
                faults.push(Fault::new(
                    &source.path,
                    line,
                    format!("{banned} hides errors: use @ts-expect-error"),
                ));
            }
        }
        if let Some((_, rest)) = text.split_once(concat!("eslint-", "disable"))
            && !rest.contains("-- ")
        {
            faults.push(Fault::new(
                &source.path,
                line,
                "an exception from a lint says why after ` -- `",
            ));
        }
    }
    faults
}

fn ordered(source: &Source) -> Vec<Fault> {
    let is_pure = PURE
        .iter()
        .any(|name| source.path.starts_with(&format!("crates/{name}/")));
    let unordered = |text: &str| {
        !text.trim_start().starts_with("//")
            && (text.contains(concat!("Hash", "Map")) || text.contains(concat!("Hash", "Set")))
    };
    source
        .lines()
        .filter(|(_, text)| is_pure && unordered(text))
        .map(|(line, _)| {
            Fault::new(
                &source.path,
                line,
                "a pure crate uses ordered maps: the same seed replays the same run",
            )
        })
        .collect()
}

fn tests(source: &Source) -> Vec<Fault> {
    let mut faults = Vec::new();
    let kind = if source.kind() == "vue" {
        "ts"
    } else {
        source.kind()
    };
    let rules: Vec<_> = IN_TESTS
        .iter()
        .filter(|(ending, _, _)| *ending == kind)
        .collect();
    let mut in_tests = source.is_test();
    for (line, text) in source.lines() {
        in_tests |= text.starts_with("#[cfg(test)]");
        for (_, pattern, why) in rules.iter().filter(|_| in_tests) {
            if text.contains(pattern) && !text.trim_start().starts_with("//") {
                faults.push(Fault::new(
                    &source.path,
                    line,
                    format!("{pattern} in a test: {why}"),
                ));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_lines(path: &str, text: &str, expected: &[usize]) {
        let mut lines: Vec<usize> = check(&Source::new(path, text))
            .iter()
            .map(|fault| fault.line)
            .collect();
        lines.sort_unstable();
        assert_eq!(lines, expected, "{text}");
    }

    #[test]
    fn exceptions_need_a_reason() {
        let allow = concat!("#[", "allow(dead_code)]");
        check_lines("a.rs", &format!("fn f() {{}}\n{allow}\n"), &[2]);
        let expect = concat!("#![", "expect(\n  clippy::panic,\n  reason = \"why\"\n)]");
        check_lines("a.rs", expect, &[]);
        check_lines(
            "a.ts",
            concat!("// eslint-", "disable-next-line no-console"),
            &[1],
        );
        check_lines(
            "a.ts",
            concat!("// eslint-", "disable-next-line no-console -- a script"),
            &[],
        );
        check_lines("a.vue", concat!("// @ts-", "ignore"), &[1]);
    }

    #[test]
    fn pure_crates_have_ordered_maps() {
        let line = concat!("use std::collections::Hash", "Map;");
        check_lines("crates/model/src/org.rs", line, &[1]);
        check_lines("crates/model/src/org.rs", &format!("// {line}"), &[]);
        check_lines("crates/store/src/org.rs", line, &[]);
    }

    #[test]
    fn tests_run_and_do_not_wait() {
        let sleep = concat!("std::thread::", "sleep(x);");
        check_lines("a/src/x.rs", sleep, &[]);
        check_lines(
            "a/src/x.rs",
            &format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{sleep}\n}}"),
            &[4],
        );
        check_lines("a/tests/x.rs", concat!("#[", "ignore]"), &[1]);
        check_lines(
            "ui/handheld/src/x.test.ts",
            concat!("describe.", "skip('x')"),
            &[1],
        );
    }
}
