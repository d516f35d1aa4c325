//! `linli-server` as an operator uses it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use linli_sync_server::tls::pinned;
use reqwest::Client;
use serde_json::{Value, json};

/// A server's folder with its configuration.
pub(crate) struct Program {
    pub(crate) folder: tempfile::TempDir,
}

/// A running server; killed when dropped.
pub(crate) struct Serving {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) url: String,
    pub(crate) pin: [u8; 32],
}

impl Program {
    /// A folder whose configuration hosts these organisations, initialised.
    pub(crate) fn new(hosts: &[&str], level: &str) -> Self {
        let program = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[org]\nhosts = {}\nlevel = \"{level}\"\n\
             [sync]\nlink_poll_seconds = 1\ntick_seconds = 1\n",
            json!(hosts)
        );
        std::fs::write(program.path("linli.toml"), text).unwrap();
        program.done(&["init"]);
        program
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        command(self.folder.path(), args)
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that has to succeed, and gives what it printed.
    pub(crate) fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{args:?}: {out}{err}");
        out
    }

    /// Runs a command that has to fail with this exit code, and gives what it complained about.
    pub(crate) fn refused(&self, args: &[&str], exit: i32) -> String {
        let output = self.run(args);
        let (out, err) = texts(&output);
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {out}{err}");
        err
    }

    /// Starts the server and waits for its ready line.
    pub(crate) fn serve(&self) -> Serving {
        let mut command = self.command(&["serve"]);
        let log = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.path("server.log"))
            .unwrap();
        command.stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let log = std::fs::read_to_string(self.path("server.log")).unwrap();
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some("ready"), "{line:?}\n{log}");
        let url = words.nth(1).unwrap().to_owned();
        let pin = linli_sync_server::files::unhex(words.next().unwrap()).unwrap();
        Serving {
            child,
            stdout,
            url,
            pin,
        }
    }

    /// Imports the edition of tests on the district's server.
    pub(crate) fn import_edition(&self) {
        let path = self.path("edition.json");
        std::fs::write(&path, edition().to_string()).unwrap();
        let said = self.done(&["admin", "import-edition", path.to_str().unwrap()]);
        assert!(said.contains("Edition 1"), "{said}");
    }

    /// A sign-in token.
    pub(crate) fn token(&self, staff: &str, org: &str) -> String {
        let said = self.done(&["admin", "staff-token", "--staff", staff, "--org", org]);
        line_with(&said, "linli_staff_")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.path("server.log")).unwrap_or_default();
            eprintln!("--- log of the server ---\n{log}");
        }
    }
}

/// The first line that begins with a text.
pub(crate) fn line_with(said: &str, start: &str) -> String {
    let line = said.lines().find(|line| line.starts_with(start));
    line.unwrap_or_else(|| panic!("no {start} in {said}"))
        .to_owned()
}

/// The program in a folder, without the environment of the test.
pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linli-server"));
    command
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("LANG", "en_GB.UTF-8");
    command
}

pub(crate) fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

impl Serving {
    /// A client that trusts this server's CA only.
    pub(crate) fn client(&self) -> Client {
        Client::builder()
            .tls_backend_preconfigured(pinned::client_config(self.pin).unwrap())
            .no_proxy()
            .build()
            .unwrap()
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop and waits; gives its exit code and what it said last.
    pub(crate) fn terminate(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A district with one street, one community, one unit and one grid. Everybody is invented.
pub(crate) fn edition() -> Value {
    let org = |id: &str, parent: Option<&str>, kind: &str, level: &str| {
        let name = json!({ "zh": id, "en": id });
        json!({ "id": id, "parent": parent, "kind": kind, "level": level, "name": name })
    };
    let person = |id: &str, role: &str, at: Value| json!({ "id": id, "grants": [{ "role": role, "at": at }] });
    json!({
        "format": 1, "number": 1, "district": "110101",
        "orgs": [
            org("110101", None, "district_centre", "district"),
            org("110101001", Some("110101"), "sub_centre", "subdistrict"),
            org("110101001001", Some("110101001"), "station", "community"),
            org("110101001901", Some("110101001"), "handling_unit", "subdistrict"),
        ],
        "grids": [
            { "code": "110101001001G01", "community": "110101001001", "name": { "zh": "一格", "en": "one" } },
            { "code": "110101001001G02", "community": "110101001001", "name": { "zh": "二格", "en": "two" } },
        ],
        "staff": [
            person("ga-1", "grid_assistant", json!({ "grid": "110101001001G01" })),
            person("io-c1", "intake_officer", json!({ "org": "110101001001" })),
            person("io-s1", "intake_officer", json!({ "org": "110101001" })),
            person("ul-u1", "unit_lead", json!({ "org": "110101001901" })),
        ],
        "catalogue": [{ "code": "06052", "name": { "zh": "坡道", "en": "ramp" } }],
        "responsibility": [{ "category": "06052", "area": "110101001", "lead": "110101001901" }],
        "settings": { "auto_dispatch": true },
    })
}
