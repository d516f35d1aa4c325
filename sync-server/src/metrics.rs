//! Counters for `/metrics`, in Prometheus text. Labels hold routes, statuses and codes: nothing
//! that names a person, a device or a case.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::door::{Committed, EngineStatus};

/// A number that goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// Adds.
    pub fn add(&self, by: usize) {
        self.0
            .fetch_add(u64::try_from(by).unwrap_or(0), Ordering::Relaxed);
    }

    /// Takes away, never below zero.
    pub fn sub(&self, by: usize) {
        let by = u64::try_from(by).unwrap_or(0);
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| {
                Some(now.saturating_sub(by))
            });
    }

    /// The number now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Upper ends of the buckets of group sizes.
const SIZES: [u64; 8] = [1, 2, 4, 8, 16, 32, 64, 128];
/// Upper ends of the buckets of commit times, milliseconds.
const TIMES_MS: [u64; 9] = [1, 2, 5, 10, 20, 50, 100, 500, 2_000];

/// Everything that is counted since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Requests waiting for the writer.
    pub queue: Gauge,
    /// Open connections.
    pub connections: Gauge,
    /// Open wake streams.
    pub wakes: Gauge,
    /// Bytes of request bodies.
    pub bytes_in: Gauge,
    /// Bytes of response bodies of exchanges, packs and photos.
    pub bytes_out: Gauge,
    /// Changes stored for the first time.
    pub changes: Gauge,
    /// Photos completed.
    pub photos: Gauge,
    /// Commits.
    pub commits: Gauge,
    requests: Mutex<BTreeMap<(String, u16), u64>>,
    refusals: Mutex<BTreeMap<String, u64>>,
    sizes: Mutex<Histogram<8>>,
    times: Mutex<Histogram<9>>,
}

#[derive(Debug)]
struct Histogram<const N: usize> {
    buckets: [u64; N],
    count: u64,
    sum: u64,
}

impl<const N: usize> Default for Histogram<N> {
    fn default() -> Self {
        Self {
            buckets: [0; N],
            count: 0,
            sum: 0,
        }
    }
}

impl<const N: usize> Histogram<N> {
    fn take(&mut self, ends: &[u64; N], value: u64) {
        for (bucket, end) in self.buckets.iter_mut().zip(ends) {
            *bucket += u64::from(value <= *end);
        }
        self.count += 1;
        self.sum = self.sum.saturating_add(value);
    }

    fn write(&self, out: &mut String, name: &str, help: &str, ends: &[u64; N]) {
        head(out, name, "histogram", help);
        for (bucket, end) in self.buckets.iter().zip(ends) {
            let _ = writeln!(out, "{name}_bucket{{le=\"{end}\"}} {bucket}");
        }
        let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {}", self.count);
        let _ = writeln!(out, "{name}_sum {}\n{name}_count {}", self.sum, self.count);
    }
}

impl Metrics {
    /// A request was answered. `route` is the pattern of the path, never the path itself.
    pub fn request(&self, route: &str, status: u16) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route.to_owned(), status)).or_default() += 1;
    }

    /// Something was refused with this code.
    pub fn refused(&self, code: &str) {
        self.refused_many(code, 1);
    }

    /// A group was run: how many requests, and how long it took with its commit.
    pub fn group(&self, requests: usize, took: Duration) {
        self.commits.add(1);
        let size = u64::try_from(requests).unwrap_or(u64::MAX);
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let mut sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        sizes.take(&SIZES, size);
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.take(&TIMES_MS, ms);
    }

    /// A group was committed.
    pub fn committed(&self, committed: &Committed) {
        self.changes
            .add(usize::try_from(committed.changes).unwrap_or(0));
        for (code, count) in &committed.refusals {
            self.refused_many(code, *count);
        }
    }

    fn refused_many(&self, code: &str, count: u64) {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        // Codes are constants of the program; the cap only guards against a mistake.
        if refusals.len() < 256 || refusals.contains_key(code) {
            *refusals.entry(code.to_owned()).or_default() += count;
        }
    }

    /// The page. `status` is absent while the engine cannot answer.
    pub fn page(&self, status: Option<&EngineStatus>) -> String {
        let mut out = String::new();
        self.labelled(&mut out);
        self.plain(&mut out);
        let sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        sizes.write(
            &mut out,
            "linli_group_size",
            "Requests in one commit.",
            &SIZES,
        );
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.write(
            &mut out,
            "linli_group_ms",
            "Milliseconds of one group.",
            &TIMES_MS,
        );
        if let Some(status) = status {
            engine(&mut out, status);
        }
        out
    }

    fn labelled(&self, out: &mut String) {
        let name = "linli_requests_total";
        head(out, name, "counter", "Requests by route and status.");
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for ((route, status), count) in &*requests {
            let _ = writeln!(
                out,
                "{name}{{route=\"{route}\",status=\"{status}\"}} {count}"
            );
        }
        let name = "linli_refusals_total";
        head(
            out,
            name,
            "counter",
            "Refused requests and changes by code.",
        );
        let refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        for (code, count) in &*refusals {
            let _ = writeln!(out, "{name}{{code=\"{code}\"}} {count}");
        }
    }

    fn plain(&self, out: &mut String) {
        let counters: [(&str, &Gauge, &str); 5] = [
            (
                "linli_bytes_in_total",
                &self.bytes_in,
                "Bytes of request bodies.",
            ),
            (
                "linli_bytes_out_total",
                &self.bytes_out,
                "Bytes of response bodies.",
            ),
            (
                "linli_changes_total",
                &self.changes,
                "Changes stored for the first time.",
            ),
            ("linli_photos_total", &self.photos, "Photos completed."),
            (
                "linli_commits_total",
                &self.commits,
                "Commits to the database.",
            ),
        ];
        let gauges: [(&str, &Gauge, &str); 3] = [
            (
                "linli_queue",
                &self.queue,
                "Requests that wait for the writer.",
            ),
            ("linli_connections", &self.connections, "Open connections."),
            ("linli_wake_streams", &self.wakes, "Open wake streams."),
        ];
        let kinds = [("counter", &counters[..]), ("gauge", &gauges[..])];
        for (kind, rows) in kinds {
            for (name, gauge, help) in rows {
                head(out, name, kind, help);
                let _ = writeln!(out, "{name} {}", gauge.get());
            }
        }
    }
}

fn engine(out: &mut String, status: &EngineStatus) {
    let lag: u64 = status.lag.iter().map(|(_, count)| *count).sum();
    let worst = status
        .lag
        .iter()
        .map(|(_, count)| *count)
        .max()
        .unwrap_or(0);
    let rows: [(&str, u64, &str); 8] = [
        (
            "linli_stored_changes",
            status.changes,
            "Changes in the ledger.",
        ),
        (
            "linli_quarantined_changes",
            status.quarantined,
            "Changes in quarantine.",
        ),
        (
            "linli_parked_changes",
            status.parked,
            "Changes that wait for others.",
        ),
        (
            "linli_photos_missing",
            status.blobs_wanted,
            "Photos that a change names and that are not here.",
        ),
        (
            "linli_peers",
            status.peers,
            "Devices and servers with a certificate.",
        ),
        (
            "linli_feed_lag",
            lag,
            "Feed entries that peers have not taken, the 50 slowest peers.",
        ),
        (
            "linli_feed_lag_worst",
            worst,
            "Feed entries that the slowest peer has not taken.",
        ),
        (
            "linli_ready",
            u64::from(status.not_ready.is_empty()),
            "1 when the server works normally.",
        ),
    ];
    for (name, value, help) in rows {
        head(out, name, "gauge", help);
        let _ = writeln!(out, "{name} {value}");
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_counts_what_happened() {
        let metrics = Metrics::default();
        metrics.request("exchange", 200);
        metrics.request("exchange", 200);
        metrics.request("exchange", 401);
        metrics.refused("CLOCK_SKEW");
        metrics.group(3, Duration::from_millis(4));
        metrics.queue.add(2);
        metrics.queue.sub(5);
        let page = metrics.page(None);
        for line in [
            "linli_requests_total{route=\"exchange\",status=\"200\"} 2",
            "linli_refusals_total{code=\"CLOCK_SKEW\"} 1",
            "linli_group_size_bucket{le=\"2\"} 0",
            "linli_group_size_bucket{le=\"4\"} 1",
            "linli_group_ms_sum 4",
            "linli_queue 0",
        ] {
            assert!(page.lines().any(|l| l == line), "{line} is not in\n{page}");
        }
    }
}
