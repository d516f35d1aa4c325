//! The handheld's engine, without a window: encrypted files, commands, queries, photos, position and
//! the driver that syncs.
//!
//! * [`Device`] is what a shell holds: the door (bind, unlock, lock), commands and queries as
//!   [`dto`] values, and [`Device::run`], which talks to the server while the program lives.
//! * [`Engine`] is one grid's work without network, runtime or window: the simulator runs this one.
//! * [`net`] is the line to the server behind one trait.
//!
//! A save never waits for a network: it is one transaction on this device, answered from there.

mod binding;
pub mod carry;
pub mod code_picture;
mod device;
pub mod dto;
mod engine;
pub mod env;
mod error;
mod face;
mod files;
pub mod net;
pub mod photo;
pub mod position;
pub mod track;
mod vault;
pub mod voice;

pub use device::{APP, BindingStep, Device, GridInspection, Inspection, Parts, PhotoSize, SyncRun};
pub use engine::{
    By, Counts, Engine, EnginePlan, Exchange, Looking, PackInstall, PackWanted, PhotoToSend,
    Refused, Saved, SyncView, Synced, finishing,
};
pub use env::{Clock, Random, SystemClock, SystemRandom};
pub use error::{DeviceError, Result};
pub use face::Face;
pub use vault::SECRET_LENGTH;
