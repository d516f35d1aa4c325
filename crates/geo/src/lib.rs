//! Points, borders and tracks on the earth, and the coordinate systems that others use for them.
//!
//! Inside the system a position is WGS-84, as the satellite receiver gave it. Other systems exist
//! only at the edge: [`Crs`] converts what comes in and what goes out, and data that does not say
//! its system is refused.
//!
//! Pure: no I/O, and no word of what a place is used for.

pub mod coordinate;
pub mod coverage;
pub mod crs;
mod error;
pub mod geo_json;
pub mod grid_index;
pub mod measure;
pub mod outline;
pub mod track;

pub use coordinate::{Accuracy, Coordinate, Source};
pub use crs::Crs;
pub use error::GeoError;
pub use grid_index::{GridIndex, Hit};
pub use outline::{Outline, Side};
