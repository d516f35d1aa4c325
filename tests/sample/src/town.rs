//! The servers and handhelds of the sample, founded a year before the end.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use linli_fleet::town::{Picture, after_photo, before_photo, check_photo};
use linli_model::{GridCode, OrgId, Timestamp};
use linli_world::devices::devices;
use linli_world::year::YEAR_MS;
use linli_world::{Sample, SampleSet};
use tempfile::TempDir;

use crate::handheld::Handheld;
use crate::server::Server;

/// Between the founding and the first case: two days.
const SETTLING_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// Everything that takes part.
pub(crate) struct Town {
    pub(crate) sample: Sample,
    /// From above.
    pub(crate) servers: Vec<Server>,
    pub(crate) handhelds: Vec<Handheld>,
    /// When it was founded.
    pub(crate) founded: Timestamp,
    /// What reports, results and checks show.
    pub(crate) pictures: [Picture; 3],
    /// How often the two ends of each link were called when it was last exchanged, by the lower one.
    linked: BTreeMap<usize, (u64, u64)>,
    /// Where the handhelds' files are, until the town goes.
    files: TempDir,
}

impl Town {
    /// Publishes the edition, joins the servers and enrols the handhelds.
    pub(crate) fn found(folders: &[PathBuf], set: SampleSet, until: Timestamp) -> Result<Self> {
        let founded = until.plus_ms(-YEAR_MS - SETTLING_MS);
        let sample = Sample::new(set)?;
        let edition = serde_json::to_vec(&sample.edition()?)?;
        let mut servers = Vec::new();
        for folder in folders {
            servers.push(Server::open(folder)?);
        }
        let root = servers.first_mut().context("no server")?;
        root.call(|calls| calls.import_edition(founded, &edition))?;
        for below in 1..servers.len() {
            let (upper, lower) = servers.split_at_mut(below);
            let pair = upper.last_mut().zip(lower.first_mut());
            let (above, below) = pair.context("no server above")?;
            below.join(above, founded)?;
        }
        let pictures = [before_photo()?, after_photo()?, check_photo()?];
        let files = files()?;
        let mut town = Self {
            handhelds: Vec::new(),
            sample,
            servers,
            founded,
            pictures,
            linked: BTreeMap::new(),
            files,
        };
        for device in devices(&town.sample)? {
            let host = town.host_of(&community_of(&device.grid)?)?;
            let folder = town.files.path().to_owned();
            let server = town.server(host)?;
            let handheld = Handheld::enrol(device, &folder, server, founded)?;
            town.handhelds.push(handheld);
        }
        Ok(town)
    }

    /// Which server hosts a desk.
    pub(crate) fn host_of(&self, org: &OrgId) -> Result<usize> {
        let found = self.servers.iter().position(|server| server.hosts(org));
        found.with_context(|| format!("no server hosts {org}"))
    }

    /// The handhelds of some grids.
    pub(crate) fn handhelds_of(&self, is_asked: impl Fn(&GridCode) -> bool) -> Vec<usize> {
        let all = self.handhelds.iter().enumerate();
        let asked = all.filter(|(_, one)| is_asked(&one.device.grid));
        asked.map(|(index, _)| index).collect()
    }

    pub(crate) fn server(&mut self, index: usize) -> Result<&mut Server> {
        self.servers.get_mut(index).context("no such server")
    }

    /// Exchanges a server's link with the one above it, where there is one and either has done
    /// something since.
    pub(crate) fn link(&mut self, index: usize, now: Timestamp) -> Result<()> {
        if index == 0 || self.linked.get(&index) == Some(&self.calls_around(index)?) {
            return Ok(());
        }
        let (upper, lower) = self.servers.split_at_mut(index);
        let pair = lower.first_mut().zip(upper.last_mut());
        let (below, above) = pair.context("no server above")?;
        below.link(above, now)?;
        let calls = self.calls_around(index)?;
        self.linked.insert(index, calls);
        Ok(())
    }

    fn calls_around(&self, index: usize) -> Result<(u64, u64)> {
        let calls = |index: usize| self.servers.get(index).map(Server::calls);
        let pair = calls(index).zip(index.checked_sub(1).and_then(calls));
        pair.context("no such link")
    }

    /// Closes the servers; what was played lies in their folders then.
    pub(crate) fn close(self) -> Result<()> {
        self.servers.into_iter().try_for_each(Server::close)
    }

    /// An exchange of a handheld with its server.
    pub(crate) fn sync(&mut self, handheld: usize, now: Timestamp) -> Result<()> {
        let one = self.handhelds.get(handheld).context("no such handheld")?;
        let host = self.host_of(&community_of(&one.device.grid)?)?;
        let server = self.servers.get_mut(host).context("no such server")?;
        one.sync(server, now)
    }
}

/// The community of a grid: its code before the letter.
pub(crate) fn community_of(grid: &GridCode) -> Result<OrgId> {
    let code = grid.as_str().split('G').next().unwrap_or_default();
    Ok(OrgId::new(code)?)
}

/// A folder in memory where there is one: the handhelds' files are thrown away.
fn files() -> Result<TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    Ok(if memory.is_dir() {
        tempfile::tempdir_in(memory)?
    } else {
        tempfile::tempdir()?
    })
}
