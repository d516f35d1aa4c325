//! Time and memory.

use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;

/// Bytes of a mebibyte.
pub(crate) const MIB: f64 = 1024.0 * 1024.0;

/// Bytes in use now. 0 in a program that does not count them.
pub(crate) fn in_use() -> usize {
    PeakAlloc.current_usage()
}

/// The result of some work, and how much more was in use at its worst moment than before it.
pub(crate) fn growth<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = PeakAlloc.current_usage();
    PeakAlloc.reset_peak_usage();
    let result = work();
    (result, PeakAlloc.peak_usage().saturating_sub(before))
}

/// The result of some work and the time it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// The time that this thread has worked on something: what else runs on the machine is left out.
pub(crate) fn worked(work: impl FnOnce()) -> Duration {
    let now = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let start = now();
    work();
    now().saturating_sub(start)
}

/// Microseconds.
pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The value below which so many percent of the samples lie.
pub(crate) fn percentile(samples: &mut [f64], percent: usize) -> f64 {
    samples.sort_by(f64::total_cmp);
    let at = (samples.len() * percent / 100).min(samples.len().saturating_sub(1));
    samples.get(at).copied().unwrap_or(f64::NAN)
}

/// The middle of the samples.
pub(crate) fn median(samples: &mut [f64]) -> f64 {
    percentile(samples, 50)
}
