//! One server of a town: its folder, its configuration and its process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use linli_device::net::ServerAddress;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

use super::clock::clock;
use super::error::{TownError, TownResult};
use super::kept::copy_folder;
use super::line::Line;

/// A server with its own data folder. Its process can be killed and started again.
#[derive(Debug)]
pub struct Program {
    name: String,
    binary: PathBuf,
    folder: PathBuf,
    /// The line on which everybody below reaches it.
    pub line: Line,
    /// The line on which people at desks and in units reach it.
    pub desk_line: Line,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    child: Option<Child>,
    address: Option<SocketAddr>,
    pin: String,
}

impl Program {
    /// Makes the folder and the configuration and runs `init`; the server is not started yet.
    pub async fn prepare(
        binary: &Path,
        folder: &Path,
        name: &str,
        hosts: &[String],
        level: &str,
    ) -> TownResult<Self> {
        let folder = folder.join(name);
        let line = Line::open().await.map_err(TownError::Port)?;
        let config = folder.join("linli.toml");
        let text = configuration(hosts, level, line.address());
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&config, text))
            .map_err(|error| TownError::File(config, error))?;
        let program = Self::at(binary, folder, name, line).await?;
        program.run(&["init"]).await?;
        Ok(program)
    }

    /// A server whose folder is a copy of one that was used before, on the line that it had then.
    pub(super) async fn copied(
        binary: &Path,
        folder: &Path,
        name: &str,
        from: &Path,
        line: Line,
    ) -> TownResult<Self> {
        let folder = folder.join(name);
        copy_folder(from, &folder).map_err(|error| TownError::File(folder.clone(), error))?;
        Self::at(binary, folder, name, line).await
    }

    async fn at(binary: &Path, folder: PathBuf, name: &str, line: Line) -> TownResult<Self> {
        Ok(Self {
            name: name.to_owned(),
            binary: binary.to_owned(),
            folder,
            line,
            desk_line: Line::open().await.map_err(TownError::Port)?,
            state: Mutex::default(),
        })
    }

    /// `district`, `street`, `community` or `box`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its folder, with the configuration, the log and `data`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its own address and pin, past the lines.
    pub async fn address(&self) -> TownResult<ServerAddress> {
        let state = self.state.lock().await;
        let address = state
            .address
            .ok_or_else(|| self.failed("serve", "never started"))?;
        Ok(ServerAddress {
            url: format!("https://{address}"),
            pins: vec![state.pin.clone()],
            authority: None,
        })
    }

    /// Where people at desks and in units connect.
    pub async fn desk_address(&self) -> TownResult<ServerAddress> {
        let address = self.address().await?;
        Ok(ServerAddress {
            url: format!("https://{}", self.desk_line.address()),
            ..address
        })
    }

    /// Starts the process, on the port that it had before.
    pub async fn serve(&self) -> TownResult<()> {
        let mut state = self.state.lock().await;
        if state.child.is_some() {
            return Ok(());
        }
        let log = self.folder.join("server.log");
        let file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(&log);
        let file = file.map_err(|error| TownError::File(log.clone(), error))?;
        let mut command = self.command(&["serve"]);
        if let Some(address) = state.address {
            command.env("LINLI_SERVER_LISTEN", address.to_string());
        }
        command
            .stdout(Stdio::piped())
            .stderr(file)
            .kill_on_drop(true);
        let mut child = self.spawn(&mut command)?;
        let Some(stdout) = child.stdout.take() else {
            return Err(self.failed("serve", "no output"));
        };
        let mut lines = BufReader::new(stdout).lines();
        let first = lines.next_line().await.ok().flatten().unwrap_or_default();
        let words: Vec<&str> = first.split_whitespace().collect();
        let (["ready", address, _, pin], true) = (words.as_slice(), child.id().is_some()) else {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            let said = text.lines().last().unwrap_or("nothing").to_owned();
            return Err(self.failed("serve", said));
        };
        let address: SocketAddr = address
            .parse()
            .map_err(|_| self.failed("serve", format!("the address {address:?}")))?;
        self.line.aim(address);
        self.desk_line.aim(address);
        state.address = Some(address);
        (*pin).clone_into(&mut state.pin);
        state.child = Some(child);
        // Whatever else it prints must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(())
    }

    /// Ends the process at once, as a power cut would.
    pub async fn kill(&self) -> TownResult<()> {
        let mut state = self.state.lock().await;
        if let Some(mut child) = state.child.take() {
            child
                .kill()
                .await
                .map_err(|error| self.failed("kill", error.to_string()))?;
        }
        Ok(())
    }

    /// Asks the process to stop and waits for its end.
    pub async fn stop(&self) -> TownResult<()> {
        let mut state = self.state.lock().await;
        let Some(mut child) = state.child.take() else {
            return Ok(());
        };
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
        if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
            // It may have ended by itself a moment ago.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        child
            .wait()
            .await
            .map_err(|error| self.failed("stop", error.to_string()))?;
        Ok(())
    }

    /// Runs a command of the server's program on this folder; what it printed, when it succeeded.
    pub async fn run(&self, args: &[&str]) -> TownResult<String> {
        // A command works through the process or, without one, on the data folder itself: it must not
        // meet a process that is just being killed or started.
        let _still = self.state.lock().await;
        let mut command = self.command(args);
        command.stdin(Stdio::null()).kill_on_drop(true);
        let output = command
            .output()
            .await
            .map_err(|error| self.no_program(error))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(said);
        }
        let complaint = String::from_utf8_lossy(&output.stderr);
        Err(self.failed(&args.join(" "), format!("{said}{complaint}").trim()))
    }

    /// Opens a slot; gives its ticket.
    pub async fn ticket(&self, args: &[&str]) -> TownResult<String> {
        let said = self.run(args).await?;
        line_with(&said, "LINLI1:").ok_or_else(|| self.unexpected(args, &said))
    }

    /// A ticket for a handheld of a grid and a member of staff, under an asset tag.
    pub async fn device_ticket(
        &self,
        org: &str,
        grid: &str,
        staff: &str,
        label: &str,
    ) -> TownResult<String> {
        let args = [
            "admin", "enrol", "--org", org, "--grid", grid, "--staff", staff, "--label", label,
        ];
        self.ticket(&args).await
    }

    /// A sign-in token for a member of staff.
    pub async fn staff_token(&self, staff: &str, org: &str) -> TownResult<String> {
        let args = ["admin", "staff-token", "--staff", staff, "--org", org];
        let said = self.run(&args).await?;
        line_with(&said, "linli_staff_").ok_or_else(|| self.unexpected(&args[..2], "no token"))
    }

    /// Confirms the slot that waits for the digits.
    pub async fn confirm(&self, digits: &str) -> TownResult<()> {
        let said = self.run(&["admin", "slots"]).await?;
        let waits = said.lines().find(|line| line.contains("awaiting_confirm"));
        let slot = waits.and_then(|line| line.split_whitespace().next());
        let slot = slot.ok_or_else(|| self.unexpected(&["admin", "slots"], &said))?;
        self.run(&["admin", "confirm", slot, digits]).await?;
        Ok(())
    }

    /// Joins this server to its parent with a ticket.
    pub async fn join(&self, parent: &Self, org: &str) -> TownResult<()> {
        let ticket = parent
            .ticket(&["admin", "server-ticket", "--org", org])
            .await?;
        let said = self.run(&["admin", "join", &ticket]).await?;
        if let Some(digits) = check_code(&said) {
            parent.confirm(&digits).await?;
            let said = self.run(&["admin", "join", &ticket]).await?;
            if check_code(&said).is_some() {
                return Err(self.unexpected(&["admin", "join"], &said));
            }
        }
        Ok(())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        // The settings stand in the file; variables of the person's own must not change them.
        command
            .args(args)
            .current_dir(&self.folder)
            .env_clear()
            .envs(clock())
            .env("LANG", "en_GB.UTF-8");
        command
    }

    fn spawn(&self, command: &mut Command) -> TownResult<Child> {
        command.spawn().map_err(|error| self.no_program(error))
    }

    fn no_program(&self, error: std::io::Error) -> TownError {
        if error.kind() == std::io::ErrorKind::NotFound {
            TownError::NoProgram(self.binary.clone())
        } else {
            TownError::File(self.binary.clone(), error)
        }
    }

    fn failed(&self, command: &str, said: impl Into<String>) -> TownError {
        TownError::Program {
            what: format!("linli-server {command} ({})", self.name),
            said: said.into(),
        }
    }

    fn unexpected(&self, args: &[&str], said: &str) -> TownError {
        TownError::Answer {
            what: format!("linli-server {} ({})", args.join(" "), self.name),
            said: said.to_owned(),
        }
    }
}

/// A configuration as an operator would write it, with short intervals.
fn configuration(hosts: &[String], level: &str, line: SocketAddr) -> String {
    format!(
        "[server]\ndata = \"data\"\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://{line}\"\n\n\
         [org]\nhosts = {}\nlevel = \"{level}\"\n\n\
         [sync]\nlink_poll_seconds = 1\ntick_seconds = 1\n",
        json!(hosts)
    )
}

/// The first line that begins with a text.
fn line_with(said: &str, start: &str) -> Option<String> {
    let mut lines = said.lines().map(str::trim);
    lines
        .find(|line| line.starts_with(start))
        .map(str::to_owned)
}

/// The digits that a person compares, when the answer asks for it.
fn check_code(said: &str) -> Option<String> {
    let words = said.split_once("Check code")?.1;
    let digits: String = words.chars().filter(char::is_ascii_digit).take(6).collect();
    (digits.len() == 6).then_some(digits)
}
