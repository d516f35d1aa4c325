//! Tests of the case rules: the golden table, laws, and the model of cases.md §11 (three levels of
//! servers with devices in memory, random stories with and without faults).
#![cfg(test)]

mod content;
mod district;
mod golden;
mod rng;
mod stories;
mod world;
