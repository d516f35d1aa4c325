//! A sample district: real divisions, and everything below them drawn and invented by the program.
//!
//! Deterministic: the same program makes the same district. Names and codes of divisions and the outline
//! of the district come from `tests/fixtures/divisions` (sources beside the files); the borders of streets,
//! communities and grids in here are drawn, not surveyed.

mod chance;
pub mod city;
pub mod devices;
mod divisions;
mod error;
pub mod land;
pub mod neighbourhood;
pub mod year;

pub use city::{Sample, SampleSet};
pub use divisions::{Community, Street, streets};
pub use error::WorldError;
