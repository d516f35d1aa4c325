//! Days without a network: work is carried to the community on a stick, and the answer back.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use linli_fleet::town::{Handheld, Layout, TownError, before_photo};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::rubbish::refused;
use crate::stage::Stage;

/// Words of a report that no table of reference data has.
const NOTE: &str = "老人下不了台阶";
/// Damaged copies of a file that are tried at a running server.
const TRIES: u64 = 12;

/// A town whose handheld has no network any more, and a stick.
struct Cut {
    stage: Stage,
    stick: PathBuf,
}

impl Cut {
    async fn new() -> Self {
        let stage = Stage::new(Layout::OneBox).await;
        stage.town.community.line.cut();
        let stick = stage.folder.path().join("stick");
        std::fs::create_dir(&stick).unwrap();
        Self { stage, stick }
    }

    fn device(&self) -> &Arc<Handheld> {
        self.stage.town.assistant().unwrap()
    }

    async fn report(&self, place: &str) -> String {
        let photo = before_photo().unwrap();
        let saved = self.device().report("06052", place, NOTE, &photo);
        saved.await.unwrap()
    }

    /// Writes a file to the stick.
    async fn carry_out(&self) -> (PathBuf, Value) {
        let stick = self.stick.to_str().unwrap();
        let said = self.device().run(&["carry-out", stick]).await.unwrap();
        (self.stick.join(said["name"].as_str().unwrap()), said)
    }

    /// Takes a file at the community; where its answer lies.
    async fn carry_in(&self, file: &Path) -> Result<(PathBuf, String), TownError> {
        let community = &self.stage.town.community;
        let file = file.to_str().unwrap();
        let said = community.run(&["admin", "carry-in", file]).await?;
        Ok((Path::new(file).with_extension("linli-back"), said))
    }

    async fn carry_back(&self, answer: &Path) -> Result<Value, TownError> {
        let answer = answer.to_str().unwrap();
        self.device().run(&["carry-back", answer]).await
    }

    async fn is_at_desk(&self, cases: usize) {
        let desk = &self.stage.town.people.community;
        assert_eq!(desk.case_count().await.unwrap(), cases);
    }

    async fn outbox(&self) -> Value {
        self.device().run(&["outbox"]).await.unwrap()
    }
}

/// How many stand in an outbox.
fn waiting(outbox: &Value) -> usize {
    outbox["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_goes_by_hand_and_its_receipt_comes_back() {
    let cut = Cut::new().await;
    let case = cut.report("三号楼").await;
    let (file, said) = cut.carry_out().await;
    assert_eq!(
        (&said["case_count"], &said["photo_count"]),
        (&json!(1), &json!(1))
    );
    // A file is no receipt: what waited waits.
    let outbox = cut.outbox().await;
    assert_eq!(waiting(&outbox), 1);
    assert_eq!(outbox["carried_at"], said["written_at"]);
    let bytes = std::fs::read(&file).unwrap();
    for text in [NOTE, "三号楼", case.as_str(), "JFIF"] {
        let hidden = !bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes());
        assert!(hidden, "{text} stands open");
    }

    let (answer, told) = cut.carry_in(&file).await.unwrap();
    assert!(
        told.contains("0 quarantined; 1 photos, 0 not taken"),
        "{told}"
    );
    cut.is_at_desk(1).await;
    // Twice is once, and whichever of the answers comes back is right.
    let (_, told) = cut.carry_in(&file).await.unwrap();
    assert!(told.contains(": 0 new changes"), "{told}");
    cut.is_at_desk(1).await;

    let done = cut.carry_back(&answer).await.unwrap();
    assert_eq!(
        (&done["delivered_count"], &done["waiting_count"]),
        (&json!(1), &json!(0)),
        "{done}"
    );
    assert_eq!(done["photo_count"], 1);
    let outbox = cut.outbox().await;
    assert_eq!((waiting(&outbox), &outbox["carried_at"]), (0, &Value::Null));
    let seen = cut.device().case(&case).await.unwrap();
    let receipts = seen["row"]["receipts"].as_array().unwrap();
    assert!(
        receipts.iter().any(|level| level["state"] == "received"),
        "{seen}"
    );
    refused(
        cut.carry_back(&answer).await,
        &["taken before", "nothing was changed"],
    );

    // The network comes back: nothing doubles, on either end.
    cut.stage.town.community.line.restore();
    cut.device().sync().await.unwrap();
    cut.stage.is_sound_at_community(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_by_network_meanwhile_is_not_doubled() {
    let cut = Cut::new().await;
    let line = &cut.stage.town.community.line;
    cut.report("三号楼").await;
    let (first, _) = cut.carry_out().await;
    cut.report("四号楼").await;
    let (second, _) = cut.carry_out().await;
    line.restore();
    cut.device().sync().await.unwrap();
    line.cut();
    cut.report("五号楼").await;

    let (late, told) = cut.carry_in(&second).await.unwrap();
    assert!(told.contains(": 0 new changes"), "{told}");
    let (older, _) = cut.carry_in(&first).await.unwrap();
    cut.is_at_desk(2).await;
    let done = cut.carry_back(&late).await.unwrap();
    assert_eq!(
        (&done["delivered_count"], &done["waiting_count"]),
        (&json!(0), &json!(1)),
        "{done}"
    );
    refused(
        cut.carry_back(&older).await,
        &["out of date", "nothing was changed"],
    );
    assert_eq!(waiting(&cut.outbox().await), 1);
    line.restore();
    cut.device().sync().await.unwrap();
    cut.stage.is_sound_at_community(3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_forged_cut_and_damaged_files_change_nothing() {
    let cut = Cut::new().await;
    cut.report("三号楼").await;
    let (file, _) = cut.carry_out().await;
    let whole = std::fs::read(&file).unwrap();
    let broken = cut.stick.join("broken.linli-out");
    let mut random = ChaCha20Rng::seed_from_u64(18);
    for number in 0..TRIES {
        let at = usize::try_from(random.next_u64()).unwrap() % whole.len();
        let mut bytes = whole.clone();
        if number % 2 == 0 {
            bytes[at] ^= 1 << (number % 8);
        } else {
            bytes.truncate(at);
        }
        std::fs::write(&broken, bytes).unwrap();
        refused(cut.carry_in(&broken).await, &["nothing was changed"]);
    }
    std::fs::write(&broken, b"a shopping list").unwrap();
    refused(cut.carry_in(&broken).await, &["no file of a handheld"]);
    cut.is_at_desk(0).await;

    // Another district's server has no key to it.
    let other = Stage::new(Layout::OneBox).await;
    let path = file.to_str().unwrap();
    let community = &other.town.community;
    refused(
        community.run(&["admin", "carry-in", path]).await,
        &["for the server of", "nothing was changed"],
    );

    let (answer, _) = cut.carry_in(&file).await.unwrap();
    let whole = std::fs::read(&answer).unwrap();
    let broken = cut.stick.join("broken.linli-back");
    for number in 0..TRIES {
        let at = usize::try_from(random.next_u64()).unwrap() % whole.len();
        let mut bytes = whole.clone();
        if number % 2 == 0 {
            bytes[at] ^= 1 << (number % 8);
        } else {
            bytes.truncate(at);
        }
        std::fs::write(&broken, bytes).unwrap();
        refused(cut.carry_back(&broken).await, &["nothing was changed"]);
    }
    let stranger = other.town.assistant().unwrap();
    let path = answer.to_str().unwrap();
    refused(
        stranger.run(&["carry-back", path]).await,
        &["another device", "nothing was changed"],
    );
    refused(cut.carry_back(&file).await, &["no answer of the community"]);
    assert_eq!(waiting(&cut.outbox().await), 1);
    let done = cut.carry_back(&answer).await.unwrap();
    assert_eq!(done["waiting_count"], 0);
    cut.stage.town.community.line.restore();
    cut.device().sync().await.unwrap();
    cut.stage.is_sound_at_community(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_handheld_hands_in_for_review_and_is_not_erased_by_a_file() {
    let cut = Cut::new().await;
    cut.report("三号楼").await;
    let (file, _) = cut.carry_out().await;
    let seen = cut.device().run(&["inspect"]).await.unwrap();
    let key = seen["device"].as_str().unwrap();
    let community = &cut.stage.town.community;
    community.run(&["admin", "revoke", key]).await.unwrap();
    let (answer, told) = cut.carry_in(&file).await.unwrap();
    assert!(told.contains(": 0 new changes"), "{told}");
    assert!(told.contains("SIGNER_REVOKED"), "{told}");
    cut.is_at_desk(0).await;
    let done = cut.carry_back(&answer).await.unwrap();
    assert_eq!(done["delivered_count"], 0, "{done}");
    // What it holds is still there: only a line brings the order to erase.
    let cases = cut.device().cases().await.unwrap();
    assert_eq!(cases["rows"].as_array().unwrap().len(), 1);
}
