//! The command line. Every command opens one device folder, does one thing and prints its answer as
//! text, or with `--json` as one JSON value.
//!
//! Exit codes: 0 done; 1 a fault; 2 wrong usage; 3 no network, or the server asks for patience (what
//! was saved is safe); 4 locked, or the passphrase is wrong; 5 refused, or an input is wrong; 6 not
//! found.

mod answer;
mod carry;
mod cases;
mod demo;
mod door;
mod homes;
mod household;
mod look;
mod seed;
mod town;
mod write;
mod year;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use answer::{Failure, Output};

/// A handheld without a screen.
#[derive(Debug, Parser)]
#[command(name = "linli-fleet", version, about, long_about = None)]
pub struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Debug, Args)]
struct Common {
    /// The device's folder.
    #[arg(
        long,
        global = true,
        env = "LINLI_DEVICE",
        default_value = "linli-device"
    )]
    folder: PathBuf,
    /// The passphrase.
    #[arg(long, global = true, env = "LINLI_SECRET", hide_env_values = true)]
    passphrase: Option<String>,
    /// Who works; needed when the device has several people.
    #[arg(long, global = true, env = "LINLI_STAFF")]
    staff: Option<String>,
    /// By how many seconds this device's clock is wrong, to try what happens then.
    #[arg(
        long,
        global = true,
        env = "LINLI_CLOCK_OFFSET",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    clock_offset: i64,
    /// Prints one JSON value instead of text.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Binds the device with a ticket, or with a one-time code as CODE@https://server.
    Enrol(door::Enrol),
    /// Says what state the device is in. Needs no passphrase.
    Status,
    /// Saves a report.
    Report(write::Report),
    /// Saves what was found on the spot.
    Check(write::Check),
    /// Adds words or photos to a case.
    Amend(write::Amend),
    /// Sends and fetches everything that can move now.
    Sync(door::Sync),
    /// Syncs until it is interrupted, as a station without a screen does.
    Run,
    /// Lists cases.
    Cases(cases::Cases),
    /// Shows one case by its short code or id.
    Case(cases::One),
    /// Lists what waits, each with its reason.
    Outbox,
    /// Writes what waits to one sealed file, for somebody to carry to the community's server.
    CarryOut(carry::CarryOut),
    /// Takes the answer that the community's server has made to such a file.
    CarryBack(carry::CarryBack),
    /// Lists what may be reported.
    Categories,
    /// Lists named places of the grid.
    Places(look::Places),
    /// Lists households of the grid, or finds some, while the lease lasts. Numbers are masked.
    Households(homes::Households),
    /// Shows and changes one household.
    #[command(subcommand)]
    Household(household::Household),
    /// Lists buildings, or the entrances and dwellings of one.
    Buildings(homes::Buildings),
    /// Lists components and notes how they were found.
    #[command(subcommand)]
    Component(homes::Component),
    /// Lists fields that were changed in two places at once.
    Clashes(homes::Clashes),
    /// Settles such a field.
    Settle(homes::Settle),
    /// Lists records that were erased for ever while this device had changes of them.
    Forgotten(homes::Forgotten),
    /// Says who looked at which number on this device.
    AccessLog(homes::AccessLog),
    /// Writes invented households and places into the grid's register.
    SeedHouseholds(seed::Seed),
    /// Says how far the device is; with --check whether it is sound.
    Inspect(look::Inspect),
    /// Writes the document of a case to a file that any implementation of automerge opens.
    ExportDoc(look::ExportDoc),
    /// Writes a photo to a file, fetched when it is not here.
    Photo(look::Photo),
    /// Prints the sample edition of reference data as JSON, for the server to import.
    Edition,
    /// Starts a town of real servers and handhelds here and plays the story of the ramp.
    Demo(demo::Demo),
    /// Starts a town of real servers here that takes orders from standard input, for tests.
    Town(town::TownArguments),
}

/// Runs a command and answers the exit code.
pub fn run(arguments: Arguments) -> ExitCode {
    let Arguments { common, command } = arguments;
    let mut output = Output::new(common.json);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(&common, command, &mut output)),
        Err(error) => Err(Failure::from(error)),
    };
    match done.and_then(|()| output.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let code = failure.exit_code();
            output.fail(&failure);
            ExitCode::from(code)
        }
    }
}

async fn dispatch(common: &Common, command: Command, output: &mut Output) -> Result<(), Failure> {
    match command {
        Command::Enrol(enrol) => door::enrol(common, &enrol, output).await,
        Command::Status => door::status(common, output),
        Command::Sync(sync) => door::sync(common, &sync, output).await,
        Command::Run => door::run(common, output).await,
        Command::Report(report) => write::report(common, &report, output).await,
        Command::Check(check) => write::check(common, &check, output).await,
        Command::Amend(amend) => write::amend(common, &amend, output).await,
        Command::SeedHouseholds(seed) => seed::seed(common, &seed, output),
        Command::Cases(cases) => cases::list(common, &cases, output),
        Command::Case(one) => cases::one(common, &one, output),
        Command::Outbox => cases::outbox(common, output),
        Command::CarryOut(asked) => carry::out(common, &asked, output),
        Command::CarryBack(asked) => carry::back(common, &asked, output).await,
        Command::Categories => look::categories(common, output),
        Command::Places(places) => look::places(common, &places, output),
        Command::Households(asked) => homes::list(common, &asked, output),
        Command::Household(asked) => household::household(common, &asked, output),
        Command::Buildings(asked) => homes::buildings(common, &asked, output),
        Command::Component(asked) => homes::component(common, &asked, output),
        Command::Clashes(asked) => homes::clashes(common, &asked, output),
        Command::Settle(asked) => homes::settle(common, &asked, output),
        Command::Forgotten(asked) => homes::forgotten(common, &asked, output),
        Command::AccessLog(asked) => homes::access_log(common, &asked, output),
        Command::Inspect(inspect) => look::inspect(common, &inspect, output),
        Command::ExportDoc(export) => look::export_doc(common, &export, output),
        Command::Photo(photo) => look::photo(common, &photo, output).await,
        Command::Edition => look::edition(output),
        Command::Demo(demo) => demo::demo(common, &demo).await,
        Command::Town(arguments) => town::town(&arguments).await,
    }
}
