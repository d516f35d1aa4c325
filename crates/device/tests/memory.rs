//! What a device holds in memory: no document while it is idle, and a bounded amount while it syncs,
//! whatever the grid's size. One test alone in this program, so that nothing else allocates while it
//! measures. SQLite's own cache is not counted.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    clippy::print_stderr,
    unreachable_pub,
    missing_docs,
    dead_code,
    reason = "a test stops at what it did not expect, and shares its helpers with others"
)]

#[path = "handheld/line.rs"]
mod line;
#[path = "handheld/station.rs"]
mod station;
#[path = "handheld/world.rs"]
mod world;

use linli_device::dto::report::{NoPhotoReason, ReportInput};
use peak_alloc::PeakAlloc;

use station::Station;
use world::{ASSISTANT, Handheld, fence};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Cases of the grid. A loaded document takes some 15 KiB of heap, so all of them together take more
/// than either bar.
const CASES: usize = 600;
/// Heap that a sync may take beside SQLite's cache, in bytes (the station's answer is in it too).
const SYNC: usize = 8 * 1024 * 1024;
/// Heap that may stay in use after it: buffers of connections and statements.
const IDLE: usize = 1024 * 1024;

#[tokio::test]
async fn a_device_holds_no_document_when_it_is_idle_and_few_while_it_syncs() {
    let station = Station::new();
    let writer = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    for number in 0..CASES {
        let report = ReportInput {
            note: Some(format!("{number} 围挡倒了一段，行人绕行")),
            voice: None,
            no_photo_reason: Some(NoPhotoReason::CannotSee),
            ..fence()
        };
        writer.device.report(&report).unwrap();
    }
    writer.device.sync_once().await.unwrap();

    for is_pack in [true, false] {
        // A pack that nobody has signed is refused, and the feed brings everything.
        *station.packs_by_stranger.lock().unwrap() = !is_pack;
        let reader = Handheld::bound(&station, 2 + u8::from(is_pack), &[ASSISTANT]).await;
        // What statements and caches take once is not counted.
        reader.device.inspect(true).unwrap();
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        reader.device.sync_once().await.unwrap();
        let most = MEMORY.peak_usage().saturating_sub(before);
        let idle = MEMORY.current_usage().saturating_sub(before);
        eprintln!("pack {is_pack}: at most {most} bytes, {idle} when idle");
        let grid = reader.device.inspect(true).unwrap().grids.remove(0);
        assert_eq!(grid.cases as usize, CASES);
        assert!(most < SYNC, "{most} bytes while it synced, pack: {is_pack}");
        assert!(idle < IDLE, "{idle} bytes stay in use, pack: {is_pack}");
    }
}
