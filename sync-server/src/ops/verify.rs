//! Checks everything: pages of the database, signatures and chains, digests, photos.

use std::path::{Path, PathBuf};

use super::backup::{self, DATABASE};
use super::{DataFolder, OpsError, database};
use crate::clock;
use crate::door::{Door, Finding, Verified};
use crate::photos::Photos;

/// Checks the data folder itself. The server must not run.
pub fn data(data: &DataFolder) -> Result<Verified, OpsError> {
    let config = &data.config;
    let pages = pages(&database::open(&config.database(), &data.key)?)?;
    let mut door = data.open()?;
    let photos = Photos::open(&config.photos).map_err(|e| OpsError::file(&config.photos, e))?;
    let listed = listed(door.as_mut())?;
    let mut report = pages;
    merge(&mut report, door.verify()?);
    merge(&mut report, check_photos(&photos, &listed));
    Ok(report)
}

/// Checks a backup without touching it: its files, its database opened as a copy, its photos in
/// the pool. The server may run meanwhile.
pub fn backup(data: &DataFolder, folder: &Path) -> Result<Verified, OpsError> {
    let manifest = backup::read(folder)?;
    let source = database::open(&folder.join(DATABASE), &data.key)?;
    let mut report = pages(&source)?;
    report.checked.push(("files".into(), 2));
    let scratch = scratch(folder)?;
    let copy = scratch.join(DATABASE);
    database::copy(&source, &copy, &data.key)?;
    let checked = data.open_at(&copy).and_then(|mut door| Ok(door.verify()?));
    std::fs::remove_dir_all(&scratch).map_err(|e| OpsError::file(&scratch, e))?;
    merge(&mut report, checked?);
    let pool = backup::pool_of(folder.parent().unwrap_or(Path::new(".")))?;
    merge(
        &mut report,
        check_photos(&pool, &backup::photo_list(folder)?),
    );
    for hash in manifest.photos_missing {
        report.findings.push(Finding {
            what: "blob".into(),
            detail: format!("{hash} was missing when the backup was made"),
        });
    }
    Ok(report)
}

/// A folder beside the backup for the copy, one for each process.
fn scratch(folder: &Path) -> Result<PathBuf, OpsError> {
    let mut name = folder.as_os_str().to_owned();
    name.push(format!(".verify-{}", std::process::id()));
    let scratch = PathBuf::from(name);
    crate::files::make_private_dir(&scratch).map_err(|e| OpsError::file(&scratch, e))?;
    Ok(scratch)
}

fn pages(conn: &rusqlite::Connection) -> Result<Verified, OpsError> {
    let pages: i64 = conn.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    let findings = database::check(conn)?.into_iter().map(|detail| Finding {
        what: "database".into(),
        detail,
    });
    Ok(Verified {
        checked: vec![("pages".into(), u64::try_from(pages).unwrap_or(0))],
        findings: findings.collect(),
    })
}

fn listed(door: &mut dyn Door) -> Result<Vec<(linli_model::BlobHash, u64)>, OpsError> {
    let now = clock::now();
    let mut photos = Vec::new();
    let mut result = Ok(());
    door.group(&mut |group| {
        result = group.part(&mut |calls| {
            photos = backup::list(calls, now)?.photos;
            Ok(())
        });
    })?;
    result?;
    Ok(photos)
}

fn check_photos(photos: &Photos, listed: &[(linli_model::BlobHash, u64)]) -> Verified {
    let finding = |detail: String| Finding {
        what: "blob".into(),
        detail,
    };
    let findings = listed
        .iter()
        .filter_map(|(hash, _)| match photos.is_sound(hash) {
            Ok(true) => None,
            Ok(false) => Some(finding(format!("{hash} does not have its hash any more"))),
            Err(error) => Some(finding(format!("{hash} cannot be read: {error}"))),
        });
    Verified {
        findings: findings.collect(),
        checked: vec![("photos".into(), u64::try_from(listed.len()).unwrap_or(0))],
    }
}

fn merge(into: &mut Verified, more: Verified) {
    into.checked.extend(more.checked);
    into.findings.extend(more.findings);
}
