//! linli-device.

pub mod dto;
pub mod photo;
pub mod position;
