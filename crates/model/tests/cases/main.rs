//! Tests of the case rules: the golden table, laws, and the model of docs/workflow.md (three levels of
//! servers with devices in memory, random stories with and without faults).
#![cfg(test)]

mod content;
mod district;
mod golden;
mod rng;
mod stories;
mod world;
