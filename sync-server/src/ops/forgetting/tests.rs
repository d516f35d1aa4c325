use std::fmt::Write as _;

use super::*;
use crate::testing::stand;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A backup of some moment that names some photos.
fn make(config: &Config, at: Timestamp, photos: &[&[u8]]) {
    let pool = backup::pool_of(&config.backups).unwrap();
    let mut list = String::new();
    for bytes in photos {
        let part = config.backups.join("part");
        fs::write(&part, bytes).unwrap();
        let (hash, size) = crate::photos::hash_file(&part).unwrap();
        pool.put(&part, &hash).unwrap();
        fs::remove_file(&part).unwrap();
        writeln!(list, "{hash} {size}").unwrap();
    }
    let folder = config.backups.join(backup::name_of(at));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(backup::PHOTO_LIST), list).unwrap();
    let manifest = serde_json::json!({ "made_at": at });
    fs::write(folder.join(backup::MANIFEST), manifest.to_string()).unwrap();
}

fn names(rows: &[BackupRow], is_deleted: bool) -> Vec<String> {
    let rows = rows.iter().filter(|row| row.is_deleted == is_deleted);
    rows.map(|row| row.name.clone()).collect()
}

#[test]
fn a_backup_past_its_term_goes_with_the_photos_that_only_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let config = stand::config(folder.path(), &[("LINLI_STORE_BACKUP_DAYS", "30")]);
    let start = Timestamp(1_790_000_000_000);
    make(&config, start, &[b"old", b"both"]);
    make(&config, start.plus_ms(20 * DAY), &[b"both", b"new"]);
    let pool = backup::pool_of(&config.backups).unwrap();
    assert_eq!(pool.all().unwrap().len(), 3);

    let now = start.plus_ms(30 * DAY);
    let rows = backups(&config, now, false).unwrap();
    assert_eq!(
        names(&rows, false).len(),
        2,
        "listed, and nothing was deleted"
    );
    let early = backups(&config, now.plus_ms(-1), true).unwrap();
    assert_eq!(
        names(&early, true).len(),
        0,
        "a millisecond before its term"
    );
    let rows = backups(&config, now, true).unwrap();
    assert_eq!(names(&rows, true), [backup::name_of(start)]);
    assert_eq!(backup::folders(&config.backups).unwrap().len(), 1);
    assert_eq!(pool.all().unwrap().len(), 2, "what the other names stays");

    let rows = backups(&config, now.plus_ms(21 * DAY), true).unwrap();
    assert_eq!(names(&rows, true).len(), 1, "the last one as well");
    assert_eq!(pool.all().unwrap().len(), 0);
}

#[test]
fn what_is_left_of_a_broken_backup_goes_by_the_time_in_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let config = stand::config(folder.path(), &[]);
    let start = Timestamp(1_790_000_000_000);
    make(&config, start, &[]);
    let broken = config.backups.join(backup::name_of(start));
    fs::remove_file(broken.join(backup::MANIFEST)).unwrap();
    fs::create_dir_all(config.backups.join("not-a-backup")).unwrap();
    let rows = backups(&config, start.plus_ms(31 * DAY), true).unwrap();
    assert_eq!(names(&rows, true).len(), 1);
    assert!(!broken.exists());
    assert!(config.backups.join("not-a-backup").exists(), "not ours");
}
