//! A whole town on one machine: real server processes with their own folders, keys and TLS, lines
//! between them that can be cut, desks and units that use the HTTP API, and headless handhelds.
//!
//! ```text
//! handhelds --line--> community --line--> street --line--> district        federated
//! handhelds --line--> box (all three organisations)                        one box
//! ```
//! Every program can be killed and started again on its port; every line can be cut and restored.

mod clock;
mod desk;
mod error;
pub(crate) mod event;
mod handheld;
mod history;
mod kept;
mod line;
mod photo;
mod program;
pub(crate) mod wait;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use clock::now_ms;
pub use desk::Desk;
pub use error::{TownError, TownResult};
pub(crate) use handheld::SECRET;
pub use handheld::{Handheld, HandheldPlan};
pub use history::History;
pub use line::{Line, LineWatch, Traffic};
pub use photo::{Picture, after_photo, before_photo, check_photo};
pub use program::Program;

use linli_world::SampleSet;

use kept::Kept;

use crate::world::{self, COMMUNITY, DISTRICT, FEDERATION, STREET};

/// How many households and doors are put into a grid's register.
pub(crate) const HOUSEHOLDS: u32 = 24;

/// How the levels are spread over servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A server for each of district, street and community.
    Federated,
    /// One server for all of them.
    OneBox,
}

/// With what a town is built.
#[derive(Debug, Clone)]
pub struct TownPlan {
    /// The program `linli-server`.
    pub server: PathBuf,
    /// The program `linli-fleet`.
    pub handheld: PathBuf,
    /// Where everything lies. Keep it short: a socket of each server lies in it.
    pub folder: PathBuf,
    /// How the levels are spread.
    pub layout: Layout,
    /// How many handhelds, one for each of the first grids.
    pub handhelds: u32,
    /// How much of the district has grids and staff.
    pub set: SampleSet,
    /// What the servers hold before anybody starts; nothing for a town that begins anew.
    pub history: Option<History>,
}

impl TownPlan {
    /// A plan with the programs that lie beside the one that runs (`target/debug` and the like).
    pub fn beside_this_program(folder: &Path, layout: Layout) -> TownResult<Self> {
        let here = std::env::current_exe();
        let here = here.map_err(|error| TownError::File("the running program".into(), error))?;
        // Tests lie one folder deeper.
        let folders = here.ancestors().skip(1).take(2);
        let mut found = folders.filter(|folder| folder.join("linli-server").is_file());
        let programs = found.next().or(here.parent()).unwrap_or(Path::new("."));
        Ok(Self {
            server: programs.join("linli-server"),
            handheld: programs.join("linli-fleet"),
            folder: folder.to_owned(),
            layout,
            handhelds: 1,
            set: SampleSet::Grid,
            history: None,
        })
    }

    /// The servers from above, each with its name, the organisations that it hosts, and its level.
    fn server_hosts(&self) -> TownResult<Vec<(&'static str, Vec<String>, &'static str)>> {
        let others = self.other_communities()?;
        let with = |own: &[&str], others: &[String]| -> Vec<String> {
            let own = own.iter().map(ToString::to_string);
            own.chain(others.iter().cloned()).collect()
        };
        Ok(match self.layout {
            Layout::OneBox => {
                let all = with(&[DISTRICT, STREET, COMMUNITY], &others);
                vec![("box", all, "district")]
            }
            Layout::Federated => vec![
                ("district", with(&[DISTRICT], &[]), "district"),
                ("street", with(&[STREET], &others), "street"),
                ("community", with(&[COMMUNITY], &[]), "community"),
            ],
        })
    }

    /// The communities of the set that have no server of their own: the street's server hosts them.
    fn other_communities(&self) -> TownResult<Vec<String>> {
        if self.set == SampleSet::Grid {
            return Ok(Vec::new());
        }
        let streets = linli_world::streets()?;
        let codes = streets.into_iter().flat_map(|street| street.communities);
        let codes = codes.map(|community| community.code.to_string());
        let is_other = |code: &String| code.starts_with(STREET) && code != COMMUNITY;
        Ok(codes.filter(is_other).collect())
    }
}

/// A running town. Its processes end when it is dropped; [`Town::stop`] ends them in order.
pub struct Town {
    /// How the levels are spread.
    pub layout: Layout,
    /// The district's server.
    pub district: Arc<Program>,
    /// The street's server; on one box the same.
    pub street: Arc<Program>,
    /// The community's server; on one box the same.
    pub community: Arc<Program>,
    /// The people who act in the story.
    pub people: People,
    /// Handhelds of the grids, from the first.
    pub handhelds: Vec<Arc<Handheld>>,
}

/// People at desks and in units, signed in.
pub struct People {
    /// Intake at the community.
    pub community: Desk,
    /// Intake at the street.
    pub street: Desk,
    /// Intake at the district, who sees what reaches it.
    pub district: Desk,
    /// Who leads the unit for barrier-free access.
    pub unit_lead: Desk,
    /// Who works in it.
    pub unit_handler: Desk,
}

impl Town {
    /// Builds and starts a town: servers, edition, links, sign-ins, handhelds with their first sync.
    pub async fn start(plan: &TownPlan) -> TownResult<Self> {
        for program in [&plan.server, &plan.handheld] {
            if !program.is_file() {
                return Err(TownError::NoProgram(program.clone()));
            }
        }
        let edition = plan.folder.join("edition.json");
        let json = serde_json::to_vec(&world::edition(plan.set)?)?;
        std::fs::create_dir_all(&plan.folder)
            .and_then(|()| std::fs::write(&edition, json))
            .map_err(|error| TownError::File(edition.clone(), error))?;
        let edition = edition.to_string_lossy().into_owned();
        let (district, street, community) = servers(plan, &edition).await?;
        let people = People::sign_in(&district, &street, &community).await?;
        let mut town = Self {
            layout: plan.layout,
            district,
            street,
            community,
            people,
            handhelds: Vec::new(),
        };
        for number in 1..=plan.handhelds {
            let handheld = town.enrol(handheld_plan(plan, number)?).await?;
            town.handhelds.push(Arc::new(handheld));
        }
        Ok(town)
    }

    /// The assistant's handheld: that of the first grid.
    pub fn assistant(&self) -> TownResult<&Arc<Handheld>> {
        let none = || TownError::Answer {
            what: "the town".into(),
            said: "it has no handheld".into(),
        };
        self.handhelds.first().ok_or_else(none)
    }

    /// The servers, each once, from below.
    pub fn programs(&self) -> Vec<&Arc<Program>> {
        match self.layout {
            Layout::Federated => vec![&self.community, &self.street, &self.district],
            Layout::OneBox => vec![&self.community],
        }
    }

    /// The server with this name.
    pub fn program(&self, name: &str) -> Option<&Arc<Program>> {
        self.programs()
            .into_iter()
            .find(|program| program.name() == name)
    }

    /// Stops all servers in order, from below, so that nothing is under way when its parent leaves.
    pub async fn stop(&self) -> TownResult<()> {
        for program in self.programs() {
            program.stop().await?;
        }
        Ok(())
    }

    /// Enrols a further handheld.
    pub async fn enrol(&self, plan: HandheldPlan) -> TownResult<Handheld> {
        Handheld::enrol(plan, &self.community, COMMUNITY).await
    }

    /// Writes invented households and doors into the register of the first grid.
    pub async fn fill_register(&self) -> TownResult<()> {
        let assistant = self.assistant()?;
        assistant
            .run(&["seed-households", "--count", &HOUSEHOLDS.to_string()])
            .await?;
        assistant.sync().await?;
        Ok(())
    }
}

/// The handheld of a grid and its assistant.
fn handheld_plan(plan: &TownPlan, number: u32) -> TownResult<HandheldPlan> {
    let (grid, staff) = (world::grid(number)?, world::assistant(number)?);
    Ok(HandheldPlan {
        binary: plan.handheld.clone(),
        folder: plan.folder.join(format!("handheld-{number}")),
        label: format!("04{number:02}"),
        grid: grid.to_string(),
        staff: staff.to_string(),
    })
}

type Servers = (Arc<Program>, Arc<Program>, Arc<Program>);

async fn servers(plan: &TownPlan, edition: &str) -> TownResult<Servers> {
    let kept = match &plan.history {
        Some(history) => Kept::of(plan, history)?,
        None => None,
    };
    let mut found = match &kept {
        Some(kept) => kept.find().await?,
        None => None,
    };
    let mut all = Vec::new();
    for (name, hosts, level) in plan.server_hosts()? {
        let line = found.as_mut().and_then(|found| found.lines.remove(name));
        let from = found.as_ref().map(|found| found.folder.join(name));
        let program = match line.zip(from) {
            Some((line, from)) => {
                Program::copied(&plan.server, &plan.folder, name, &from, line).await?
            }
            None => Program::prepare(&plan.server, &plan.folder, name, &hosts, level).await?,
        };
        all.push(Arc::new(program));
    }
    let mut has_history = found.is_some();
    if !has_history {
        let programs: Vec<&Program> = all.iter().map(AsRef::as_ref).collect();
        has_history = history::play(plan, &programs).await?;
        if let (true, Some(kept)) = (has_history, &kept) {
            kept.keep(&programs);
        }
    }
    start(&all, has_history, edition).await
}

/// Starts the servers from above. Those without a history get the edition and are joined.
async fn start(all: &[Arc<Program>], has_history: bool, edition: &str) -> TownResult<Servers> {
    let (Some(top), Some(bottom)) = (all.first(), all.last()) else {
        return Err(TownError::NoProgram("linli-server".into()));
    };
    top.serve().await?;
    if !has_history {
        top.run(&["admin", "import-edition", edition]).await?;
    }
    for ((below, above), org) in all.iter().skip(1).zip(all).zip([STREET, COMMUNITY]) {
        below.serve().await?;
        if !has_history {
            below.join(above, org).await?;
        }
    }
    let middle = all.get(1).unwrap_or(top);
    Ok((Arc::clone(top), Arc::clone(middle), Arc::clone(bottom)))
}

impl People {
    async fn sign_in(
        district: &Arc<Program>,
        street: &Arc<Program>,
        community: &Arc<Program>,
    ) -> TownResult<Self> {
        let clerk = |org| world::desk_clerk(org).map(|id| id.to_string());
        let lead = world::unit_lead(FEDERATION)?.to_string();
        let hand = world::handler(FEDERATION)?.to_string();
        Ok(Self {
            community: Desk::sign_in(community, &clerk(COMMUNITY)?, COMMUNITY).await?,
            street: Desk::sign_in(street, &clerk(STREET)?, STREET).await?,
            district: Desk::sign_in(district, &clerk(DISTRICT)?, DISTRICT).await?,
            unit_lead: Desk::sign_in_unit(street, &lead, FEDERATION).await?,
            unit_handler: Desk::sign_in_unit(street, &hand, FEDERATION).await?,
        })
    }
}
