//! A real server process on plain HTTP over the loopback, a line to it that counts bytes, and a whole
//! handheld with its files on the disk. Without TLS the line sees what HTTP sends, byte for byte.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use linli_device::dto::device::{BindInput, DeviceState, UnlockInput};
use linli_device::{BindingStep, Device, Parts};
use linli_fleet::town::Line;
use linli_fleet::world::{self, COMMUNITY, DISTRICT, STREET, SampleSet};
use linli_sync_server::config::Config;
use linli_sync_server::ops::DataFolder;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::Setting;
use crate::town;

/// So many seconds are given to the server to make packs.
const READY_S: u32 = 30;
const SECRET: &str = "linli-bench-2026";

/// Server, line and handheld.
pub(crate) struct Stand {
    pub(crate) device: Arc<Device>,
    pub(crate) line: Line,
    folder: tempfile::TempDir,
    server: PathBuf,
    address: SocketAddr,
    child: Child,
}

impl Stand {
    /// Starts a server and binds a handheld to it.
    pub(crate) async fn start(setting: &Setting) -> Self {
        let folder = tempfile::tempdir_in(&setting.folder).unwrap();
        let line = Line::open().await.unwrap();
        let server = setting.server.clone();
        configure(folder.path(), line.address());
        run(&server, folder.path(), &["init"]).await;
        let (child, address) = serve(&server, folder.path()).await;
        let edition = folder.path().join("edition.json");
        let json = serde_json::to_vec(&world::edition(SampleSet::Grid).unwrap()).unwrap();
        std::fs::write(&edition, json).unwrap();
        run(
            &server,
            folder.path(),
            &["admin", "import-edition", "edition.json"],
        )
        .await;
        Self::bound(line, folder, server, child, address, false).await
    }

    /// Starts a server that somebody has filled before, and binds a handheld to it.
    pub(crate) async fn start_filled(setting: &Setting, fill: impl FnOnce(&DataFolder)) -> Self {
        let folder = tempfile::tempdir_in(&setting.folder).unwrap();
        let line = Line::open().await.unwrap();
        let server = setting.server.clone();
        configure(folder.path(), line.address());
        run(&server, folder.path(), &["init"]).await;
        fill(&data_folder(folder.path()));
        let (child, address) = serve(&server, folder.path()).await;
        Self::bound(line, folder, server, child, address, true).await
    }

    async fn bound(
        line: Line,
        folder: tempfile::TempDir,
        server: PathBuf,
        child: Child,
        address: SocketAddr,
        is_filled: bool,
    ) -> Self {
        line.aim(address);
        let device = Device::open_with(&folder.path().join("handheld"), Parts::default()).unwrap();
        let stand = Self {
            device,
            line,
            folder,
            server,
            address,
            child,
        };
        stand.bind(is_filled).await;
        stand
    }

    /// How many requests the server has answered to devices.
    pub(crate) async fn requests(&self) -> u64 {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        let ask = "GET /metrics HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n";
        socket.write_all(ask.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        answer
            .lines()
            .filter(|line| line.starts_with("linli_requests_total{") && !line.contains("metrics"))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .sum()
    }

    /// Ends the server.
    pub(crate) async fn stop(mut self) {
        self.child.kill().await.unwrap();
    }

    async fn bind(&self, is_filled: bool) {
        let (grid, staff) = (town::grid().to_string(), town::assistant().to_string());
        let said = run(
            &self.server,
            self.folder.path(),
            &[
                "admin", "enrol", "--org", COMMUNITY, "--grid", &grid, "--staff", &staff,
                "--label", "0401",
            ],
        )
        .await;
        let ticket = said
            .lines()
            .map(str::trim)
            .find(|line| line.starts_with("LINLI1:"));
        let ticket = ticket.expect("a ticket").to_owned();
        if is_filled {
            self.packs_are_ready().await;
        }
        let secret = SECRET.to_owned();
        self.device.bind(&BindInput { ticket, secret }).unwrap();
        loop {
            match self.device.advance_binding().await.unwrap() {
                BindingStep::Done | BindingStep::Nothing => break,
                BindingStep::Waiting => self.confirm().await,
                ended @ (BindingStep::NoNetwork | BindingStep::Refused) => panic!("{ended:?}"),
            }
        }
        if self.device.status().unwrap().state == DeviceState::Locked {
            let secret = SECRET.to_owned();
            self.device.unlock(&UnlockInput { staff, secret }).unwrap();
        }
    }

    /// Between the ticket and its use the server makes the packs of the grid's three scopes, as far as there
    /// is something in them.
    async fn packs_are_ready(&self) {
        let folder = self.folder.path().join("data/packs");
        let mut looks = tokio::time::interval(Duration::from_secs(1));
        for _ in 0..READY_S {
            looks.tick().await;
            let packs = std::fs::read_dir(&folder).into_iter().flatten();
            let whole = packs.filter(|entry| {
                let path = entry.as_ref().map(std::fs::DirEntry::path);
                path.is_ok_and(|path| path.extension().is_some_and(|kind| kind == "pack"))
            });
            if whole.count() == 3 {
                return;
            }
        }
    }

    /// What the administrator does who compares the check code.
    async fn confirm(&self) {
        let binding = self.device.status().unwrap().binding.expect("a binding");
        let digits = binding.check_code.expect("a check code");
        let said = run(&self.server, self.folder.path(), &["admin", "slots"]).await;
        let waits = said.lines().find(|line| line.contains("awaiting_confirm"));
        let slot = waits
            .and_then(|line| line.split_whitespace().next())
            .expect("a slot");
        run(
            &self.server,
            self.folder.path(),
            &["admin", "confirm", slot, &digits],
        )
        .await;
    }
}

fn configure(folder: &Path, line: SocketAddr) {
    let text = format!(
        "[server]\ndata = \"data\"\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://{line}\"\n\n\
         [org]\nhosts = [\"{DISTRICT}\", \"{STREET}\", \"{COMMUNITY}\"]\nlevel = \"district\"\n\n\
         [tls]\nmode = \"off\"\n\n[sync]\ntick_seconds = 1\n"
    );
    std::fs::write(folder.join("linli.toml"), text).unwrap();
}

fn data_folder(folder: &Path) -> DataFolder {
    let path = folder.join("linli.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut config = Config::read(&path, Some(&text), &BTreeMap::new()).unwrap();
    config.data = folder.join(&config.data);
    DataFolder::take(config, None, |_| unreachable!("the town opens the engine")).unwrap()
}

fn command(server: &Path, folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(server);
    command
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("LANG", "en_GB.UTF-8")
        .kill_on_drop(true);
    command
}

async fn run(server: &Path, folder: &Path, args: &[&str]) -> String {
    let output = command(server, folder, args)
        .output()
        .await
        .expect("linli-server starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "linli-server {args:?}: {said}{complaint}"
    );
    said
}

async fn serve(server: &Path, folder: &Path) -> (Child, SocketAddr) {
    let log = std::fs::File::create(folder.join("server.log")).unwrap();
    let mut command = command(server, folder, &["serve"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("linli-server starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let first = lines.next_line().await.unwrap().unwrap_or_default();
    let address = first
        .split_whitespace()
        .nth(1)
        .and_then(|word| word.parse().ok());
    let address = address.unwrap_or_else(|| panic!("the server said {first:?}"));
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, address)
}
