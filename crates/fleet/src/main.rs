//! `linli-fleet`: a handheld on a command line.

use std::process::ExitCode;

use clap::Parser as _;
use linli_fleet::cli::{Arguments, run};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Quiet unless asked: standard output belongs to the answer, standard error to what went wrong.
    let filter = EnvFilter::try_from_env("LINLI_LOG").unwrap_or_else(|_| EnvFilter::new("off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .log_internal_errors(false)
        .with_writer(std::io::stderr)
        .init();
    run(arguments)
}
