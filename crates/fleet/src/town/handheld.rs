//! A handheld of a town: the program `linli-fleet` on a folder of its own. Every command is a
//! process, so it can be killed in the middle of what it does.

#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value gives null for what it does not have"
)]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

use super::error::{TownError, TownResult};
use super::photo::Picture;
use super::program::Program;
use super::wait::{Look, until};

/// How long a handheld tries to reach its server for its first sync.
const PATIENCE: Duration = Duration::from_mins(1);
/// What unlocks the demo's handhelds.
const SECRET: &str = "linli-demo-2026";

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
    /// The process that runs now, so that somebody else can kill it.
    running: Mutex<Option<u32>>,
}

impl Handheld {
    /// Enrols a handheld with a ticket of its community's server and syncs for the first time.
    pub async fn enrol(plan: HandheldPlan, server: &Program, org: &str) -> TownResult<Self> {
        std::fs::create_dir_all(&plan.folder)
            .map_err(|error| TownError::File(plan.folder.clone(), error))?;
        let args = [
            "admin",
            "enrol",
            "--org",
            org,
            "--grid",
            &plan.grid,
            "--staff",
            &plan.staff,
            "--label",
            &plan.label,
        ];
        let ticket = server.ticket(&args).await?;
        let handheld = Self {
            plan,
            running: Mutex::default(),
        };
        until("an enrolment", PATIENCE, async || {
            let said = handheld.run(&["enrol", &ticket]).await?;
            match said["check_code"].as_str() {
                None => Ok(Look::Found(())),
                Some(digits) => {
                    server.confirm(digits).await?;
                    Ok(Look::NotYet("waiting for a person".into()))
                }
            }
        })
        .await?;
        handheld.sync().await?;
        Ok(handheld)
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

    /// Kills the process that runs now, if one does; says whether one did.
    pub async fn kill(&self) -> bool {
        let pid = self.running.lock().await.take();
        let pid = pid.and_then(|pid| i32::try_from(pid).ok());
        let pid = pid.and_then(rustix::process::Pid::from_raw);
        pid.is_some_and(|pid| {
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).is_ok()
        })
    }

    /// Runs a command of the handheld's program; gives its JSON.
    pub async fn run(&self, args: &[&str]) -> TownResult<Value> {
        let child = self.spawn(args)?;
        *self.running.lock().await = child.id();
        let output = child.wait_with_output().await;
        *self.running.lock().await = None;
        let output = output.map_err(|error| TownError::File(self.plan.binary.clone(), error))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
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
