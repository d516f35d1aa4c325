//! What a story leaves behind: time and bytes of every hop, the state and the receipts at the end.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

use super::Hop;
use crate::town::{Town, Traffic};

/// What moved over one line during a hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LineBytes {
    /// Toward the upper end.
    pub up: u64,
    /// From the upper end.
    pub down: u64,
}

/// A hop that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HopReport {
    /// Which.
    pub hop: Hop,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// Bytes on all lines together, TLS included.
    pub bytes: u64,
    /// Bytes by the server at the line's upper end; quiet lines are left out.
    pub lines: BTreeMap<String, LineBytes>,
}

/// Who has the case at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipts {
    /// The handheld that wrote it.
    pub device: String,
    /// The community.
    pub community: String,
    /// The street.
    pub street: String,
    /// The district.
    pub district: String,
}

/// A story that is over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoryReport {
    /// Its name: `ramp`.
    pub story: &'static str,
    /// The state of the case.
    pub state: String,
    /// Who has it.
    pub receipts: Receipts,
    /// The hops.
    pub hops: Vec<HopReport>,
    /// The case.
    #[serde(skip)]
    pub case: String,
    /// The case as the handheld sees it at the end.
    #[serde(skip)]
    pub on_device: Value,
    /// The folded case as the community's server sees it at the end.
    #[serde(skip)]
    pub at_community: Value,
    /// The folded case as the street's server sees it at the end.
    #[serde(skip)]
    pub at_street: Value,
}

impl StoryReport {
    /// The story on one line of JSON.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Receipts {
    /// Reads the rings that the handheld shows.
    pub(super) fn of(case: &Value) -> Self {
        let level = |name: &str| {
            let rings = case["receipts"].as_array().into_iter().flatten();
            let ring = rings.into_iter().find(|ring| ring["level"] == name);
            let state = ring
                .and_then(|ring| ring["state"].as_str())
                .unwrap_or("not yet");
            state.replace('_', " ")
        };
        Self {
            device: level("device"),
            community: level("community"),
            street: level("street"),
            district: level("district"),
        }
    }
}

/// Measures a hop.
pub(super) struct Meter {
    start: Instant,
    traffic: Vec<(String, Traffic)>,
}

impl Meter {
    pub(super) fn start(town: &Town) -> Self {
        Self {
            start: Instant::now(),
            traffic: readings(town),
        }
    }

    pub(super) fn stop(self, town: &Town, hop: Hop) -> HopReport {
        let mut lines = BTreeMap::new();
        let mut bytes = 0;
        for ((name, before), (_, now)) in self.traffic.into_iter().zip(readings(town)) {
            let moved = now.since(&before);
            bytes += moved.total();
            if moved.total() > 0 {
                let (up, down) = (moved.up, moved.down);
                lines.insert(name, LineBytes { up, down });
            }
        }
        HopReport {
            hop,
            ms: u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX),
            bytes,
            lines,
        }
    }
}

fn readings(town: &Town) -> Vec<(String, Traffic)> {
    let programs = town.programs().into_iter();
    programs
        .map(|program| (program.name().to_owned(), program.line.traffic()))
        .collect()
}
