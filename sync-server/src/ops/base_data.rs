//! The commands that bring files in or out: one question for each stretch of a file.

use linli_model::RecordId;
use serde::{Deserialize, Serialize};

use super::OpsError;
use super::admin::AdminAnswer;
use crate::clock;
use crate::door::{ExportOf, ImportRows, PersonRequest};
use crate::writer::Writer;

/// A command about base data.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum FileCommand {
    /// Gives the newest edition.
    Edition,
    /// Looks at rows of a file, or writes them.
    ImportRows(ImportRows),
    /// Gives a page of an export.
    Export {
        /// Of what.
        of: ExportOf,
        /// The record that the page before ended with.
        after: Option<RecordId>,
    },
    /// Gives a person's own data.
    ExportPerson(PersonRequest),
}

/// Runs a command.
pub(super) async fn run(writer: &Writer, command: FileCommand) -> Result<AdminAnswer, OpsError> {
    let now = clock::now();
    Ok(match command {
        FileCommand::Edition => AdminAnswer::CurrentEdition {
            json: writer
                .call(|calls| calls.newest_edition())
                .await?
                .map(|json| String::from_utf8_lossy(&json).into_owned()),
        },
        FileCommand::ImportRows(ask) => AdminAnswer::Rows {
            outcomes: writer
                .call(move |calls| calls.import_rows(now, &ask))
                .await?,
        },
        FileCommand::Export { of, after } => AdminAnswer::Exported {
            rows: writer
                .call(move |calls| calls.export_page(of, after.as_ref()))
                .await?,
        },
        FileCommand::ExportPerson(ask) => AdminAnswer::Person {
            data: writer
                .call(move |calls| calls.export_person(now, &ask))
                .await?,
        },
    })
}
