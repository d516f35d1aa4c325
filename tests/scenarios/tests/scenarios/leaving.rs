//! A grid is taken from a handheld: what was written there arrives, its copy goes, also that of a clone,
//! and the server has the proof.

use std::fs;
use std::path::Path;

use linli_fleet::town::{Handheld, HandheldPlan, Layout, before_photo};
use linli_fleet::world::{COMMUNITY, assistant, grid};
use serde_json::{Value, json};

use crate::stage::Stage;

/// More exchanges than leaving takes: text, photo, order.
const EXCHANGES: u32 = 5;

fn plan(stage: &Stage, name: &str) -> HandheldPlan {
    HandheldPlan {
        binary: stage.plan.handheld.clone(),
        folder: stage.folder.path().join(name),
        label: "0500".into(),
        grid: grid(1).unwrap().to_string(),
        staff: assistant(1).unwrap().to_string(),
    }
}

/// A handheld that serves two grids.
async fn of_two_grids(stage: &Stage) -> Handheld {
    let handheld = Handheld::new(plan(stage, "both")).unwrap();
    let grids = [grid(1).unwrap().to_string(), grid(2).unwrap().to_string()];
    let staff = assistant(1).unwrap().to_string();
    let enrol = ["admin", "enrol", "--org", COMMUNITY, "--label", "0500"];
    let whose = ["--staff", &staff, "--grid", &grids[0], "--grid", &grids[1]];
    let server = &stage.town.community;
    let ticket = server.ticket(&[enrol.as_slice(), &whose].concat()).await;
    handheld.enrol_with(&ticket.unwrap(), server).await.unwrap();
    handheld.sync().await.unwrap();
    assert_eq!(grids_of(&handheld).await, grids);
    handheld
}

async fn grids_of(handheld: &Handheld) -> Vec<String> {
    let seen = handheld.run(&["inspect"]).await.unwrap();
    let grids = seen["grids"].as_array().unwrap().iter();
    grids
        .map(|one| one["grid"].as_str().unwrap().to_owned())
        .collect()
}

/// Syncs until the handheld has only one grid.
async fn leaves(handheld: &Handheld) {
    for _ in 0..EXCHANGES {
        // The exchange that erases a grid ends with the handheld locked.
        let _ = handheld.sync().await;
        if grids_of(handheld).await == [grid(2).unwrap().to_string()] {
            return;
        }
    }
    panic!("the handheld still has {:?}", grids_of(handheld).await);
}

fn files_of(folder: &Path, grid: &str) -> usize {
    let names = fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(grid)).count()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

/// What the server says of a handheld when it is asked who holds a household.
async fn holder(stage: &Stage, household: &str, device: &str) -> Value {
    let asked = ["admin", "holders", household, "--json"];
    let said = stage.town.community.run(&asked).await.unwrap();
    let found: Value = serde_json::from_str(&said).unwrap();
    let mut holders = found["holders"].as_array().unwrap().iter();
    holders.find(|one| one["key"] == device).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handheld_gives_back_a_grid_and_proves_that_its_copy_is_gone() {
    let stage = Stage::new(Layout::OneBox).await;
    let one = stage.town.assistant().unwrap();
    one.run(&["seed-households", "--count", "3"]).await.unwrap();
    one.sync().await.unwrap();
    let homes = one.run(&["households"]).await.unwrap();
    let home = homes[0]["id"].as_str().unwrap();
    let both = of_two_grids(&stage).await;
    let first = grid(1).unwrap().to_string();
    assert!(files_of(both.folder(), &first) > 0);
    let seen = both.run(&["inspect"]).await.unwrap();
    let device = seen["device"].as_str().unwrap();
    let clone = plan(&stage, "clone");
    copy(both.folder(), &clone.folder);
    let clone = Handheld::new(clone).unwrap();

    // The order finds a report that nobody has yet.
    let place = "东外大街36号楼";
    let photo = before_photo().unwrap();
    let case = both.report("06052", place, "老人下不了台阶", &photo).await;
    let case = case.unwrap();
    let own = both.case(&case).await.unwrap();
    let hash = own["photos"][0]["hash"].as_str().unwrap();
    let server = &stage.town.community;
    let second = grid(2).unwrap().to_string();
    let withdraw = async |grid: &str| {
        server
            .run(&["admin", "withdraw-grid", device, "--grid", grid])
            .await
    };
    withdraw(&first).await.unwrap();
    let refused = withdraw(&second).await.unwrap_err().to_string();
    assert!(refused.contains("revoke the handheld instead"), "{refused}");
    assert_eq!(holder(&stage, home, device).await["state"], "leaving");

    leaves(&both).await;
    assert_eq!(files_of(both.folder(), &first), 0);
    let desk = &stage.town.people.community;
    assert!(desk.case(&case).await.unwrap().is_some());
    assert!(desk.photo(hash).await.unwrap().is_some());
    let gone = holder(&stage, home, device).await;
    assert_eq!(
        (&gone["state"], &gone["has_confirmed"]),
        (&json!("left"), &json!(true))
    );
    let proved_at = gone["until"].as_i64().unwrap();

    // A proof speaks for the copy that gave it: a clone gets an order of its own.
    assert!(files_of(clone.folder(), &first) > 0);
    leaves(&clone).await;
    assert_eq!(files_of(clone.folder(), &first), 0);
    let gone = holder(&stage, home, device).await;
    assert_eq!(gone["state"], "left");
    assert!(gone["until"].as_i64().unwrap() > proved_at, "{gone}");

    // What is left goes on.
    both.sync().await.unwrap();
    let seen = both.run(&["inspect", "--check"]).await.unwrap();
    assert_eq!(seen["grids"][0]["faults"], json!([]), "{seen}");
}
