//! A client of gpsd: watches JSON reports on a socket, reconnects with growing pauses.
//!
//! Fixes below mode 2 (no fix) are dropped; accuracy is the horizontal error that gpsd estimates.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use linli_model::Timestamp;
use serde::Deserialize;

use super::{Fix, PositionSource};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
const READ_TIMEOUT: Duration = Duration::from_secs(5);
/// gpsd sends a report a second; a line is far shorter than this.
const MAX_LINE_BYTES: usize = 64 * 1024;

/// Why a line from gpsd was not understood. The connection goes on.
#[derive(Debug, thiserror::Error)]
pub enum GpsdError {
    /// Not JSON, or a report without its class.
    #[error("not a gpsd report: {0}")]
    Report(#[from] serde_json::Error),
    /// A fix outside the earth's coordinates.
    #[error("longitude {lon}, latitude {lat} is not a place")]
    Range {
        /// As received.
        lon: f64,
        /// As received.
        lat: f64,
    },
}

/// A running client. Dropping it ends its thread.
#[derive(Debug)]
pub struct Gpsd {
    newest: Arc<Mutex<Option<Fix>>>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Gpsd {
    /// Begins to watch the daemon at `address`. A daemon that is not there yet is waited for.
    /// `now` is asked when a report carries no time.
    pub fn watch(address: SocketAddr, now: fn() -> Timestamp) -> std::io::Result<Self> {
        let newest = Arc::new(Mutex::new(None));
        let stopped = Arc::new(AtomicBool::new(false));
        let watcher = Watcher {
            address,
            now,
            newest: newest.clone(),
            stopped: stopped.clone(),
        };
        let thread = thread::Builder::new()
            .name("gpsd".into())
            .spawn(move || watcher.run())?;
        Ok(Self {
            newest,
            stopped,
            thread: Some(thread),
        })
    }
}

impl PositionSource for Gpsd {
    fn newest(&self) -> Option<Fix> {
        self.newest.lock().ok().and_then(|fix| *fix)
    }
}

impl Drop for Gpsd {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            drop(thread);
        }
    }
}

struct Watcher {
    address: SocketAddr,
    now: fn() -> Timestamp,
    newest: Arc<Mutex<Option<Fix>>>,
    stopped: Arc<AtomicBool>,
}

impl Watcher {
    fn run(&self) {
        let mut pause = FIRST_PAUSE;
        while !self.stopped.load(Ordering::Relaxed) {
            match self.follow() {
                Ok(()) => pause = FIRST_PAUSE,
                Err(error) => {
                    tracing::debug!(%error, "gpsd is not reachable");
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            thread::park_timeout(pause);
        }
    }

    fn follow(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect_timeout(&self.address, READ_TIMEOUT)?;
        stream.set_read_timeout(Some(READ_TIMEOUT))?;
        stream.write_all(b"?WATCH={\"enable\":true,\"json\":true}\n")?;
        let mut lines = BufReader::new(stream);
        let mut line = Vec::new();
        while !self.stopped.load(Ordering::Relaxed) {
            line.clear();
            let mut limited = std::io::Read::take(&mut lines, MAX_LINE_BYTES as u64);
            if limited.read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            match read_report(&line, self.now) {
                Ok(Some(fix)) => self.keep(fix),
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "a line from gpsd was skipped"),
            }
        }
        Ok(())
    }

    fn keep(&self, fix: Fix) {
        if let Ok(mut newest) = self.newest.lock() {
            *newest = Some(fix);
        }
    }
}

/// The fields of a time-position-velocity report that are used (gpsd's JSON protocol, class TPV).
#[derive(Debug, Deserialize)]
struct Report {
    class: String,
    #[serde(default)]
    mode: u8,
    lon: Option<f64>,
    lat: Option<f64>,
    eph: Option<f64>,
    epx: Option<f64>,
    epy: Option<f64>,
    time: Option<String>,
    /// How the fix was made; 8 means simulated.
    #[serde(default)]
    status: u8,
}

/// gpsd's status value for a simulated fix.
const STATUS_SIMULATED: u8 = 8;

fn read_report(line: &[u8], now: fn() -> Timestamp) -> Result<Option<Fix>, GpsdError> {
    let report: Report = serde_json::from_slice(line)?;
    let (true, Some(lon), Some(lat)) = (
        report.class == "TPV" && report.mode >= 2,
        report.lon,
        report.lat,
    ) else {
        return Ok(None);
    };
    if !(-180.0..=180.0).contains(&lon) || !(-90.0..=90.0).contains(&lat) {
        return Err(GpsdError::Range { lon, lat });
    }
    let own_at = now();
    let box_error = report.epx.zip(report.epy).map(|(x, y)| x.hypot(y));
    Ok(Some(Fix {
        lon,
        lat,
        accuracy: report.eph.or(box_error),
        at: report
            .time
            .as_deref()
            .and_then(parse_time)
            .unwrap_or(own_at),
        own_at,
        is_simulated: report.status == STATUS_SIMULATED,
    }))
}

fn parse_time(text: &str) -> Option<Timestamp> {
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(|time| Timestamp(time.as_millisecond()))
}

#[cfg(test)]
mod tests;
