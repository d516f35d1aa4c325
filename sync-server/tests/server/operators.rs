//! From an empty folder to a server that stops cleanly.

use std::os::unix::fs::PermissionsExt as _;

use crate::program::{Program, command, edition, texts};

#[test]
fn an_empty_folder_gets_an_example_and_a_wrong_setting_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| texts(&command(folder.path(), args).output().unwrap());
    let (said, _) = run(&["init"]);
    assert!(said.contains("linli.toml"), "{said}");
    let path = folder.path().join("linli.toml");
    let example = std::fs::read_to_string(&path).unwrap();
    assert_eq!(example, linli_sync_server::config::example());
    std::fs::write(&path, format!("{example}\n[sever]\n")).unwrap();
    let line = example.lines().count() + 2;
    for args in [&["init"][..], &["serve"], &["backup"], &["admin", "status"]] {
        let output = command(folder.path(), args).output().unwrap();
        let (_, complaint) = texts(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {complaint}");
        assert!(
            complaint.contains(&format!("linli.toml:{line}: sever")),
            "{complaint}"
        );
        assert!(complaint.contains("Nothing was changed"), "{complaint}");
    }
    assert!(!folder.path().join("data").exists());
}

#[test]
fn init_makes_private_files_once_and_says_what_to_do_next() {
    let program = Program::new(&["110101"], "district");
    for name in [
        "data/keys/store.key",
        "data/keys/ca.key",
        "data/keys/ca.pem",
    ] {
        let mode = std::fs::metadata(program.path(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let again = program.refused(&["init"], 1);
    assert!(
        again.contains("exists already; nothing was changed"),
        "{again}"
    );
    let database = std::fs::read(program.path("data/linli.db")).unwrap();
    assert!(
        !database.starts_with(b"SQLite format 3"),
        "the database is encrypted"
    );
}

#[tokio::test]
async fn a_server_starts_is_administered_while_it_runs_and_stops_cleanly() {
    let program = Program::new(&["110101", "110101001", "110101001001"], "district");
    let serving = program.serve();
    let second = program.refused(&["serve"], 1);
    assert!(second.contains("in use by process"), "{second}");
    let client = serving.client();
    let get = |path: &str| client.get(format!("{}{path}", serving.url)).send();
    assert_eq!(get("/healthz").await.unwrap().status(), 200);
    let ready = get("/readyz").await.unwrap();
    assert_eq!(ready.status(), 503, "there is no edition yet");
    program.import_edition();
    let ready = get("/readyz").await.unwrap();
    assert_eq!(ready.status(), 200, "{:?}", ready.text().await);
    let said = program.done(&["admin", "status"]);
    assert!(said.starts_with("serving"), "{said}");
    assert!(said.contains("edition: 1"), "{said}");

    let token = program.token("io-c1", "110101001001");
    let cases = || {
        client
            .get(format!("{}/api/v1/cases", serving.url))
            .bearer_auth(&token)
    };
    assert_eq!(cases().send().await.unwrap().status(), 200);
    program.done(&["admin", "staff-token", "--staff", "io-c1", "--withdraw"]);
    assert_eq!(cases().send().await.unwrap().status(), 401);
    let unknown = program.refused(&["admin", "revoke", &"00".repeat(16)], 1);
    assert!(unknown.contains("not found"), "{unknown}");
    let running = program.refused(&["verify"], 1);
    assert!(running.contains("the server runs"), "{running}");

    let (exit, said) = serving.terminate();
    assert_eq!(exit, Some(0));
    assert!(said.contains("Stopped."), "{said}");
    let said = program.done(&["admin", "status"]);
    assert!(said.starts_with("not running"), "{said}");
    assert!(program.done(&["verify"]).contains("All is well."));
}

#[test]
fn without_its_key_the_database_stays_shut() {
    let program = Program::new(&["110101"], "district");
    let key = program.path("data/keys/store.key");
    std::fs::write(&key, "11".repeat(32)).unwrap();
    let wrong = program.refused(&["admin", "status"], 1);
    assert!(wrong.contains("key"), "{wrong}");
    std::fs::remove_file(&key).unwrap();
    let missing = program.refused(&["serve"], 1);
    assert!(missing.contains("store.key does not exist"), "{missing}");
}

#[test]
fn an_edition_that_no_case_number_can_hold_is_refused_at_import() {
    let program = Program::new(&["11010"], "district");
    let path = program.path("edition.json");
    let text = edition().to_string().replace("\"110101\"", "\"11010\"");
    std::fs::write(&path, text).unwrap();
    let said = program.refused(&["admin", "import-edition", path.to_str().unwrap()], 1);
    for part in [
        "district: 11010 cannot begin the case numbers",
        "needs 6 digits",
        "nothing was changed",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let status = program.done(&["admin", "status"]);
    assert!(status.contains("edition: 0"), "{status}");
}
