//! Forgetting as an operator does it: the real program, its backups, a lost data folder.

use serde_json::Value;

use crate::device::Device;
use crate::photos::box_of_all;
use crate::program::Program;

/// An invented number; no operator gives out numbers that begin with 990.
const CANARY: &str = "99017770009";
const BUILDINGS: &str = "网格编码,楼栋编码,名称\n110101001001G01,B1,1号楼\n";
const DWELLINGS: &str = "楼栋编码,单元,室号\nB1,1单元,101\n";
const HOUSEHOLDS: &str = "楼栋编码,单元,室号,户名称,人数\nB1,1单元,101,张先生家,3\n";
const STAFF: &str = "ga-1";

fn import(program: &Program, kind: &str, text: &str, more: &[&str]) {
    let path = program.path(&format!("{kind}.csv"));
    std::fs::write(&path, text).unwrap();
    let mut args = vec!["admin", "import", kind, path.to_str().unwrap()];
    args.extend(["--staff", STAFF, "--confirm"]);
    args.extend(more);
    program.done(&args);
    std::fs::remove_file(&path).unwrap();
}

fn register(program: &Program) {
    import(program, "buildings", BUILDINGS, &[]);
    import(program, "dwellings", DWELLINGS, &[]);
    import(program, "households", HOUSEHOLDS, &[]);
    let contacts =
        format!("楼栋编码,单元,室号,户名称,称呼,电话\nB1,1单元,101,张先生家,张先生,{CANARY}\n");
    let consent = [
        "--purpose",
        "register",
        "--legal-basis",
        "consent",
        "--consent",
        "c-1",
        "--expires",
        "2099-01-01",
    ];
    import(program, "contacts", &contacts, &consent);
}

/// The household that a handheld holds.
fn household(device: &Device) -> String {
    let [record] = device.records("household").try_into().unwrap();
    record
}

fn holders(program: &Program, record: &str) -> Value {
    let said = program.done(&["admin", "holders", record, "--json"]);
    serde_json::from_str(&said).unwrap()
}

fn states(found: &Value, kind: &str) -> Vec<(String, bool)> {
    let all = found["holders"].as_array().unwrap().iter();
    let of_kind = all.filter(|holder| holder["kind"] == kind);
    of_kind
        .map(|holder| {
            let state = holder["state"].as_str().unwrap().to_owned();
            (state, holder["has_confirmed"].as_bool().unwrap())
        })
        .collect()
}

fn is_anywhere(program: &Program, text: &str) -> bool {
    let mut folders = vec![program.path("")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                if bytes.windows(text.len()).any(|is| is == text.as_bytes()) {
                    return true;
                }
            }
        }
    }
    false
}

/// The disk is lost; the backup of before, the tombstones beside it and the key were kept elsewhere.
fn lose_the_disk_and_restore(program: &Program) {
    let kept = tempfile::tempdir().unwrap();
    let moved = kept.path().join("backups");
    std::fs::rename(program.path("data/backups"), &moved).unwrap();
    let key = std::fs::read(program.path("data/keys/store.key")).unwrap();
    std::fs::remove_dir_all(program.path("data")).unwrap();
    linli_sync_server::files::make_private_dir(&program.path("data/keys")).unwrap();
    linli_sync_server::files::write_private(&program.path("data/keys/store.key"), &key).unwrap();
    let folders = std::fs::read_dir(&moved).unwrap();
    let mut folders = folders.map(|item| item.unwrap().path());
    let backup = folders
        .find(|path| path.join("manifest.json").exists())
        .unwrap();
    program.done(&["restore", backup.to_str().unwrap()]);
}

#[tokio::test]
async fn a_household_is_erased_on_request_and_a_backup_does_not_bring_it_back() {
    let program = box_of_all();
    let serving = program.serve();
    register(&program);
    let mut device = Device::enrol(&program, &serving).await;
    device.exchange(&serving).await;
    let household = household(&device);
    let found = holders(&program, &household);
    assert_eq!(states(&found, "server"), [("serving".into(), true)]);
    assert_eq!(states(&found, "device"), [("active".into(), true)]);
    assert_eq!(states(&found, "backup"), []);
    program.done(&["backup"]);
    let found = holders(&program, &household);
    assert_eq!(states(&found, "backup"), [("in_term".into(), false)]);

    let erase = ["admin", "erase", household.as_str(), "--request", "17"];
    let ask = |staff: &str, more: &[&str]| -> Vec<String> {
        let args = [&erase[..], &["--staff", staff], more].concat();
        args.into_iter().map(str::to_owned).collect()
    };
    let run = |args: Vec<String>| {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        program.done(&args)
    };
    let stranger = ask("io-c1", &[]);
    let stranger: Vec<&str> = stranger.iter().map(String::as_str).collect();
    let refused = program.refused(&stranger, 1);
    assert!(refused.contains("privacy_officer"), "{refused}");
    let shown = run(ask(STAFF, &[]));
    for part in ["contact: 1", "household: 1", "--confirm"] {
        assert!(shown.contains(part), "{shown}");
    }
    device.exchange(&serving).await;
    assert_eq!(device.records("contact").len(), 1, "only shown");
    let done = run(ask(STAFF, &["--confirm"]));
    assert!(done.contains("tombstones: 1, 2"), "{done}");
    let found = holders(&program, &household);
    assert_eq!(found["is_erased"], true);
    assert_eq!(states(&found, "device"), [("active".into(), false)]);
    device.exchange(&serving).await;
    assert_eq!(device.records("contact").len(), 0);
    device.exchange(&serving).await;
    let found = holders(&program, &household);
    assert_eq!(states(&found, "device"), [("active".into(), true)]);
    let report = program.done(&["admin", "forgetting"]);
    for part in [
        "contact  request  1",
        "household  request  1",
        "contact_days: 30",
    ] {
        assert!(report.contains(part), "{report}");
    }
    let listed = program.done(&["admin", "backups", "--prune"]);
    assert!(listed.contains("kept until"), "{listed}");

    serving.kill();
    lose_the_disk_and_restore(&program);
    let found = holders(&program, &household);
    assert_eq!(found["is_erased"], true, "before anybody was served");
    let missing = program.refused(
        &[
            "admin",
            "export",
            "person",
            "--contact",
            &household,
            "--staff",
            STAFF,
            "--request",
            "18",
        ],
        1,
    );
    assert!(missing.contains("not found"), "{missing}");
    assert!(program.done(&["verify"]).contains("All is well."));
    assert!(
        !is_anywhere(&program, CANARY),
        "nowhere in a log or another plain file"
    );
}
