//! A server is lost and comes back from its backup.

use std::path::{Path, PathBuf};

use crate::device::Device;
use crate::photos::{box_of_all, photo};
use crate::program::Program;

fn only_backup(program: &Program) -> PathBuf {
    let found = std::fs::read_dir(program.path("data/backups")).unwrap();
    let mut folders: Vec<PathBuf> = found
        .map(|item| item.unwrap().path())
        .filter(|path| path.join("manifest.json").exists())
        .collect();
    assert_eq!(folders.len(), 1);
    folders.remove(0)
}

fn generation(program: &Program) -> u64 {
    let said = program.done(&["admin", "status"]);
    let line = said
        .lines()
        .find(|line| line.contains("generation"))
        .unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_lost_server_comes_back_with_a_new_generation_and_the_same_ca() {
    let program = box_of_all();
    let serving = program.serve();
    let mut device = Device::enrol(&program, &serving).await;
    let (bytes, hash) = photo(1);
    let before = device.report(&bytes, hash);
    device.exchange(&serving).await;
    let at = device
        .create_upload(&serving, before, hash, bytes.len())
        .await;
    device.send_photo(&serving, hash, &bytes, at).await;

    let said = program.done(&["backup"]);
    assert!(said.contains("1 photos, 1 new, 0 missing"), "{said}");
    let backup = only_backup(&program);
    let name = backup.to_str().unwrap().to_owned();
    assert!(
        program
            .done(&["verify", "--backup", &name])
            .contains("All is well.")
    );
    let over = program.refused(&["restore", &name], 1);
    assert!(over.contains("a restore never overwrites"), "{over}");

    // Reported and acknowledged after the backup; then the disk is lost. Backups and the key were
    // kept elsewhere.
    let (later_bytes, later_hash) = photo(2);
    let after = device.report(&later_bytes, later_hash);
    device.exchange(&serving).await;
    serving.kill();
    let old_generation = generation(&program);
    let kept = tempfile::tempdir().unwrap();
    let moved = kept.path().join("backups");
    std::fs::rename(program.path("data/backups"), &moved).unwrap();
    let key = std::fs::read(program.path("data/keys/store.key")).unwrap();
    std::fs::remove_dir_all(program.path("data")).unwrap();
    let missing = program.refused(&["restore", &name], 1);
    assert!(missing.contains("manifest.json"), "{missing}");
    linli_sync_server::files::make_private_dir(&program.path("data/keys")).unwrap();
    linli_sync_server::files::write_private(&program.path("data/keys/store.key"), &key).unwrap();
    let backup = moved.join(backup.file_name().unwrap());
    let said = program.done(&["restore", backup.to_str().unwrap()]);
    assert!(said.contains("1 photos, 0 missing"), "{said}");
    assert!(generation(&program) > old_generation);
    assert!(program.done(&["verify"]).contains("All is well."));

    // The same CA, so the handheld still trusts it.
    let serving = program.serve();
    device.exchange(&serving).await;
    assert_eq!(device.photo(&serving, hash).await, bytes);
    let token = program.token("io-c1", "110101001001");
    let url = format!("{}/api/v1/cases", serving.url);
    let answer = serving
        .client()
        .get(url)
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    let page: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let ids: Vec<String> = page["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        ids.contains(&before.to_string()),
        "{before} is not in {page}"
    );
    assert!(
        ids.contains(&after.to_string()),
        "{after}, which only the handheld had, is not in {page}"
    );
}

#[tokio::test]
async fn a_damaged_backup_or_store_is_found_and_named() {
    let program = box_of_all();
    let serving = program.serve();
    let mut device = Device::enrol(&program, &serving).await;
    let (bytes, hash) = photo(1);
    let case = device.report(&bytes, hash);
    device.exchange(&serving).await;
    let at = device
        .create_upload(&serving, case, hash, bytes.len())
        .await;
    device.send_photo(&serving, hash, &bytes, at).await;
    program.done(&["backup"]);
    let backup = only_backup(&program);
    let name = backup.to_str().unwrap();
    serving.terminate();

    let text = hash.to_string();
    let place = format!("photos/{}/{}/{text}", &text[..2], &text[2..4]);
    flip(&program.path("data").join(&place));
    let found = program.refused(&["verify"], 1);
    assert!(
        found.contains(&format!("blob: {text} does not have its hash")),
        "{found}"
    );
    flip(&program.path("data/backups").join(&place));
    let found = program.refused(&["verify", "--backup", name], 1);
    assert!(found.contains(&text), "{found}");
    flip(&backup.join("linli.db"));
    let changed = program.refused(&["verify", "--backup", name], 1);
    assert!(
        changed.contains("is not the file that the manifest names"),
        "{changed}"
    );
    flip(&program.path("data/linli.db"));
    let found = program.refused(&["verify"], 1);
    assert!(!found.is_empty());
}
