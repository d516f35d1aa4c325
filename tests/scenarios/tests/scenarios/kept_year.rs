//! A year that was played once is there at the next start of the same programs, and of no others.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use linli_fleet::town::{History, Layout, Program, Town, TownError, TownPlan};
use linli_fleet::world::SampleSet;
use linli_sync_server::photos::Photos;

/// A copy of the sample's program: it is spoilt in between.
struct Sample<'a>(&'a Path);

impl Sample<'_> {
    fn built(&self) -> SystemTime {
        fs::metadata(self.0).unwrap().modified().unwrap()
    }

    /// From now on it cannot run, but looks like the one that was built then.
    fn spoil(&self, built: SystemTime) {
        let size = fs::metadata(self.0).unwrap().len();
        let file = File::create(self.0).unwrap();
        file.set_len(size).unwrap();
        file.set_modified(built).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_played_year_is_kept_for_the_next_start_of_the_same_programs() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("linli-sample");
    fs::copy(env!("CARGO_BIN_EXE_scenario-sample"), &program).unwrap();
    let sample = Sample(&program);
    let plan = |name: &str| TownPlan {
        server: env!("CARGO_BIN_EXE_scenario-server").into(),
        handheld: env!("CARGO_BIN_EXE_scenario-fleet").into(),
        folder: folder.path().join(name),
        layout: Layout::Federated,
        handhelds: 1,
        set: SampleSet::Grid,
        history: Some(History {
            program: program.clone(),
            cases: 3,
            is_one_grid: false,
            kept: Some(folder.path().join("kept")),
        }),
    };
    let first = Town::start(&plan("a")).await.unwrap();
    let cases = first.people.community.case_count().await.unwrap();
    assert!(cases > 0);
    first.stop().await.unwrap();
    assert!(
        first
            .programs()
            .into_iter()
            .map(sound_photos)
            .sum::<usize>()
            > 0
    );
    drop(first);

    let built = sample.built();
    sample.spoil(built);
    let second = Town::start(&plan("b")).await.unwrap();
    assert_eq!(second.people.community.case_count().await.unwrap(), cases);

    // Its ports are taken: another town plays a year of its own, which this program cannot.
    is_played_anew(Town::start(&plan("c")).await);
    second.stop().await.unwrap();
    drop(second);

    sample.spoil(built + Duration::from_secs(1));
    is_played_anew(Town::start(&plan("d")).await);
}

/// How many photos a server keeps. Each has the bytes that its name says.
fn sound_photos(server: &Arc<Program>) -> usize {
    let photos = Photos::open(&server.folder().join("data/photos")).unwrap();
    let all = photos.all().unwrap();
    for hash in &all {
        assert!(
            photos.is_sound(hash).unwrap(),
            "{hash} at {}",
            server.name()
        );
    }
    all.len()
}

fn is_played_anew(started: Result<Town, TownError>) {
    match started.err() {
        Some(TownError::Program { what, .. }) => assert_eq!(what, "linli-sample"),
        other => panic!("the year was not played: {other:?}"),
    }
}
