//! Headless handhelds and the world that they work in: for demos, scripts, load and measurements.
//!
//! Talks to real server processes only; it holds no server code. The program `linli-fleet` is one
//! handheld on a command line: [`cli`].

pub mod cli;
pub mod demo;
pub mod stage;
pub mod story;
pub mod town;
pub mod world;
