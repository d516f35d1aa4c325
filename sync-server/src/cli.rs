//! `linli-server`: every command says what it did and what to do next.
//!
//! Exit codes: 0 done, 1 refused or failed (nothing was changed unless the message says so),
//! 2 wrong usage or configuration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use linli_model::{GridCode, KeyId, OrgId, RecordId, StaffId};

use crate::config::{Config, Mistakes};
use crate::ops::{OpenEngine, OpsError};
use crate::text::Lang;

mod admin;
mod carry;
mod data;
mod export;
mod forgetting;
mod import;
mod out;
mod rules;
mod serve;
mod session;

/// The merge server of Linli 邻里.
#[derive(Debug, Parser)]
#[command(name = "linli-server", version)]
pub struct Cli {
    /// The configuration file.
    #[arg(
        long,
        global = true,
        env = "LINLI_CONFIG",
        default_value = "linli.toml"
    )]
    config: PathBuf,
    /// The language of messages; by default that of LANG, else Chinese.
    #[arg(long, global = true, value_enum)]
    lang: Option<LangArg>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LangArg {
    Zh,
    En,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes the data folder: database, key, own CA. Run once.
    Init,
    /// Serves until SIGTERM or Ctrl-C.
    Serve {
        /// Writes the address into this file once requests are taken.
        #[arg(long)]
        ready_file: Option<PathBuf>,
    },
    /// Makes a backup, also while the server runs.
    Backup,
    /// Restores a backup into an empty data folder.
    Restore {
        /// The folder of the backup.
        folder: PathBuf,
    },
    /// Checks database, signatures, digests and photos; exit code 1 when something is wrong.
    Verify {
        /// A backup to check instead of the data folder.
        #[arg(long)]
        backup: Option<PathBuf>,
    },
    /// Administers a running or stopped server.
    #[command(subcommand)]
    Admin(AdminArgs),
}

#[derive(Debug, Subcommand)]
enum AdminArgs {
    /// Opens an enrolment slot for a handheld and shows its ticket.
    Enrol(EnrolArgs),
    /// Opens an enrolment slot for the server of an organisation below.
    ServerTicket {
        /// The organisation of the child server.
        #[arg(long)]
        org: OrgId,
        /// How many hours the ticket is good for.
        #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=720))]
        hours: u16,
    },
    /// Lists enrolment slots.
    Slots,
    /// Confirms the six digits that the other side shows.
    Confirm {
        /// The slot.
        slot: String,
        /// The digits.
        code: String,
    },
    /// Joins the parent with the ticket that its administrator gave.
    Join {
        /// The ticket; taken from parent.ticket when absent.
        ticket: Option<String>,
    },
    /// Makes or withdraws a sign-in token for desks and units.
    StaffToken(StaffTokenArgs),
    /// Signs an edition (organisations, staff, grids, catalogue) and makes it current.
    ImportEdition {
        /// The edition as JSON.
        file: PathBuf,
    },
    /// Checks the district's rules, which are tables in a folder, and makes them current.
    Rules(rules::RulesArgs),
    /// Brings in base data from CSV, XLSX or `GeoJSON`: a preview, unless --confirm is given.
    Import(Box<import::ImportArgs>),
    /// Writes cases or base data to a file, or one person's own data.
    Export(Box<export::ExportArgs>),
    /// Erases a household with everything that hangs on it, or one record, on a resident's request.
    Erase(forgetting::EraseArgs),
    /// Shows what was forgotten by itself, by which terms, and when.
    Forgetting {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shows who holds a household's data, or may still hold it. Asking is noted in the audit log.
    Holders {
        /// The household, or another record of the register.
        record: RecordId,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Takes a grid from a handheld: it hands in what waits, erases its copy and proves it.
    WithdrawGrid(forgetting::WithdrawArgs),
    /// Lists the backups with their terms.
    Backups {
        /// Deletes those whose term is over.
        #[arg(long)]
        prune: bool,
    },
    /// Revokes the key of a device or a desk.
    Revoke {
        /// The key id, 32 hex characters.
        key: KeyId,
        /// A reason such as lost, stolen or left.
        #[arg(long, default_value = "lost")]
        reason: String,
    },
    /// After a restore: does not wait for this neighbour any longer. Recorded in the audit log.
    Unreachable {
        /// The parent's or the child's organisation.
        #[arg(long)]
        org: OrgId,
    },
    /// Takes a file that a handheld's holder carried here without a network, and writes the answer for
    /// the handheld.
    CarryIn {
        /// The file, `*.linli-out`.
        file: PathBuf,
        /// Where the answer goes; beside the file when absent.
        #[arg(long)]
        answer: Option<PathBuf>,
    },
    /// Exchanges with the parent now instead of at the next interval.
    Sync,
    /// Shows how the server is doing.
    Status,
}

#[derive(Debug, Args)]
struct EnrolArgs {
    /// The organisation of the handheld.
    #[arg(long)]
    org: OrgId,
    /// A grid that it may hold; may be repeated.
    #[arg(long = "grid", required = true)]
    grids: Vec<GridCode>,
    /// A member of staff who may use it; may be repeated.
    #[arg(long = "staff", required = true)]
    staff: Vec<StaffId>,
    /// The asset tag on the device.
    #[arg(long, default_value = "")]
    label: String,
    /// How many hours the ticket is good for.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=720))]
    hours: u16,
}

#[derive(Debug, Args)]
struct StaffTokenArgs {
    /// The member of staff.
    #[arg(long)]
    staff: StaffId,
    /// The organisation for which the token is good.
    #[arg(long, required_unless_present = "withdraw")]
    org: Option<OrgId>,
    /// For how many days.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
    /// Takes all tokens of this member of staff away instead.
    #[arg(long)]
    withdraw: bool,
}

/// What a command needs beside its arguments.
struct Context {
    lang: Lang,
    config_path: PathBuf,
    variables: BTreeMap<String, String>,
    open_engine: OpenEngine,
}

/// Why a command ended early.
enum Failure {
    /// Wrong configuration.
    Config(Mistakes),
    /// Anything else.
    Ops(OpsError),
    /// Something was found wrong and has been printed.
    Found,
}

impl<E: Into<OpsError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Ops(error.into())
    }
}

type Done = Result<(), Failure>;

/// Runs the program with the process's arguments and environment.
pub fn main(open_engine: OpenEngine) -> ExitCode {
    let cli = Cli::parse();
    let variables: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let locale = |name: &str| variables.get(name).map(String::as_str);
    let lang = match cli.lang {
        Some(LangArg::Zh) => Lang::Zh,
        Some(LangArg::En) => Lang::En,
        None => Lang::choose([locale("LC_ALL"), locale("LC_MESSAGES"), locale("LANG")]),
    };
    let context = Context {
        lang,
        config_path: cli.config,
        variables,
        open_engine,
    };
    let done = match cli.command {
        Command::Init => data::init(&context),
        Command::Serve { ready_file } => serve::serve(&context, ready_file.as_deref()),
        Command::Backup => admin::backup(&context),
        Command::Restore { folder } => data::restore(&context, &folder),
        Command::Verify { backup } => data::verify(&context, backup.as_deref()),
        Command::Admin(args) => admin::admin(&context, args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Config(mistakes)) => {
            out::problem(&mistakes.message(lang));
            ExitCode::from(2)
        }
        Err(Failure::Ops(error)) => {
            out::problem(&format!("{}{error}", lang.pick("没有完成：", "not done: ")));
            ExitCode::from(1)
        }
        Err(Failure::Found) => ExitCode::from(1),
    }
}

impl Context {
    fn config(&self) -> Result<Config, Failure> {
        let path = &self.config_path;
        let text = match std::fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && self.may_lack(path) => {
                None
            }
            Err(error) => return Err(OpsError::file(path, error).into()),
        };
        let path = std::path::absolute(path).map_err(|error| OpsError::file(path, error))?;
        Config::read(&path, text.as_deref(), &self.variables).map_err(Failure::Config)
    }

    /// A file that nobody named may be missing: the environment can hold every setting.
    fn may_lack(&self, path: &Path) -> bool {
        path == Path::new("linli.toml") && self.variables.contains_key("LINLI_ORG_HOSTS")
    }

    fn passphrase(&self) -> Option<&str> {
        self.variables.get("LINLI_PASSPHRASE").map(String::as_str)
    }

    fn say(&self, zh: &str, en: &str) {
        out::line(self.lang.pick(zh, en));
    }
}
