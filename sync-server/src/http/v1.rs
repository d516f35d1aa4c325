//! The handlers, by noun.

pub(super) mod cases;
pub(super) mod enrol;
pub(super) mod erased;
pub(super) mod events;
pub(super) mod exchange;
pub(super) mod files;
pub(super) mod health;
pub(super) mod pack;
pub(super) mod wake;
