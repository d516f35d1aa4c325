//! The real program in a process of its own: real TLS, real disk, real signals.

#[path = "server/device.rs"]
mod device;
#[path = "server/operators.rs"]
mod operators;
#[path = "server/photos.rs"]
mod photos;
#[path = "server/program.rs"]
mod program;
#[path = "server/restore.rs"]
mod restore;
#[path = "server/town.rs"]
mod town;
