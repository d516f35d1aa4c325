//! Commands that look: categories, places, households, the device itself.

use std::path::PathBuf;

use clap::Args;
use linli_device::PhotoSize;
use linli_world::SampleSet;
use serde::Serialize;

use super::Common;
use super::answer::{Failure, Output};
use super::door::unlocked;
use crate::world;

/// `places`.
#[derive(Debug, Args)]
pub(super) struct Places {
    /// Part of a name.
    #[arg(default_value = "")]
    text: String,
}

/// `inspect`.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// Checks every page, document and digest.
    #[arg(long)]
    check: bool,
}

/// `export-doc`.
#[derive(Debug, Args)]
pub(super) struct ExportDoc {
    /// The case's short code or id.
    case: String,
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
}

/// `photo`.
#[derive(Debug, Args)]
pub(super) struct Photo {
    /// The photo's hash.
    hash: String,
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
    /// The small copy.
    #[arg(long)]
    small: bool,
}

pub(super) fn categories(common: &Common, output: &mut Output) -> Result<(), Failure> {
    let found = unlocked(common)?.list_categories()?;
    output.answer(&found, || {
        let line = |row: &linli_device::dto::report::CategoryDto| {
            let photo = if row.is_photo_required { " photo" } else { "" };
            let name = &row.category.name;
            format!("{} {} {}{photo}", row.category.code, name.zh, name.en)
        };
        found.iter().map(line).collect()
    })
}

pub(super) fn places(common: &Common, places: &Places, output: &mut Output) -> Result<(), Failure> {
    let found = unlocked(common)?.list_places(&places.text, None)?;
    output.answer(&found, || {
        found.iter().map(|place| place.name.clone()).collect()
    })
}

pub(super) fn inspect(
    common: &Common,
    inspect: &Inspect,
    output: &mut Output,
) -> Result<(), Failure> {
    let found = unlocked(common)?.inspect(inspect.check)?;
    output.answer(&found, || {
        let mut lines = vec![format!("device {} ({})", found.device, found.app)];
        lines.push(format!("server {}", found.server));
        for grid in &found.grids {
            lines.push(format!(
                "grid {} of {}: epoch {}, edition {}, generation {}",
                grid.grid, grid.server_org, grid.epoch, grid.edition, grid.generation
            ));
            lines.push(format!(
                "  {} cases, {} places, {} households, {} in the outbox, {} quarantined",
                grid.cases, grid.places, grid.households, grid.outbox, grid.quarantined
            ));
            lines.push(format!("  digest of cases {}", grid.cases_digest));
            match &grid.faults {
                None => {}
                Some(faults) if faults.is_empty() => lines.push("  sound".to_owned()),
                Some(faults) => lines.extend(faults.iter().map(|fault| format!("  FAULT {fault}"))),
            }
        }
        lines
    })
}

/// What a command that wrote a file answers.
#[derive(Debug, Serialize)]
struct WroteFile {
    file: String,
    bytes: usize,
}

fn write_file(path: &std::path::Path, bytes: &[u8], output: &mut Output) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| Failure::Named {
        path: path.display().to_string(),
        error,
    })?;
    let answer = WroteFile {
        file: path.display().to_string(),
        bytes: bytes.len(),
    };
    output.answer(&answer, || {
        vec![format!("wrote {} bytes to {}", answer.bytes, answer.file)]
    })
}

pub(super) fn export_doc(
    common: &Common,
    export: &ExportDoc,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let case = device.find_case_by_code(&export.case)?;
    let document = device.export_document(&case.row.id)?;
    write_file(&export.out, &document, output)
}

pub(super) async fn photo(
    common: &Common,
    photo: &Photo,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let size = if photo.small {
        PhotoSize::Small
    } else {
        PhotoSize::Full
    };
    let bytes = device.photo(&photo.hash, size).await?;
    write_file(&photo.out, &bytes, output)
}

pub(super) fn edition(output: &mut Output) -> Result<(), Failure> {
    let edition = world::edition(SampleSet::Grid)?;
    let text = serde_json::to_string_pretty(&edition)?;
    output.answer(&edition, || vec![text])
}
