//! Voice notes between real programs: that of a case follows the case up to the street, that of a visit
//! stays at the community and leaves it for no desk's page.

use std::path::Path;
use std::time::Duration;

use linli_fleet::town::{Desk, Handheld, HandheldPlan, Layout, Program};
use linli_fleet::world::{STREET, first_manager};
use serde_json::{Value, json};

use crate::stage::Stage;

/// How long a note may take from server to server.
const PATIENCE: Duration = Duration::from_secs(90);

/// A file of samples: some seconds of a tone.
fn speech(stage: &Stage, name: &str, seconds: u32, tone: f64) -> String {
    let path = stage.folder.path().join(name);
    let sample = |at: u32| (f64::from(at) / 16_000.0 * tone).sin() * 5_000.0;
    #[expect(clippy::cast_possible_truncation, reason = "a tone of 5,000 fits")]
    let samples: Vec<u8> = (0..seconds * 16_000)
        .flat_map(|at| (sample(at) as i16).to_le_bytes())
        .collect();
    std::fs::write(&path, samples).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Whether a server keeps a file under this name.
fn keeps(program: &Program, hash: &str) -> bool {
    let mut folders = vec![program.folder().join("data/photos")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name == hash) {
                return true;
            }
        }
    }
    false
}

/// A colleague's handheld in the same grid.
async fn colleague(stage: &Stage, grid: &str) -> Handheld {
    let plan = HandheldPlan {
        binary: stage.plan.handheld.clone(),
        folder: stage.folder.path().join("colleague"),
        label: "0500".into(),
        grid: grid.to_owned(),
        staff: first_manager().unwrap().to_string(),
    };
    stage.town.enrol(plan).await.unwrap()
}

async fn arrives(desk: &Desk, hash: &str) -> Vec<u8> {
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Ok(Some(bytes)) = desk.photo(hash).await {
                return bytes;
            }
        }
    });
    waited.await.unwrap()
}

/// The note as a handheld plays it.
async fn heard(handheld: &Handheld, hash: &str, to: &Path) -> Vec<u8> {
    let out = to.to_str().unwrap();
    handheld.run(&["photo", hash, "--out", out]).await.unwrap();
    std::fs::read(to).unwrap()
}

fn hash_of(voices: &Value) -> String {
    assert_eq!(voices.as_array().map(Vec::len), Some(1), "{voices}");
    voices[0]["hash"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_note_of_a_case_goes_where_the_case_goes_and_that_of_a_visit_does_not() {
    let stage = Stage::new(Layout::Federated).await;
    let people = &stage.town.people;
    let device = stage.town.assistant().unwrap();
    let said = speech(&stage, "case.pcm", 20, 700.0);
    let report = [
        "report",
        "--category",
        "06052",
        "--place",
        "36号楼",
        "--no-photo",
        "cannot-see",
        "--voice",
        &said,
    ];
    let case = device.run(&report).await.unwrap();
    let case = case["case_id"].as_str().unwrap();
    let of_case = hash_of(&device.case(case).await.unwrap()["voices"]);

    let add = "household add 单师傅家 --people 2 --name 单样例 --phone 99012341234 --consent c-1";
    let add: Vec<&str> = add.split(' ').collect();
    let home = device.run(&add).await.unwrap();
    let home = home["id"].as_str().unwrap();
    let said = speech(&stage, "visit.pcm", 5, 900.0);
    let visit = ["household", "visit", home, "--voice", &said];
    device.run(&visit).await.unwrap();
    let show = ["household", "show", home];
    let of_visit = hash_of(&device.run(&show).await.unwrap()["visits"][0]["voices"]);
    device.sync().await.unwrap();

    let (community, street) = (&stage.town.community, &stage.town.street);
    assert!(keeps(community, &of_case) && keeps(community, &of_visit));
    let kept = people.community.photo(&of_case).await.unwrap().unwrap();
    assert!(kept.starts_with(b"OggS"));
    assert_eq!(people.community.photo(&of_visit).await.unwrap(), None);

    let file = json!({ "type": "file" });
    people
        .community
        .act(case, "voice-file", &file)
        .await
        .unwrap();
    let up = json!({ "type": "escalate", "to": STREET, "reason": "no_means" });
    people.community.act(case, "voice-up", &up).await.unwrap();
    assert_eq!(arrives(&people.street, &of_case).await, kept);
    assert!(!keeps(street, &of_visit));

    // A colleague hears both; what a server never took as a photo it never counts as missing either.
    let other = colleague(&stage, device.grid()).await;
    other.sync().await.unwrap();
    for hash in [&of_case, &of_visit] {
        let to = stage.folder.path().join("heard.ogg");
        let own = heard(device, hash, &stage.folder.path().join("own.ogg")).await;
        assert_eq!(heard(&other, hash, &to).await, own);
    }
    let status = community.run(&["admin", "status"]).await.unwrap();
    assert!(status.contains("photos missing: 0"), "{status}");

    stage.town.stop().await.unwrap();
    for program in stage.town.programs() {
        let said = program.run(&["verify"]).await.unwrap();
        assert!(said.contains("All is well."), "{}: {said}", program.name());
    }
}
