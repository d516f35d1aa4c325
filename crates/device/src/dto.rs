//! What the screens see: plain values that cross to TypeScript.
//!
//! Rules of this module:
//! - Codes, never sentences. The screens look texts up in their locale files; the only display text
//!   here are names from reference data (in both languages) and words that people typed.
//! - Times are Unix milliseconds, ids are text, so that nothing is rounded by a JavaScript number.
//! - A parameter whose key ends in `_at` is a time in milliseconds; every other number is a count
//!   or the unit that its key names (`minutes`, `metres`).
//!
//! The TypeScript side is generated into `ui/shared/src/gen`; a test of this module fails when the
//! two differ and says how to write it anew.

pub mod access;
pub mod building;
pub mod carry;
pub mod case;
pub mod case_detail;
pub mod change_set;
pub mod check;
pub mod clash;
pub mod code;
pub mod device;
pub mod diagnosis;
pub mod draft;
pub mod error;
pub mod first_sync;
pub mod forgotten;
pub mod household;
pub mod map;
pub mod message;
pub mod patrol;
pub mod place;
pub mod register;
pub mod report;
pub mod settings;
pub mod sync;
pub mod track;
pub mod voice;

#[cfg(test)]
mod tests;
