//! Carrying work by hand.

use std::path::PathBuf;

use clap::Args;

use super::Common;
use super::answer::{Failure, Output};
use super::door::unlocked;

/// `carry-out`.
#[derive(Debug, Args)]
pub(super) struct CarryOut {
    /// The folder to write to: a stick, for example.
    to: PathBuf,
    /// Leaves photos out.
    #[arg(long)]
    no_photos: bool,
}

/// `carry-back`.
#[derive(Debug, Args)]
pub(super) struct CarryBack {
    /// The answer, `*.linli-back`.
    file: PathBuf,
}

pub(super) fn out(common: &Common, asked: &CarryOut, output: &mut Output) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let file = device.carry_out_to(&asked.to, !asked.no_photos)?;
    output.answer(&file, || {
        vec![
            format!(
                "wrote {} ({} bytes) to {}: {} cases, {} other records, {} photos, {} photos left",
                file.name,
                file.bytes,
                file.folder,
                file.case_count,
                file.register_count,
                file.photo_count,
                file.left_photo_count
            ),
            "everything still waits here; carry the file to the community, and its answer back"
                .to_owned(),
        ]
    })
}

pub(super) async fn back(
    common: &Common,
    asked: &CarryBack,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let done = device.carry_back_from(&asked.file).await?;
    output.answer(&done, || {
        vec![format!(
            "taken: {} delivered, {} photos, {} need a person, {} waiting",
            done.delivered_count, done.photo_count, done.needs_you_count, done.waiting_count
        )]
    })
}
