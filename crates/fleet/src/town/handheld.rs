//! A handheld of a town: the program `linli-fleet` on a folder of its own. Every command is a
//! process, so it can be killed in the middle of what it does.

#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value gives null for what it does not have"
)]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::sync::Notify;

use super::clock::clock;
use super::error::{TownError, TownResult};
use super::photo::Picture;
use super::program::Program;
use super::wait::{Look, until};

/// How long a handheld tries to reach its server for its first sync.
const PATIENCE: Duration = Duration::from_mins(1);
/// What unlocks the demo's handhelds.
pub(crate) const SECRET: &str = "linli-demo-2026";

/// With what a handheld is made.
#[derive(Debug, Clone)]
pub struct HandheldPlan {
    /// The program `linli-fleet`.
    pub binary: PathBuf,
    /// Its folder.
    pub folder: PathBuf,
    /// The asset tag.
    pub label: String,
    /// Its grid.
    pub grid: String,
    /// Who uses it.
    pub staff: String,
}

/// An enrolled handheld.
#[derive(Debug)]
pub struct Handheld {
    plan: HandheldPlan,
    /// Somebody wants the process dead that runs now, or else the next one.
    doom: Notify,
    /// How long that process may still live.
    respite: Mutex<Duration>,
    /// How many were killed.
    kills: AtomicU64,
    /// The ticket that it was enrolled with.
    ticket: OnceLock<String>,
}

impl Handheld {
    /// Enrols a handheld with a ticket of its community's server and syncs for the first time.
    pub async fn enrol(plan: HandheldPlan, server: &Program, org: &str) -> TownResult<Self> {
        let handheld = Self::bind(plan, server, org).await?;
        until("a first sync", PATIENCE, async || {
            handheld.sync().await.map(Look::Found)
        })
        .await?;
        Ok(handheld)
    }

    /// Enrols a handheld with a ticket of its community's server; it has not synced yet.
    pub async fn bind(plan: HandheldPlan, server: &Program, org: &str) -> TownResult<Self> {
        let ticket = server
            .device_ticket(org, &plan.grid, &plan.staff, &plan.label)
            .await?;
        let handheld = Self::new(plan)?;
        handheld.enrol_with(&ticket, server).await?;
        Ok(handheld)
    }

    /// A handheld that nobody has enrolled.
    pub fn new(plan: HandheldPlan) -> TownResult<Self> {
        std::fs::create_dir_all(&plan.folder)
            .map_err(|error| TownError::File(plan.folder.clone(), error))?;
        Ok(Self {
            plan,
            doom: Notify::new(),
            respite: Mutex::default(),
            kills: AtomicU64::new(0),
            ticket: OnceLock::new(),
        })
    }

    /// Enrols with a ticket; the server's administrator confirms the check code.
    pub async fn enrol_with(&self, ticket: &str, server: &Program) -> TownResult<()> {
        until("an enrolment", PATIENCE, async || {
            let said = self.run(&["enrol", ticket]).await?;
            match said["check_code"].as_str() {
                None => Ok(Look::Found(())),
                Some(digits) => {
                    server.confirm(digits).await?;
                    Ok(Look::NotYet("waiting for a person".into()))
                }
            }
        })
        .await?;
        // Bound again with another ticket, the first one stays: it is spent all the same.
        self.ticket.get_or_init(|| ticket.to_owned());
        Ok(())
    }

    /// With what it was made.
    pub fn plan(&self) -> &HandheldPlan {
        &self.plan
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.plan.folder
    }

    /// The asset tag.
    pub fn label(&self) -> &str {
        &self.plan.label
    }

    /// Its grid.
    pub fn grid(&self) -> &str {
        &self.plan.grid
    }

    /// The ticket that it was enrolled with. It is spent. Empty when nobody has enrolled it.
    pub fn ticket(&self) -> &str {
        self.ticket.get().map_or("", String::as_str)
    }

    /// What a person types to use this handheld from a shell.
    pub fn shell(&self) -> String {
        format!(
            "LINLI_SECRET={SECRET} {} --folder {}",
            self.plan.binary.display(),
            self.plan.folder.display()
        )
    }

    /// Reports; gives the case's id. Nothing is sent.
    pub async fn report(
        &self,
        category: &str,
        place: &str,
        note: &str,
        photo: &Picture,
    ) -> TownResult<String> {
        let file = self.keep("report.jpg", photo)?;
        let args = [
            "report",
            "--category",
            category,
            "--place",
            place,
            "--note",
            note,
            "--photo",
            &file,
        ];
        let said = self.run(&args).await?;
        self.text(&said, "case_id")
    }

    /// Sends and fetches until nothing is left to do now. An error of the line is transient.
    pub async fn sync(&self) -> TownResult<Value> {
        self.run(&["sync"]).await
    }

    /// The case as the handheld shows it.
    pub async fn case(&self, case: &str) -> TownResult<Value> {
        self.run(&["case", case]).await
    }

    /// All cases of the grid.
    pub async fn cases(&self) -> TownResult<Value> {
        self.run(&["cases"]).await
    }

    /// Passes the check on the spot with a photo. Nothing is sent.
    pub async fn pass_check(&self, case: &str, photo: &Picture, note: &str) -> TownResult<()> {
        let file = self.keep("check.jpg", photo)?;
        let args = ["check", case, "--pass", "--photo", &file, "--note", note];
        self.run(&args).await?;
        Ok(())
    }

    /// Kills the process that runs now, or else the next one, after so much time. One that ends
    /// before is not killed, nor the one after it.
    pub fn kill_next(&self, respite: Duration) {
        *self.respite.lock().unwrap_or_else(PoisonError::into_inner) = respite;
        self.doom.notify_one();
    }

    /// How many of its processes were killed.
    pub fn kills(&self) -> u64 {
        self.kills.load(Ordering::SeqCst)
    }

    async fn doomed(&self) {
        self.doom.notified().await;
        let respite = *self.respite.lock().unwrap_or_else(PoisonError::into_inner);
        tokio::time::sleep(respite).await;
    }

    /// Runs a command of the handheld's program; gives its JSON.
    pub async fn run(&self, args: &[&str]) -> TownResult<Value> {
        let mut child = self.spawn(args)?;
        let broken = |error| TownError::File(self.plan.binary.clone(), error);
        let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
        let (mut said, mut complaint) = (String::new(), String::new());
        let talk = async {
            let out = async {
                match &mut out {
                    Some(out) => out.read_to_string(&mut said).await.map(drop),
                    None => Ok(()),
                }
            };
            let err = async {
                match &mut err {
                    Some(err) => err.read_to_string(&mut complaint).await.map(drop),
                    None => Ok(()),
                }
            };
            tokio::try_join!(out, err)
        };
        let is_doomed = tokio::select! {
            talked = talk => talked.map(|_| false).map_err(broken)?,
            () = self.doomed() => true,
        };
        if is_doomed {
            self.kills.fetch_add(1, Ordering::SeqCst);
            child.kill().await.map_err(broken)?;
            return Err(self.failed(args, None, ""));
        }
        let status = child.wait().await.map_err(broken)?;
        match status.code() {
            Some(0) => Ok(serde_json::from_str(&said)?),
            code => Err(self.failed(args, code, format!("{said}{complaint}").trim())),
        }
    }

    fn spawn(&self, args: &[&str]) -> TownResult<Child> {
        let mut command = Command::new(&self.plan.binary);
        command
            .arg("--folder")
            .arg(&self.plan.folder)
            .arg("--json")
            .args(args)
            .env_clear()
            .envs(clock())
            .env("LANG", "en_GB.UTF-8")
            .env("LINLI_SECRET", SECRET)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command.spawn().map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                TownError::NoProgram(self.plan.binary.clone())
            } else {
                TownError::File(self.plan.binary.clone(), error)
            }
        })
    }

    fn failed(&self, args: &[&str], code: Option<i32>, said: &str) -> TownError {
        let what = format!(
            "linli-fleet {} (handheld {})",
            args.first().unwrap_or(&""),
            self.plan.label
        );
        match code {
            // No code: it was killed.
            None => TownError::Killed(what),
            Some(OFFLINE) => TownError::Offline {
                what,
                said: said.to_owned(),
            },
            Some(_) => TownError::Program {
                what,
                said: said.to_owned(),
            },
        }
    }

    fn keep(&self, name: &str, photo: &Picture) -> TownResult<String> {
        let path = self.plan.folder.join(name);
        std::fs::write(&path, &photo.bytes)
            .map_err(|error| TownError::File(path.clone(), error))?;
        Ok(path.to_string_lossy().into_owned())
    }

    fn text(&self, said: &Value, field: &str) -> TownResult<String> {
        let text = said[field].as_str().map(str::to_owned);
        text.ok_or_else(|| TownError::Answer {
            what: format!("handheld {}", self.plan.label),
            said: said.to_string(),
        })
    }
}

/// The exit code of a command that could not reach the server; what it saved is kept.
const OFFLINE: i32 = 3;
