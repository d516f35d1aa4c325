//! A town for one test.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use linli_fleet::story::{StoryReport, Watch, play};
use linli_fleet::town::{Layout, Town, TownPlan};
use linli_fleet::world::SampleSet;
use tempfile::TempDir;

use crate::faults::Faults;
use crate::outcome::Outcome;

/// A running town that is removed afterwards.
pub(crate) struct Stage {
    pub(crate) town: Arc<Town>,
    pub(crate) plan: TownPlan,
    pub(crate) folder: TempDir,
}

/// The real programs, built by cargo before the tests.
fn plan(folder: PathBuf, layout: Layout) -> TownPlan {
    TownPlan {
        server: env!("CARGO_BIN_EXE_scenario-server").into(),
        handheld: env!("CARGO_BIN_EXE_scenario-fleet").into(),
        folder,
        layout,
        handhelds: 1,
        set: SampleSet::Grid,
        history: None,
    }
}

impl Stage {
    pub(crate) async fn new(layout: Layout) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().to_owned();
        Self::start(layout, inside, folder).await
    }

    /// The same with the town's folder elsewhere.
    pub(crate) async fn in_folder(layout: Layout, inside: PathBuf) -> Self {
        Self::start(layout, inside, tempfile::tempdir().unwrap()).await
    }

    async fn start(layout: Layout, inside: PathBuf, folder: TempDir) -> Self {
        let plan = plan(inside, layout);
        let town = Town::start(&plan).await;
        let town = town.unwrap_or_else(|error| panic!("{error}"));
        Self {
            town: Arc::new(town),
            plan,
            folder,
        }
    }

    /// Plays the story; what is left, without what differs from run to run.
    pub(crate) async fn play(self, watch: &mut impl Watch) -> Outcome {
        let story = self.story(watch).await;
        self.is_sound().await;
        Outcome::of(&story)
    }

    /// Plays the story under faults: it ends as one without.
    pub(crate) async fn survives(self, mut faults: Faults) {
        let plans = faults.plans();
        assert_eq!(self.play(&mut faults).await, Outcome::expected(), "{plans}");
        assert!(faults.have_all_struck(), "{plans}");
    }

    /// Plays the story.
    pub(crate) async fn story(&self, watch: &mut impl Watch) -> StoryReport {
        let story = play(&self.town, watch).await;
        story.unwrap_or_else(|error| panic!("{error}\n{}", self.logs()))
    }

    /// Nothing doubled, nothing lost, nothing left over, on the handheld and on every server; then
    /// stops the servers and has them check their stores from end to end.
    pub(crate) async fn is_sound(&self) {
        let people = &self.town.people;
        for (desk, cases) in [
            (&people.community, 1),
            (&people.street, 1),
            (&people.district, 0),
        ] {
            assert_eq!(desk.case_count().await.unwrap(), cases, "cases at a desk");
        }
        let device = self.town.assistant().unwrap();
        let seen = device.run(&["inspect", "--check"]).await.unwrap();
        let grid = &seen["grids"][0];
        let counts = [&grid["cases"], &grid["outbox"], &grid["quarantined"]];
        assert_eq!(counts, [1, 0, 0], "{seen}");
        assert_eq!(grid["faults"], serde_json::json!([]), "{seen}");
        for program in self.town.programs() {
            let name = program.name();
            let status = program.run(&["admin", "status"]).await.unwrap();
            for empty in [
                "quarantined: 0",
                "waiting for others: 0",
                "photos missing: 0",
            ] {
                assert!(status.contains(empty), "{name}: {status}");
            }
        }
        self.town.stop().await.unwrap();
        for program in self.town.programs() {
            let said = program.run(&["verify"]).await;
            let said = said.unwrap_or_else(|error| panic!("{error}\n{}", self.logs()));
            assert!(said.contains("All is well."), "{}: {said}", program.name());
        }
    }

    /// Nothing doubled, nothing lost, nothing left over between the handheld and its community.
    pub(crate) async fn is_sound_at_community(&self, cases: usize) {
        let desk = &self.town.people.community;
        assert_eq!(desk.case_count().await.unwrap(), cases, "cases at the desk");
        let device = self.town.assistant().unwrap();
        let seen = device.run(&["inspect", "--check"]).await.unwrap();
        let grid = &seen["grids"][0];
        let counts = [&grid["cases"], &grid["outbox"], &grid["quarantined"]];
        let cases = u64::try_from(cases).unwrap();
        assert_eq!(counts, [cases, 0, 0], "{seen}");
        assert_eq!(grid["faults"], serde_json::json!([]), "{seen}");
        let status = self.town.community.run(&["admin", "status"]).await.unwrap();
        for empty in ["quarantined: 0", "photos missing: 0"] {
            assert!(status.contains(empty), "{status}");
        }
        self.town.stop().await.unwrap();
        let said = self.town.community.run(&["verify"]).await;
        let said = said.unwrap_or_else(|error| panic!("{error}\n{}", self.logs()));
        assert!(said.contains("All is well."), "{said}");
    }

    /// The last lines of every server's log.
    pub(crate) fn logs(&self) -> String {
        let mut text = String::new();
        for program in self.town.programs() {
            let log = std::fs::read_to_string(program.folder().join("server.log"));
            let log = log.unwrap_or_default();
            let lines: Vec<&str> = log.lines().rev().take(15).collect();
            let _ = writeln!(text, "--- {}", program.name());
            for line in lines.iter().rev() {
                let _ = writeln!(text, "{line}");
            }
        }
        text
    }
}
