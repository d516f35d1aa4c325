//! Codes of national standards: layout, check and meaning of their parts.
//!
//! Old layouts are read, new ones are written: GB/T 47678-2026 replaces GB/T 30428 and the CJ/T
//! series, and cities still hold files in both.

mod component;
mod department;
mod digits;
mod division;
mod grid;
mod id_number;
mod matter;

pub use component::{ComponentCode, ComponentLayout};
pub use department::DepartmentCode;
pub use division::{Division, DivisionCode, DivisionError, DivisionLevel, DivisionTable, Validity};
pub use grid::{SocialGridCode, UnitGridCode, UnitGridLayout};
pub use id_number::is_id_number;
pub use matter::{HandlingStandard, MatterLayout, MatterType};
