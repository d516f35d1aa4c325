//! Rubbish in: each piece is refused in words that say what is safe and what to do, and nothing that
//! was accepted before is lost.

use std::path::PathBuf;

use linli_fleet::town::{
    Handheld, HandheldPlan, Layout, Picture, TownError, TownResult, before_photo,
};
use linli_fleet::world::{COMMUNITY, first_manager};
use serde_json::json;

use crate::stage::Stage;

const PLACE: &str = "东外大街36号楼";
const NOTE: &str = "老人下不了台阶";

/// A town that has accepted a report.
pub(crate) struct Accepted {
    pub(crate) stage: Stage,
    pub(crate) case: String,
    photo: Picture,
}

impl Accepted {
    pub(crate) async fn on(stage: Stage) -> Self {
        let device = stage.town.assistant().unwrap();
        let photo = before_photo().unwrap();
        let case = device.report("06052", PLACE, NOTE, &photo).await.unwrap();
        device.sync().await.unwrap();
        let accepted = Self { stage, case, photo };
        accepted.is_untouched(1).await;
        accepted
    }

    pub(crate) fn device(&self) -> &Handheld {
        self.stage.town.assistant().unwrap()
    }

    /// Another handheld of the same grid.
    pub(crate) fn plan(&self, folder: PathBuf, label: &str) -> HandheldPlan {
        HandheldPlan {
            binary: self.stage.plan.handheld.clone(),
            folder,
            label: label.to_owned(),
            grid: self.device().grid().to_owned(),
            staff: first_manager().unwrap().to_string(),
        }
    }

    /// The report is where it was, on the handheld and at the desk, with its photo.
    pub(crate) async fn is_untouched(&self, cases: usize) {
        self.is_at_desk(cases).await;
        let own = self.device().case(&self.case).await.unwrap();
        assert_eq!(own["note"], NOTE, "{own}");
        let photo = own["photos"][0]["hash"].as_str().unwrap();
        let desk = &self.stage.town.people.community;
        assert!(desk.photo(photo).await.unwrap().is_some());
    }

    /// The desk sees the report among so many.
    pub(crate) async fn is_at_desk(&self, cases: usize) {
        let desk = &self.stage.town.people.community;
        assert_eq!(desk.case_count().await.unwrap(), cases);
        let seen = desk.case(&self.case).await.unwrap().unwrap();
        assert_eq!(seen["view"]["confirmed"]["state"], "reported", "{seen}");
    }

    /// Stops everything and has the store checked from end to end; after a start it is still there.
    pub(crate) async fn survives(self, cases: usize) {
        let server = &self.stage.town.community;
        server.stop().await.unwrap();
        let said = server.run(&["verify"]).await;
        let said = said.unwrap_or_else(|error| panic!("{error}\n{}", self.stage.logs()));
        assert!(said.contains("All is well."), "{said}");
        server.serve().await.unwrap();
        let seen = self.device().run(&["inspect", "--check"]).await.unwrap();
        assert_eq!(seen["grids"][0]["faults"], json!([]), "{seen}");
        self.is_untouched(cases).await;
        self.stage.town.stop().await.unwrap();
    }
}

/// What a program said that refused; every part has to be in it.
#[track_caller]
pub(crate) fn refused<T>(answer: TownResult<T>, parts: &[&str]) {
    let said = match answer {
        Ok(_) => panic!("it was taken"),
        Err(error) => error.to_string(),
    };
    for part in parts {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_setting_is_named_with_its_line_and_what_is_allowed() {
    let accepted = Accepted::on(Stage::new(Layout::OneBox).await).await;
    let server = &accepted.stage.town.community;
    let path = server.folder().join("linli.toml");
    let right = std::fs::read_to_string(&path).unwrap();
    let line = right.lines().count();
    server.stop().await.unwrap();
    let wrong =
        format!("{right}\n[log]\nlevel = \"loud\"\n[limits]\nqueue_depth = 7\nqueue_dept = 8\n");
    std::fs::write(&path, wrong).unwrap();
    refused(
        server.run(&["serve"]).await,
        &[
            &format!("linli.toml:{}: log.level = \"loud\"", line + 3),
            "one of \"error\", \"warn\", \"info\", \"debug\", \"trace\"",
            &format!("linli.toml:{}: limits.queue_depth = 7", line + 5),
            "a whole number 8 to 16384",
            &format!("linli.toml:{}: limits.queue_dept", line + 6),
            "Nothing was changed and the server was not started",
        ],
    );
    std::fs::write(&path, right).unwrap();
    server.serve().await.unwrap();
    accepted.is_untouched(1).await;
    accepted.survives(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_or_broken_ticket_is_refused_and_a_new_one_works() {
    let accepted = Accepted::on(Stage::new(Layout::OneBox).await).await;
    let (device, folder) = (accepted.device(), accepted.stage.folder.path());
    let server = &accepted.stage.town.community;

    // A ticket is good once; the one who used it and the one who tried are none the worse for it.
    let grid = device.grid();
    let manager = first_manager().unwrap();
    let slot = [
        "admin",
        "enrol",
        "--org",
        COMMUNITY,
        "--grid",
        grid,
        "--staff",
        manager.as_str(),
    ];
    let ticket = server.ticket(&slot).await.unwrap();
    let first = Handheld::new(accepted.plan(folder.join("first"), "0450")).unwrap();
    first.enrol_with(&ticket, server).await.unwrap();
    let second = Handheld::new(accepted.plan(folder.join("second"), "0451")).unwrap();
    let parts = [
        "does not take this ticket: it was used before",
        "nothing was changed at the server",
        "ask the administrator for a new ticket",
    ];
    refused(second.run(&["enrol", &ticket]).await, &parts);
    refused(second.run(&["enrol"]).await, &parts);
    let broken: String = ticket.chars().take(40).collect();
    refused(
        second.run(&["enrol", &broken]).await,
        &[
            "not a ticket",
            "nothing was changed",
            "copy the whole ticket",
        ],
    );
    first.sync().await.unwrap();
    let next = server.ticket(&slot).await.unwrap();
    second.enrol_with(&next, server).await.unwrap();
    second.sync().await.unwrap();
    accepted.survives(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_category_and_a_corrupt_photo_are_refused() {
    let accepted = Accepted::on(Stage::new(Layout::OneBox).await).await;
    let (device, folder) = (accepted.device(), accepted.stage.folder.path());
    let people = &accepted.stage.town.people;
    let report = ["report", "--place", PLACE, "--category"];
    let no_photo = ["--no-photo", "camera-broken"];
    let unknown = [&report[..], &["99999"], &no_photo].concat();
    refused(
        device.run(&unknown).await,
        &[
            "the input category is missing or wrong",
            "what was saved before is safe",
            "linli-fleet categories lists what may be reported",
        ],
    );
    let event = json!({ "type": "file", "category": "99999" });
    refused(
        people
            .community
            .act_once(&accepted.case, "rubbish-1", &event)
            .await,
        &[
            "NOT_SUITABLE",
            "nothing was changed",
            "catalogue",
            "correct the event",
        ],
    );

    let whole = &accepted.photo.bytes;
    for (name, bytes) in [
        ("half.jpg", &whole[..whole.len() / 2]),
        ("none.jpg", b"no picture at all".as_slice()),
        ("empty.jpg", b""),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        let path = path.to_string_lossy().into_owned();
        let corrupt = [&report[..], &["06052", "--photo", &path]].concat();
        refused(
            device.run(&corrupt).await,
            &[
                "nothing of this command was saved; what was saved before is safe",
                "take the photo again",
            ],
        );
    }
    assert_eq!(
        device.cases().await.unwrap()["rows"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    device.sync().await.unwrap();
    accepted.is_untouched(1).await;
    accepted.survives(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_years_off_costs_nothing() {
    let accepted = Accepted::on(Stage::new(Layout::OneBox).await).await;
    let folder = accepted.stage.folder.path().join("late");
    let server = &accepted.stage.town.community;
    let mut cases = 1;
    for (years, seconds) in [(-6, "-190000000"), (6, "190000000")] {
        let wrong = ["--clock-offset", seconds];
        let report = ["report", "--category", "06052", "--place", PLACE];
        let no_photo = ["--no-photo", "camera-broken"];
        let report = [&wrong[..], &report, &no_photo].concat();
        let saved = accepted.device().run(&report).await.unwrap();
        let case = saved["case_id"].as_str().unwrap();
        let sync = [&wrong[..], &["sync"]].concat();
        let synced = accepted.device().run(&sync).await;
        synced.unwrap_or_else(|error| panic!("{years} years: {error}\n{}", accepted.stage.logs()));
        cases += 1;
        accepted.is_untouched(cases).await;
        let desk = &accepted.stage.town.people.community;
        let seen = desk.case(case).await.unwrap().unwrap();
        let received = seen["row"]["reported_at"].as_i64().unwrap();
        assert!(is_today(received), "{seen}");
        // What came in the meantime is taken as well, and the clock is no reason to lose the rest.
        accepted.device().sync().await.unwrap();
    }
    let late = Handheld::new(accepted.plan(folder, "0460")).unwrap();
    let grid = late.grid().to_owned();
    let manager = first_manager().unwrap();
    let slot = [
        "admin",
        "enrol",
        "--org",
        COMMUNITY,
        "--grid",
        &grid,
        "--staff",
        manager.as_str(),
    ];
    let ticket = server.ticket(&slot).await.unwrap();
    let said = late
        .run(&["--clock-offset", "-190000000", "enrol", &ticket])
        .await
        .unwrap();
    if let Some(digits) = said["check_code"].as_str() {
        server.confirm(digits).await.unwrap();
    }
    for args in [vec!["enrol", &ticket], vec!["sync"]] {
        let args = [vec!["--clock-offset", "-190000000"], args].concat();
        late.run(&args).await.unwrap();
    }
    accepted.survives(cases).await;
}

/// Within a day of now.
fn is_today(at_ms: i64) -> bool {
    let now = std::time::SystemTime::now();
    let now = now
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    i64::try_from(now).unwrap().abs_diff(at_ms) < 86_400_000
}

/// The error that a broken town would give is none of those.
#[test]
fn a_refusal_is_looked_at_word_by_word() {
    let error = TownError::Program {
        what: "x".into(),
        said: "nothing was changed".into(),
    };
    refused(Err::<(), _>(error), &["nothing", "changed"]);
}
