//! What every ledger must do, as functions that any backend and any crate can call.
//!
//! [`run`] takes an empty ledger and goes through every method of [`Ledger`], [`Reader`](crate::Reader)
//! and [`Tx`](crate::Tx); a test of this crate checks that none is left out.

use crate::ledger::Ledger;
use crate::testing::{Check, World};

mod basics;
mod control;
mod delivery;
mod exchange;
mod feeds;
mod files;
mod forgetting;
mod gate;
mod packs;
mod refusals;

/// Runs all checks on an empty ledger. It is full of test data afterwards.
pub fn run(ledger: &mut Ledger) -> Check {
    let world = World::new()?;
    basics::check(ledger)?;
    control::check(ledger, &world)?;
    delivery::check(ledger)?;
    gate::check(ledger, &world)?;
    refusals::check(ledger, &world)?;
    feeds::check(ledger, &world)?;
    exchange::check(ledger)?;
    files::check(ledger)?;
    packs::check(ledger, &world)?;
    forgetting::check(ledger, &world)?;
    let found = ledger.integrity()?;
    crate::testing::ensure(found.is_sound(), &format!("the ledger is sound: {found:?}"))
}
