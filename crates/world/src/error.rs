//! What can be wrong with the sample data.

use linli_editions::BookError;
use linli_geo::GeoError;
use linli_model::IdError;

/// Why the sample district cannot be made: its source files do not have the form that they should.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A row of the divisions has too few columns, an unknown level or no parent.
    #[error("divisions.csv line {line}: {reason}")]
    Row {
        /// 1 for the header.
        line: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// A code is none.
    #[error(transparent)]
    Code(#[from] IdError),
    /// A shape is none.
    #[error(transparent)]
    Shape(#[from] GeoError),
    /// The rules do not fit the city.
    #[error(transparent)]
    Book(#[from] BookError),
    /// An area has fewer blocks than parts that need one.
    #[error("{area} has {blocks} blocks for {parts} parts")]
    TooSmall {
        /// The area.
        area: String,
        /// How many blocks it has.
        blocks: usize,
        /// Into how many parts it should be cut.
        parts: usize,
    },
}
