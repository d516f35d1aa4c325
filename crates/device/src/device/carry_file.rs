//! Files on drives: they appear whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use linli_exchange::ExchangeError;
use linli_model::Timestamp;

use crate::carry::CarryRefusal;
use crate::dto::carry::{CarryAnswer, CarryPlace};
use crate::error::{DeviceError, Result};

/// The ending of a file for the community.
const OUT: &str = "linli-out";
/// The ending of the community's answer.
const BACK: &str = "linli-back";
/// Answers that are shown of one place.
const SHOWN: usize = 20;

/// A file that is being written under another name.
pub(super) struct NewFile {
    part: PathBuf,
    path: PathBuf,
    is_kept: bool,
}

impl NewFile {
    /// Begins a file whose name tells device and local time.
    pub(super) fn begin(folder: &Path, device: &str, now: Timestamp) -> Result<(Self, File)> {
        let stem = format!("linli-{}-{}", tidy(device), local(now));
        let names =
            std::iter::once(stem.clone()).chain((2..100).map(|number| format!("{stem}-{number}")));
        let mut paths = names.map(|name| folder.join(format!("{name}.{OUT}")));
        let path = paths.find(|path| !path.exists());
        let path = path.ok_or(CarryRefusal::NotWritten)?;
        let part = path.with_extension("part");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = options.open(&part).map_err(|error| unwritten(&error))?;
        let new = Self {
            part,
            path,
            is_kept: false,
        };
        Ok((new, file))
    }

    /// Flushes the file to the drive and gives it its name. Answers name, folder and size.
    pub(super) fn keep(mut self, file: File) -> Result<(String, String, i64)> {
        let settle = || -> io::Result<u64> {
            file.sync_all()?;
            let bytes = file.metadata()?.len();
            drop(file);
            fs::rename(&self.part, &self.path)?;
            let folder = self.path.parent().unwrap_or(Path::new("."));
            File::open(folder)?.sync_all()?;
            Ok(bytes)
        };
        let bytes = settle().map_err(|error| unwritten(&error))?;
        self.is_kept = true;
        let name = self.path.file_name().unwrap_or_default();
        let folder = self.path.parent().unwrap_or(Path::new(""));
        Ok((
            name.to_string_lossy().into_owned(),
            folder.display().to_string(),
            i64::try_from(bytes).unwrap_or(i64::MAX),
        ))
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_kept {
            // A stick that was pulled out has nothing to remove.
            let _ = fs::remove_file(&self.part);
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What a person can do about a failed write.
pub(super) fn not_written(error: DeviceError) -> DeviceError {
    if let DeviceError::Exchange(ExchangeError::File(source)) = &error {
        return unwritten(source).into();
    }
    error
}

fn unwritten(error: &io::Error) -> CarryRefusal {
    tracing::warn!(%error, "a file could not be written to a drive");
    let full = [
        io::ErrorKind::StorageFull,
        io::ErrorKind::QuotaExceeded,
        io::ErrorKind::FileTooLarge,
    ];
    if full.contains(&error.kind()) {
        CarryRefusal::Full
    } else if error.kind() == io::ErrorKind::NotFound {
        CarryRefusal::NoPlace
    } else {
        CarryRefusal::NotWritten
    }
}

/// A place with the answers that lie there.
pub(super) fn place(path: &Path, is_drive: bool, free_bytes: Option<u64>) -> CarryPlace {
    let name = path.file_name().unwrap_or(path.as_os_str());
    CarryPlace {
        path: path.display().to_string(),
        name: name.to_string_lossy().into_owned(),
        is_drive,
        free_bytes: free_bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
        answers: answers(path),
    }
}

fn answers(folder: &Path) -> Vec<CarryAnswer> {
    let found = fs::read_dir(folder).into_iter().flatten().flatten();
    let found = found.filter_map(|entry| {
        let path = entry.path();
        let is_answer = path.extension().is_some_and(|ending| ending == BACK);
        let name = entry.file_name().into_string().ok().filter(|_| is_answer)?;
        let changed = entry.metadata().and_then(|data| data.modified()).ok();
        let path = path.to_str()?.to_owned();
        Some((changed, CarryAnswer { path, name }))
    });
    let mut found: Vec<_> = found.collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| b.1.name.cmp(&a.1.name)));
    found.truncate(SHOWN);
    found.into_iter().map(|(_, answer)| answer).collect()
}

/// A name that every file system takes.
fn tidy(name: &str) -> String {
    let name = name.chars().filter(char::is_ascii_alphanumeric);
    name.take(24).collect()
}

fn local(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    let at = at.to_zoned(TimeZone::system());
    at.strftime("%Y%m%d-%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let begin = || NewFile::begin(folder.path(), "0471 / ../x", Timestamp(0)).unwrap();
        let (new, mut file) = begin();
        file.write_all(b"half").unwrap();
        assert!(names(folder.path())[0].contains(".part"));
        drop(new);
        assert_eq!(names(folder.path()), [""; 0]);
        for _ in 0..2 {
            let (new, file) = begin();
            new.keep(file).unwrap();
        }
        let names = names(folder.path());
        assert_eq!(names.len(), 2, "{names:?}");
        for name in &names {
            assert!(name.starts_with("linli-0471x-19"), "{name}");
            assert!(name.ends_with(".linli-out"), "{name}");
        }
    }

    #[test]
    fn a_drive_that_is_gone_or_full_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let gone = NewFile::begin(&folder.path().join("x"), "1", Timestamp(0));
        let refusal = |error: DeviceError| {
            let DeviceError::Carry(refusal) = error else {
                panic!("{error}");
            };
            refusal
        };
        assert_eq!(refusal(gone.err().unwrap()), CarryRefusal::NoPlace);
        let full = |kind: io::ErrorKind| {
            let error = ExchangeError::File(kind.into());
            refusal(not_written(error.into()))
        };
        assert_eq!(full(io::ErrorKind::StorageFull), CarryRefusal::Full);
        assert_eq!(full(io::ErrorKind::Other), CarryRefusal::NotWritten);
    }

    #[test]
    fn only_answers_are_offered() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.linli-back", "b.linli-out", "c.part", "d.jpg"] {
            fs::write(folder.path().join(name), b"").unwrap();
        }
        let place = place(folder.path(), true, Some(7));
        assert_eq!(place.free_bytes, Some(7));
        let names: Vec<_> = place.answers.iter().map(|answer| &answer.name).collect();
        assert_eq!(names, ["a.linli-back"]);
    }
}
