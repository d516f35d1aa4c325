//! One step of a task: a child process whose output is shown, timed, and counted when it runs tests.

use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::tally::Tally;

/// A command with what a person needs to know when it fails.
#[derive(Debug)]
pub(crate) struct Step {
    name: String,
    command: Command,
    /// Whether the command runs tests, so that its output is counted.
    counts: bool,
    /// What a failure leaves untouched.
    safe: &'static str,
    /// What to do about a failure.
    fix: String,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Failed,
    /// Not run, and why.
    Skipped(String),
}

/// A step that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
    pub(crate) time: Duration,
    pub(crate) tally: Option<Tally>,
}

impl Step {
    /// A step that fails when its command does.
    pub(crate) fn new(name: impl Into<String>, command: Command) -> Self {
        Self {
            name: name.into(),
            command,
            counts: false,
            safe: "nothing in the checkout was changed",
            fix: "read the output above".to_owned(),
        }
    }

    /// Counts tests in the command's output.
    pub(crate) fn counting(mut self) -> Self {
        self.counts = true;
        self
    }

    /// Says what a failure leaves untouched.
    pub(crate) fn safe(mut self, safe: &'static str) -> Self {
        self.safe = safe;
        self
    }

    /// Says what to do about a failure.
    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// Runs the command to its end.
    pub(crate) fn run(self) -> Result<Ended> {
        self.run_to(&mut std::io::stdout())
    }

    /// Runs the command to its end, showing the output of tests through `shown`.
    fn run_to(mut self, shown: &mut dyn Write) -> Result<Ended> {
        println!("\n== {}\n   {}", self.name, spoken(&self.command));
        let started = Instant::now();
        let (success, tally) = if self.counts {
            let (success, tally) = run_counted(&mut self.command, shown)?;
            (success, Some(tally))
        } else {
            let status = self.command.status();
            (status.with_context(|| self.cannot_start())?.success(), None)
        };
        let time = started.elapsed();
        if !success {
            println!(
                "\nfailed: {}\n  safe: {}\n  next: {}",
                self.name, self.safe, self.fix
            );
        }
        Ok(Ended {
            name: self.name,
            outcome: outcome(success),
            time,
            tally: settled(success, tally),
        })
    }

    fn cannot_start(&self) -> String {
        format!(
            "cannot start {}",
            self.command.get_program().to_string_lossy()
        )
    }
}

/// Runs a piece of our own as a step. Its error is shown like a failed command's.
pub(crate) fn run_inside(name: &str, fix: &str, action: impl FnOnce() -> Result<()>) -> Ended {
    println!("\n== {name}");
    let started = Instant::now();
    let result = action();
    let time = started.elapsed();
    if let Err(error) = &result {
        println!(
            "\nfailed: {name}: {error:#}\n  safe: nothing in the checkout was changed\n  next: {fix}"
        );
    }
    Ended {
        name: name.to_owned(),
        outcome: outcome(result.is_ok()),
        time,
        tally: None,
    }
}

/// A step that is not run.
pub(crate) fn skipped(name: impl Into<String>, reason: impl Into<String>) -> Ended {
    let (name, reason) = (name.into(), reason.into());
    println!("\n== {name}\n   skipped: {reason}");
    Ended {
        name,
        outcome: Outcome::Skipped(reason),
        time: Duration::ZERO,
        tally: None,
    }
}

fn outcome(success: bool) -> Outcome {
    if success {
        Outcome::Passed
    } else {
        Outcome::Failed
    }
}

/// A test step that failed without a failed test (it did not compile, or it crashed) counts as one failure.
fn settled(success: bool, tally: Option<Tally>) -> Option<Tally> {
    tally.map(|tally| {
        if success || tally.failed > 0 {
            tally
        } else {
            Tally { failed: 1, ..tally }
        }
    })
}

/// Runs a command, passing its output on line by line while counting.
fn run_counted(command: &mut Command, shown: &mut dyn Write) -> Result<(bool, Tally)> {
    if std::io::stdout().is_terminal() {
        command
            .env("CARGO_TERM_COLOR", "always")
            .env("FORCE_COLOR", "1");
    }
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line)? > 0 {
            shown.write_all(&line)?;
            shown.flush()?;
            tally.read_line(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    Ok((child.wait()?.success(), tally))
}

/// The command as a person would type it.
fn spoken(command: &Command) -> String {
    let variables = command.get_envs().filter_map(|(name, value)| {
        value.map(|value| format!("{}={}", name.to_string_lossy(), value.to_string_lossy()))
    });
    let program = std::path::Path::new(command.get_program());
    let program = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy().into_owned());
    variables
        .chain([program])
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    /// Runs a script as a test step, with its output kept out of the output of these tests.
    #[track_caller]
    fn check_counted(script: &str, outcome: Outcome, passed: u64, failed: u64) {
        let mut shown = Vec::new();
        let ended = Step::new("tests", shell(script))
            .counting()
            .run_to(&mut shown)
            .unwrap();
        assert_eq!(
            (ended.outcome, ended.tally),
            (outcome, Some(Tally { passed, failed }))
        );
        assert!(
            String::from_utf8(shown)
                .unwrap()
                .starts_with("test result: ")
        );
    }

    #[test]
    fn a_counted_step_reads_its_output() {
        let script = "echo 'test result: ok. 4 passed; 0 failed; 0 ignored'";
        check_counted(script, Outcome::Passed, 4, 0);
    }

    #[test]
    fn a_crash_after_passing_tests_is_one_failure() {
        let script = "echo 'test result: ok. 4 passed; 0 failed; 0 ignored'; exit 101";
        check_counted(script, Outcome::Failed, 4, 1);
    }

    #[test]
    fn failed_tests_are_not_counted_twice() {
        let script = "echo 'test result: FAILED. 4 passed; 2 failed; 0 ignored'; exit 101";
        check_counted(script, Outcome::Failed, 4, 2);
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Step::new("x", Command::new("linli-no-such-program"))
            .run()
            .unwrap_err();
        assert!(error.to_string().contains("linli-no-such-program"));
    }

    #[test]
    fn a_command_is_shown_as_typed() {
        let mut command = Command::new("/somewhere/bin/cargo");
        command.args(["test", "--workspace"]).env("LINLI_SOAK", "3");
        assert_eq!(spoken(&command), "LINLI_SOAK=3 cargo test --workspace");
    }
}
