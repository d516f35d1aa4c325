//! The checkout: its folder, its files and what cargo says about its packages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// The folder of the window program. It needs WebKitGTK and a built UI, so only the app steps build it.
pub(crate) const APP_FOLDER: &str = "app-mobile";

/// The screens that the window program embeds. Without them there is nothing to compile.
const SCREENS: &str = "ui/handheld/dist/index.html";

/// The root folder of the checkout.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The cargo that started us.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// What `cargo metadata` says about the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) target_directory: PathBuf,
}

/// One package of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a package's dependency tables.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` for a normal one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
    /// Present when the dependency is a folder of this checkout.
    pub(crate) path: Option<PathBuf>,
}

impl Metadata {
    /// Asks cargo. Works without a network.
    pub(crate) fn load() -> Result<Self> {
        let output = cargo()
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .output()
            .context("cannot start cargo")?;
        if !output.status.success() {
            bail!(
                "cargo metadata failed: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        serde_json::from_slice(&output.stdout).context("cannot read the answer of cargo metadata")
    }

    /// The package in a folder of the root, when there is one.
    pub(crate) fn package_in(&self, folder: &str) -> Option<&Package> {
        self.packages
            .iter()
            .find(|package| package.folder() == folder)
    }

    /// The arguments that select every package except the window program.
    pub(crate) fn without_app(&self) -> Vec<String> {
        let mut arguments = vec!["--workspace".to_owned()];
        if let Some(app) = self.package_in(APP_FOLDER) {
            arguments.extend(["--exclude".to_owned(), app.name.clone()]);
        }
        arguments
    }

    /// The arguments that select every package, the window program with the screens inside it.
    ///
    /// Checks and tests of one run all select the same: cargo then compiles what they share once.
    pub(crate) fn with_app(&self) -> Vec<String> {
        let mut arguments = vec!["--workspace".to_owned()];
        if let Some(app) = self.package_in(APP_FOLDER) {
            arguments.push("--features".to_owned());
            arguments.push(format!("{}/custom-protocol", app.name));
        }
        arguments
    }

    /// The folder of the programs that cargo builds.
    pub(crate) fn programs(&self) -> PathBuf {
        self.target_directory.join("debug")
    }
}

/// Whether the screens are built.
pub(crate) fn has_screens() -> bool {
    root().join(SCREENS).is_file()
}

impl Package {
    /// The package's folder below the root, with `/` between its parts.
    pub(crate) fn folder(&self) -> String {
        let folder = self.manifest_path.parent().unwrap_or(&self.manifest_path);
        let below = folder.strip_prefix(root()).unwrap_or(folder);
        below.to_string_lossy().replace('\\', "/")
    }
}

/// Every file that is tracked or could be committed, as paths below the root, sorted.
pub(crate) fn files() -> Result<Vec<String>> {
    let output = Command::new("git")
        .current_dir(root())
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output()
        .context("cannot start git")?;
    ensure!(
        output.status.success(),
        "git ls-files failed: is this a git checkout?"
    );
    let mut files: Vec<String> = String::from_utf8_lossy(&output.stdout)
        .split('\0')
        .filter(|path| !path.is_empty() && root().join(path).is_file())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// The text of a file below the root; `None` for one that is not UTF-8.
pub(crate) fn text(path: &str) -> Result<Option<String>> {
    let bytes = fs::read(root().join(path)).with_context(|| format!("cannot read {path}"))?;
    Ok(String::from_utf8(bytes).ok())
}

/// Whether an npm script exists in a folder's `package.json`.
pub(crate) fn has_npm_script(folder: &str, script: &str) -> bool {
    #[derive(Deserialize)]
    struct Manifest {
        #[serde(default)]
        scripts: std::collections::BTreeMap<String, String>,
    }
    fs::read(root().join(folder).join("package.json"))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Manifest>(&bytes).ok())
        .is_some_and(|manifest| manifest.scripts.contains_key(script))
}
