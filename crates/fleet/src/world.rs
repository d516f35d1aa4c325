//! The sample world of the demo and the scenarios: Dongcheng's real divisions, one community of it with
//! grids and staff, and invented residents only (crate `world`).

mod places;

use linli_model::edition::Edition;
use linli_model::{GridCode, IdError, StaffId};
use linli_world::{Sample, city};

pub use linli_world::city::{
    COMMUNITY, DISTRICT, STREET, desk_clerk, grid, handler, manager, unit_lead,
};
pub use linli_world::{SampleSet, WorldError};
pub use places::{DemoHousehold, DemoPlace, DemoRegister, demo_register};

/// The unit that looks after barrier-free access in the street: 残联.
pub const FEDERATION: &str = "110101009-canlian";
/// The unit that keeps the street clean.
pub const SANITATION: &str = "110101009-huanwei";

/// The reference data of a sample set as edition 1.
pub fn edition(set: SampleSet) -> Result<Edition, WorldError> {
    Sample::new(set)?.edition()
}

/// The assistant of the grid of [`COMMUNITY`] with this number.
pub fn assistant(number: u32) -> Result<StaffId, IdError> {
    city::assistant(&grid(number)?)
}

/// One of the first grid's own people: its manager.
pub fn first_manager() -> Result<StaffId, IdError> {
    let first: GridCode = grid(1)?;
    manager(&first)
}

#[cfg(test)]
mod tests;
