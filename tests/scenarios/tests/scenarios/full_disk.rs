//! A disk that is full, below a server and below a handheld: a small file system of its own.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use linli_fleet::town::{Handheld, Layout, TownError, before_photo};
use linli_fleet::world::COMMUNITY;
use serde_json::json;

use crate::rubbish::{Accepted, refused};
use crate::stage::Stage;

/// Room for a town before it is filled.
const MIB: u32 = 64;

/// How often the full server is read while another writes to it.
const READS: usize = 50;

/// Where the small file system is, in the run of this test that has one.
const PLACE: &str = "LINLI_SMALL_DISK";
/// The exit code of a run that could not mount one.
const NO_MOUNT: i32 = 77;

/// The test runs itself again in a namespace of its own, in which a small file system in memory is
/// mounted: nothing of it stays behind.
#[test]
fn a_full_disk_takes_nothing_loses_nothing_and_goes_on_when_there_is_room() {
    if let Some(place) = std::env::var_os(PLACE) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        return runtime.block_on(fill_and_free(&SmallDisk(place.into())));
    }
    let place = tempfile::tempdir().unwrap();
    let mut reasons = String::new();
    // Root may mount; others may where user namespaces are allowed.
    for flags in [&["--mount"][..], &["--user", "--map-root-user", "--mount"]] {
        let script = format!(
            "mount -t tmpfs -o size={MIB}m,mode=700 tmpfs \"${PLACE}\" || exit {NO_MOUNT}; exec \"$0\" \"$@\""
        );
        let mut again = Command::new("unshare");
        again.args(flags).args(["sh", "-c", &script]);
        again.arg(std::env::current_exe().unwrap());
        again.args(["--exact", "--nocapture", THIS]);
        again.env(PLACE, place.path());
        let output = match again.output() {
            Ok(output) => output,
            Err(error) => {
                reasons = format!("unshare: {error}");
                break;
            }
        };
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
            return;
        }
        let is_namespace_refused = said.starts_with("unshare:");
        assert!(
            output.status.code() == Some(NO_MOUNT) || is_namespace_refused,
            "{said}"
        );
        reasons.push_str(&said);
    }
    eprintln!("no small file system can be mounted here, so no disk was filled: {reasons}");
}

const THIS: &str =
    "full_disk::a_full_disk_takes_nothing_loses_nothing_and_goes_on_when_there_is_room";

/// The small file system.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Takes the last byte.
    fn fill(&self) {
        let mut file = File::create(self.filler()).unwrap();
        for piece in [1 << 20, 1 << 12, 1] {
            let piece = vec![7u8; piece];
            while file.write_all(&piece).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

async fn fill_and_free(disk: &SmallDisk) {
    let stage = Stage::in_folder(Layout::OneBox, disk.0.join("town")).await;
    let accepted = Accepted::on(stage).await;
    let (server, people) = (&accepted.stage.town.community, &accepted.stage.town.people);
    // One handheld has its own disk, the other's is as full as the server's.
    let roomy = accepted.plan(accepted.stage.folder.path().join("roomy"), "0470");
    let roomy = Handheld::enrol(roomy, server, COMMUNITY).await.unwrap();
    let cramped = accepted.device();
    std::fs::create_dir(disk.0.join("stick")).unwrap();
    disk.fill();

    let photo = before_photo().unwrap();
    roomy.report("06052", "三号楼", "", &photo).await.unwrap();
    refused(
        roomy.sync().await,
        &[
            "STORAGE_FULL",
            "what was saved is on this device and is sent later",
        ],
    );
    let event = json!({ "type": "file" });
    let filed = people
        .community
        .act_once(&accepted.case, "full-disk-1", &event);
    match filed.await {
        Err(TownError::Refused {
            status: 507,
            code,
            detail,
            ..
        }) => {
            assert_eq!(code, "STORAGE_FULL");
            assert!(
                detail.contains("everything acknowledged before is safe"),
                "{detail}"
            );
        }
        other => panic!("{other:?}"),
    }
    let report = ["report", "--category", "06052", "--place", "四号楼"];
    let report = [&report[..], &["--no-photo", "camera-broken"]].concat();
    refused(
        cramped.run(&report).await,
        &[
            "no room left",
            "what was saved before is safe",
            "free space on this disk",
        ],
    );
    // A stick that is full gets no half file, and nothing is lost by the try.
    let stick = disk.0.join("stick");
    refused(
        roomy.run(&["carry-out", stick.to_str().unwrap()]).await,
        &["the drive is full", "nothing was changed"],
    );
    assert_eq!(std::fs::read_dir(&stick).unwrap().count(), 0);
    // The desk that only reads does not notice, though others try to write at the same moment.
    for round in 0..READS {
        let key = format!("full-disk-beside-{round}");
        let write = people.community.act_once(&accepted.case, &key, &event);
        let (write, ()) = tokio::join!(write, accepted.is_at_desk(1));
        refused(write, &["STORAGE_FULL"]);
    }

    disk.free();
    roomy.sync().await.unwrap();
    cramped.run(&report).await.unwrap();
    cramped.sync().await.unwrap();
    accepted.is_untouched(3).await;
    accepted.survives(3).await;
}
