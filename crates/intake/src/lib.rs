//! Base data of a district as cities keep it, in spreadsheets and text files: read, checked cell by
//! cell, and turned into typed values. Every mistake is named with its line, column, value and reason.
//!
//! * [`read`](mod@read) turns bytes into rows of cells, whatever encoding, separator or workbook.
//! * [`clean`] takes off what tools and typists leave behind: full-width digits, serial dates.
//! * [`header`] finds the columns, and refuses a file that asks about what must never be known.
//! * [`kinds`] says for each kind of base data which columns it has and what a row of it means.
//! * [`intake`](mod@intake) drives the three over a whole file, a row at a time, with bounded memory.
//! * [`plan`] merges organisations, staff and grids into the next edition; [`areas`] reads borders.
//! * [`template`] and [`table_out`] write files: empty ones to fill in, and exports.
//!
//! Pure: no SQL, no network, no clock; a file comes as something that can be read and sought.

pub mod areas;
pub mod clean;
pub mod column;
pub mod fields;
pub mod header;
pub mod intake;
pub mod kinds;
pub mod locate;
pub mod mapping;
pub mod mistake;
pub mod plan;
pub mod read;
pub mod reason;
pub mod refusal;
pub mod report;
pub mod table_out;
pub mod template;

pub use intake::{Facts, Item, Settings, intake};
pub use kinds::{BaseRow, Door, Kind, Row};
pub use mapping::Mapping;
pub use mistake::{Mistake, NoteKind, Notes};
pub use reason::{Lang, Reason};
pub use refusal::Refusal;
pub use report::Report;
