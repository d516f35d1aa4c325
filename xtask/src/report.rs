//! The steps of a run and the table at its end.

use std::fmt::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::step::{Ended, Outcome, Step};
use crate::tally::Tally;

/// The steps that have ended so far.
#[derive(Debug)]
pub(crate) struct Report {
    started: Instant,
    steps: Vec<Ended>,
}

impl Report {
    /// Starts the clock.
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            steps: Vec::new(),
        }
    }

    /// Runs a step and notes how it ended. A failed step does not stop the run: the table shows all of them.
    pub(crate) fn run(&mut self, step: Step) -> Result<()> {
        let ended = step.run()?;
        self.note(ended);
        Ok(())
    }

    /// Notes a step that ended elsewhere.
    pub(crate) fn note(&mut self, ended: Ended) {
        self.steps.push(ended);
    }

    /// Whether no step failed.
    pub(crate) fn is_good(&self) -> bool {
        self.steps
            .iter()
            .all(|step| step.outcome != Outcome::Failed)
    }

    /// Whether a step of this name ran and passed.
    pub(crate) fn has_passed(&self, name: &str) -> bool {
        self.steps
            .iter()
            .any(|step| step.name == name && step.outcome == Outcome::Passed)
    }

    /// All tests of the run. A failed step without tests (a lint, say) counts as one failure, so that the sum
    /// never reads "0 failed" when something did.
    pub(crate) fn tally(&self) -> Tally {
        let mut sum = Tally::default();
        for step in &self.steps {
            sum.add(match (step.tally, &step.outcome) {
                (Some(tally), _) => tally,
                (None, Outcome::Failed) => Tally {
                    passed: 0,
                    failed: 1,
                },
                (None, Outcome::Passed | Outcome::Skipped(_)) => Tally::default(),
            });
        }
        sum
    }

    /// The table of step times.
    pub(crate) fn table(&self) -> String {
        let width = self
            .steps
            .iter()
            .map(|step| step.name.chars().count())
            .max()
            .unwrap_or(0);
        let mut table = String::new();
        for step in &self.steps {
            let mut row = format!("{:<width$}  {:>10}", step.name, spoken(step.time));
            match &step.outcome {
                Outcome::Passed => row.push_str("  ok"),
                Outcome::Failed => row.push_str("  FAILED"),
                Outcome::Skipped(reason) => {
                    row = format!("{:<width$}  {:>10}  skipped: {reason}", step.name, "-");
                }
            }
            if let Some(tally) = step.tally {
                let _ = write!(row, "  {} passed, {} failed", tally.passed, tally.failed);
            }
            table.push_str(&row);
            table.push('\n');
        }
        let _ = write!(
            table,
            "{:<width$}  {:>10}",
            "total",
            spoken(self.started.elapsed())
        );
        table
    }

    /// The exit code of the run.
    pub(crate) fn exit_code(&self) -> ExitCode {
        if self.is_good() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// A span for people: `0.4 s`, `61 s`, `12 min 03 s`.
fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..120 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::skipped;

    fn ended(name: &str, outcome: Outcome, tally: Option<Tally>) -> Ended {
        Ended {
            name: name.to_owned(),
            outcome,
            time: Duration::from_millis(1500),
            tally,
        }
    }

    #[test]
    fn the_table_shows_every_step_and_the_sum_counts_a_failed_lint() {
        let mut report = Report::start();
        report.note(ended("clippy", Outcome::Failed, None));
        report.note(ended(
            "cargo test",
            Outcome::Passed,
            Some(Tally {
                passed: 9,
                failed: 0,
            }),
        ));
        report.note(skipped("cargo deny", "not installed"));
        let table = report.table();
        let rows: Vec<&str> = table.lines().collect();
        assert_eq!(rows[0], "clippy           1.5 s  FAILED");
        assert_eq!(rows[1], "cargo test       1.5 s  ok  9 passed, 0 failed");
        assert_eq!(rows[2], "cargo deny           -  skipped: not installed");
        assert!(rows[3].starts_with("total"));
        assert_eq!(
            report.tally(),
            Tally {
                passed: 9,
                failed: 1
            }
        );
        assert!(
            !report.is_good() && report.has_passed("cargo test") && !report.has_passed("clippy")
        );
    }

    #[test]
    fn spans_read_well() {
        for (milliseconds, text) in [
            (0, "0.0 s"),
            (9_940, "9.9 s"),
            (61_000, "61 s"),
            (723_000, "12 min 03 s"),
        ] {
            assert_eq!(spoken(Duration::from_millis(milliseconds)), text);
        }
    }
}
