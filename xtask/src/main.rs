//! Project tasks: `cargo xtask <verb>`.
//!
//! One file per verb. A verb has an `Options` type (its arguments and its help text) and a
//! `run(&Options) -> anyhow::Result<ExitCode>`. A new verb is one `mod` line and one line in `verbs!`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing what happens is what a task runner is for"
)]

mod bench;
mod check;
mod codegen;
mod demo;
mod dist;
mod handheld;
mod machine;
mod project;
mod report;
mod screens;
mod soak;
mod step;
mod tally;
mod test;
mod tidy;
mod window;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks of the Linli workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

/// Declares the verbs and runs the chosen one.
macro_rules! verbs {
    ($($verb:ident => $module:ident,)+) => {
        #[derive(Debug, Subcommand)]
        enum Verb {
            $($verb($module::Options),)+
        }

        impl Verb {
            fn run(&self) -> anyhow::Result<ExitCode> {
                match self {
                    $(Self::$verb(options) => $module::run(options),)+
                }
            }
        }
    };
}

verbs! {
    Check => check,
    Bench => bench,
    Test => test,
    Soak => soak,
    Tidy => tidy,
    Codegen => codegen,
    Demo => demo,
    Handheld => handheld,
    Dist => dist,
}

fn main() -> ExitCode {
    Arguments::parse().verb.run().unwrap_or_else(|error| {
        eprintln!(
            "
error: {error:#}"
        );
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn every_verb_parses_and_says_what_it_does() {
        let command = super::Arguments::command();
        command.clone().debug_assert();
        for verb in command.get_subcommands() {
            assert!(
                verb.get_about().is_some(),
                "{} has no help",
                verb.get_name()
            );
        }
    }
}
