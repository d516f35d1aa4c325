//! `admin carry-in`: a handheld's file is copied to the data folder, taken there, and its answer is
//! copied out again. So a stick that is pulled out breaks nothing, and the server needs no right to
//! read it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::session::{Session, unexpected};
use super::{Context, Done, out};
use crate::files;
use crate::ops::OpsError;
use crate::ops::admin::{AdminAnswer, AdminCommand};
use crate::ops::carry::{CarriedIn, answer_path};

/// The ending of an answer.
const BACK: &str = "linli-back";

pub(super) fn carry_in(context: &Context, file: &Path, answer: Option<PathBuf>) -> Done {
    let answer = answer.unwrap_or_else(|| file.with_extension(BACK));
    let folder = context.config()?.carried();
    files::make_private_dir(&folder).map_err(|error| OpsError::file(&folder, error))?;
    let mut random = [0u8; 8];
    getrandom::fill(&mut random).map_err(|error| OpsError::Refused(error.to_string()))?;
    let name = files::hex(&random);
    let copies = Copies([folder.join(&name), answer_path(&folder, &name)]);
    let [inside, made] = &copies.0;
    copy(file, inside).map_err(|error| OpsError::file(file, error))?;
    let asked = Session::open(context)?.ask(AdminCommand::CarryIn { name })?;
    let AdminAnswer::CarriedIn(done) = asked else {
        return Err(unexpected().into());
    };
    let mut part = answer.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let given = copy(made, &part).and_then(|()| fs::rename(&part, &answer));
    if let Err(error) = given {
        // Half an answer is of no use to anybody.
        let _ = fs::remove_file(&part);
        context.say(
            "文件已收下；只是回执没有写成。换个地方再运行一次，不会重复。",
            "The file was taken; only the answer could not be written. Run it again with another --answer; nothing doubles.",
        );
        return Err(OpsError::file(&answer, error).into());
    }
    say(context, &done, &answer);
    Ok(())
}

/// What lies in the data folder meanwhile.
struct Copies([PathBuf; 2]);

impl Drop for Copies {
    fn drop(&mut self) {
        for path in &self.0 {
            // The answer is missing when the file was refused.
            let _ = fs::remove_file(path);
        }
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = File::open(from)?;
    let mut to = File::create(to)?;
    io::copy(&mut from, &mut to)?;
    to.sync_all()
}

fn say(context: &Context, done: &CarriedIn, answer: &Path) {
    let changes = &done.changes;
    let refused: usize = changes.refused.values().sum();
    let (stored, known, waiting) = (changes.stored, changes.known, changes.waiting);
    let (photos, photos_refused) = (done.photos, done.photos_refused);
    context.say(
        &format!("已收下设备 {} 的文件：新更改 {stored}，已有 {known}，等待 {waiting}，隔离 {refused}；照片 {photos}，未收 {photos_refused}。", done.device),
        &format!("Taken from device {}: {stored} new changes, {known} known, {waiting} waiting, {refused} quarantined; {photos} photos, {photos_refused} not taken.", done.device),
    );
    for (code, count) in &changes.refused {
        out::line(&format!("  ! {code}: {count}"));
    }
    let answer = answer.display();
    context.say(
        &format!("回执文件：{answer}\n下一步：把它带回那台设备，在“待发箱 › U盘带走”里取回执。"),
        &format!("Answer: {answer}\nNext: carry it back to that device and take it there under Outbox, Carry out."),
    );
}
