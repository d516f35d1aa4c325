//! Offsets, quotas, expiry and a full disk.

use super::*;

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const QUOTA: Quota = Quota {
    file: 1_000_000,
    total: 2_000_000,
    per_device: 3,
    per_device_day: 5,
    ttl_ms: 3_600_000,
};

fn id(peer: u8, hash: u8) -> UploadId {
    UploadId {
        peer: KeyId([peer; 16]),
        hash: BlobHash([hash; 32]),
    }
}

/// The clock that staged files are dated by.
fn clock() -> Timestamp {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    Timestamp(i64::try_from(since.as_millis()).unwrap())
}

#[test]
fn an_upload_grows_by_pieces_and_is_found_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let now = clock();
    let uploads = Uploads::open(folder.path(), QUOTA, now).unwrap();
    let id = id(1, 1);
    assert_eq!(uploads.create(now, id, 10).unwrap().offset, 0);
    assert_eq!(uploads.append(now, &id, 0, b"01234").unwrap().offset, 5);
    for (offset, piece) in [(0, &b"01234"[..]), (6, b"6"), (4, b"4")] {
        let refused = uploads.append(now, &id, offset, piece).unwrap_err();
        assert!(matches!(refused, UploadError::Offset(5)), "{refused}");
    }
    let beyond = uploads.append(now, &id, 5, b"567890").unwrap_err();
    assert!(matches!(beyond, UploadError::Beyond));
    assert!(matches!(
        uploads.create(now, id, 11),
        Err(UploadError::OtherLength(10))
    ));
    drop(uploads);

    // The process died in the middle of a write: half a piece is there.
    let mut part = OpenOptions::new()
        .append(true)
        .open(folder.path().join(format!("{}-{}.part", id.peer, id.hash)))
        .unwrap();
    part.write_all(b"56").unwrap();
    fs::write(folder.path().join("../../etc").file_name().unwrap(), b"x").unwrap();
    let uploads = Uploads::open(folder.path(), QUOTA, now).unwrap();
    assert_eq!(uploads.progress_of(&id).unwrap().offset, 7);
    assert_eq!(uploads.create(now, id, 10).unwrap().offset, 7);
    let whole = uploads.append(now, &id, 7, b"789").unwrap();
    assert!(whole.is_whole());
    assert_eq!(fs::read(uploads.part_path(&id)).unwrap(), b"0123456789");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        2,
        "strangers are removed"
    );
    uploads.remove(&id);
    assert!(matches!(
        uploads.progress_of(&id),
        Err(UploadError::Unknown)
    ));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn quotas_hold_for_one_device_and_for_all() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(folder.path(), QUOTA, NOW).unwrap();
    let quota =
        |result: Result<Progress, UploadError>| matches!(result, Err(UploadError::Quota(_)));
    for length in [0, QUOTA.file + 1] {
        assert!(matches!(
            uploads.create(NOW, id(1, 0), length),
            Err(UploadError::Length(_))
        ));
    }
    for hash in 0..3 {
        uploads.create(NOW, id(1, hash), 100).unwrap();
    }
    assert!(quota(uploads.create(NOW, id(1, 3), 100)), "three at once");
    uploads.create(NOW, id(1, 2), 100).unwrap();
    for hash in 0..3 {
        uploads.remove(&id(1, hash));
    }
    uploads.create(NOW, id(1, 4), 100).unwrap();
    uploads.create(NOW, id(1, 5), 100).unwrap();
    assert!(quota(uploads.create(NOW, id(1, 6), 100)), "five a day");
    let tomorrow = NOW.plus_ms(86_400_000);
    uploads.create(tomorrow, id(1, 6), 100).unwrap();
    uploads.create(NOW, id(2, 1), 1_000_000).unwrap();
    assert!(
        quota(uploads.create(NOW, id(3, 1), 1_000_000)),
        "space of all"
    );
    uploads.remove(&id(2, 1));
    uploads.create(NOW, id(3, 1), 1_000_000).unwrap();
}

#[test]
fn what_nobody_continues_is_removed_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(folder.path(), QUOTA, NOW).unwrap();
    uploads.create(NOW, id(1, 1), 10).unwrap();
    uploads.create(NOW, id(1, 2), 10).unwrap();
    let later = NOW.plus_ms(QUOTA.ttl_ms - 1);
    uploads.append(later, &id(1, 2), 0, b"x").unwrap();
    assert_eq!(uploads.expire(later).unwrap(), 0);
    assert_eq!(uploads.expire(later.plus_ms(1)).unwrap(), 1);
    assert!(uploads.progress_of(&id(1, 1)).is_err());
    assert_eq!(uploads.progress_of(&id(1, 2)).unwrap().offset, 1);
}

/// A real full disk: a small tmpfs, which only root can mount.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn a_full_disk_keeps_what_was_staged_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let run = |program: &str, args: &[&str]| {
        let status = std::process::Command::new(program).args(args).status();
        status.is_ok_and(|status| status.success())
    };
    let path = folder.path().to_str().unwrap();
    if !run("mount", &["-t", "tmpfs", "-o", "size=128k", "tmpfs", path]) {
        eprintln!("skipped: cannot mount a tmpfs here (needs root)");
        return;
    }
    let outcome = std::panic::catch_unwind(|| fill(folder.path()));
    assert!(run("umount", &[path]));
    outcome.unwrap();
}

fn fill(folder: &Path) {
    let now = clock();
    let uploads = Uploads::open(folder, QUOTA, now).unwrap();
    let id = id(1, 1);
    uploads.create(now, id, 200_000).unwrap();
    let piece = vec![7u8; 40_000];
    uploads.append(now, &id, 0, &piece).unwrap();
    let ballast = folder.join("ballast");
    fs::write(&ballast, vec![0u8; 60_000]).unwrap();
    let full = uploads.append(now, &id, 40_000, &piece).unwrap_err();
    assert!(matches!(full, UploadError::DiskFull), "{full}");
    assert_eq!(uploads.progress_of(&id).unwrap().offset, 40_000);
    assert_eq!(fs::metadata(uploads.part_path(&id)).unwrap().len(), 40_000);
    fs::remove_file(ballast).unwrap();
    assert_eq!(
        uploads.append(now, &id, 40_000, &piece).unwrap().offset,
        80_000
    );
}
