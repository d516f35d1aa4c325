//! How much waits, in a file of its own: every save changes it, and a save must not wait for more
//! flushes than it needs.
//!
//! The number is overwritten in place. It is flushed only when it leaves or reaches zero, since whether
//! anything waits decides what a locked device may erase; how much is counted again at the next
//! unlock.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::files;

const NAME: &str = "waiting";
/// Ten digits and the end of the line: always the same bytes of one sector.
const LENGTH: usize = 11;

/// Loads the number. One that cannot be read counts as something.
pub(super) fn load(folder: &Path) -> io::Result<u32> {
    let Some(bytes) = files::read(&folder.join(NAME))? else {
        return Ok(0);
    };
    let text = String::from_utf8_lossy(&bytes);
    let is_whole = bytes.len() == LENGTH;
    let read = text.trim_end().parse().ok();
    Ok(read.filter(|_| is_whole).unwrap_or(1))
}

/// Keeps the number that follows `before`.
pub(super) fn store(folder: &Path, before: u32, count: u32) -> io::Result<()> {
    let path = folder.join(NAME);
    let is_new = !path.exists();
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&path)?;
    file.write_all(format!("{count:010}\n").as_bytes())?;
    if is_new || (before == 0) != (count == 0) {
        file.sync_data()?;
    }
    if is_new {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_read_back_and_damage_counts_as_something() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load(folder.path()).unwrap(), 0);
        for (before, count) in [(0, 3), (3, 4_000_000_000), (4_000_000_000, 7), (7, 0)] {
            store(folder.path(), before, count).unwrap();
            assert_eq!(load(folder.path()).unwrap(), count);
        }
        for damage in [&b""[..], b"7\n", b"00000000x0\n"] {
            std::fs::write(folder.path().join(NAME), damage).unwrap();
            assert_eq!(load(folder.path()).unwrap(), 1);
        }
    }
}
