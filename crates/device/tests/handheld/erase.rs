//! Orders to erase: what goes, when it counts as gone, and who is told.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use linli_device::DeviceError;
use linli_device::dto::device::DeviceState;
use serde_json::{Value, json};

use crate::line::Mode;
use crate::station::Station;
use crate::world::{ASSISTANT, GRID, Handheld, fence};

const PATIENCE: Duration = Duration::from_mins(1);

/// Every file of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let read = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read(entry.path()).unwrap())
    };
    entries.map(read).collect()
}

fn put_back(folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// A handheld whose proof was lost on the line, and its files before it erased itself.
async fn erased(station: &Arc<Station>) -> (Handheld, BTreeMap<String, Vec<u8>>) {
    let handheld = Handheld::bound(station, 1, &[ASSISTANT]).await;
    handheld.device.sync_once().await.unwrap();
    let before = files(handheld.folder.path());
    let key = handheld.device.inspect(false).unwrap().device;
    *station.wipe_next.lock().unwrap() = Some(key.parse().unwrap());
    handheld.line.set(Mode::ProofsLost);
    let ended = handheld.device.sync_once().await;
    assert!(matches!(ended, Err(DeviceError::Locked)), "{ended:?}");
    assert!(handheld.line.proofs.lock().unwrap().is_empty());
    (handheld, before)
}

/// Lets the driver work until something is so.
async fn drive(handheld: &Handheld, is_so: impl Fn() -> bool) {
    let driver = tokio::spawn(Arc::clone(&handheld.device).run());
    let waited = tokio::time::timeout(PATIENCE, async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    });
    waited.await.unwrap();
    driver.abort();
}

#[tokio::test]
async fn a_proof_is_handed_in_once_the_line_is_back() {
    let station = Station::new();
    let (handheld, _) = erased(&station).await;
    let key = station.key.id();
    handheld.line.set(Mode::Up);
    drive(&handheld, || {
        !handheld.line.proofs.lock().unwrap().is_empty()
    })
    .await;
    let proofs = handheld.line.proofs.lock().unwrap().clone();
    let [proof] = proofs.as_slice() else {
        panic!("{} proofs", proofs.len());
    };
    assert_ne!(proof.device, key, "it is the handheld's own");
    assert_eq!((proof.nonce, proof.grids.len()), ([5; 16], 0));
    let is_left = || files(handheld.folder.path()).contains_key("proofs.json");
    drive(&handheld, || !is_left()).await;
}

#[tokio::test]
async fn what_a_power_cut_has_left_is_removed_at_the_next_start_and_proved() {
    let station = Station::new();
    let (mut handheld, before) = erased(&station).await;
    let folder = handheld.folder.path().to_owned();
    // The power went right after the keys: everything else still lies there.
    put_back(&folder, &before);
    let mut vault: Value = serde_json::from_slice(&before["vault.json"]).unwrap();
    vault["people"] = json!({});
    vault["obeyed"] = json!(["05".repeat(16)]);
    fs::write(folder.join("vault.json"), vault.to_string()).unwrap();
    handheld.restart();
    let state = handheld.device.status().unwrap().state;
    assert_eq!(state, DeviceState::Unbound);
    let left: Vec<String> = files(&folder).into_keys().collect();
    assert_eq!(left, ["face.json", "proofs.json"]);
    handheld.line.set(Mode::Up);
    drive(&handheld, || {
        !handheld.line.proofs.lock().unwrap().is_empty()
    })
    .await;
}

#[tokio::test]
async fn a_proof_without_its_erasure_is_never_handed_in() {
    let station = Station::new();
    let (mut handheld, before) = erased(&station).await;
    // The power went just before the keys: the proof is written and nothing is erased.
    put_back(handheld.folder.path(), &before);
    handheld.restart();
    let state = handheld.device.status().unwrap().state;
    assert_eq!(state, DeviceState::Locked);
    handheld.unlock(ASSISTANT);
    handheld.line.set(Mode::Up);
    let exchange = "POST /sync/v1/exchange";
    let exchanges = handheld.line.count(exchange);
    drive(&handheld, || handheld.line.count(exchange) > exchanges).await;
    assert!(handheld.line.proofs.lock().unwrap().is_empty());
    assert!(files(handheld.folder.path()).contains_key("vault.json"));
}

#[tokio::test]
async fn an_order_that_cannot_be_obeyed_leaves_the_grid_open_for_work() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    handheld.device.sync_once().await.unwrap();
    let key = handheld.device.inspect(false).unwrap().device;
    *station.wipe_next.lock().unwrap() = Some(key.parse().unwrap());
    *station.wipe_grids.lock().unwrap() = vec![GRID.parse().unwrap()];
    // The proof cannot be written, as on a full disk: a folder lies where its file is made.
    let in_the_way = handheld.folder.path().join("proofs.json.new");
    fs::create_dir(&in_the_way).unwrap();
    handheld.device.sync_once().await.unwrap_err();
    let mut report = fence();
    // A kind that needs no photo.
    "01020".clone_into(&mut report.category);
    handheld.device.report(&report).unwrap();

    // A report waits now: the grid stays until it is sent, and goes with the next order.
    fs::remove_dir(&in_the_way).unwrap();
    *station.wipe_next.lock().unwrap() = Some(key.parse().unwrap());
    let ended = handheld.device.sync_once().await;
    assert!(matches!(ended, Err(DeviceError::Locked)), "{ended:?}");
    assert_eq!(handheld.line.proofs.lock().unwrap().len(), 1);
}
