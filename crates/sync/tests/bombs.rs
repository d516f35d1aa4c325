//! What a hostile peer can make this crate hold. One program, so that nothing else allocates.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::too_many_lines,
    clippy::match_same_arms,
    clippy::trivially_copy_pass_by_ref,
    clippy::doc_markdown,
    clippy::print_stdout,
    clippy::single_match_else,
    clippy::single_match,
    clippy::unused_self,
    clippy::unnecessary_wraps,
    clippy::wildcard_enum_match_arm,
    clippy::needless_pass_by_value,
    clippy::similar_names,
    clippy::cast_lossless,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    unreachable_pub,
    missing_docs,
    reason = "tests may fail by panicking, print their figures and be as long as their story"
)]
use std::io::Write as _;

use linli_sync::SyncError;
use linli_sync::codec::{Caps, FrameReader};
use linli_sync::limits;
use linli_sync::server::RequestReader;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MIB: usize = 1024 * 1024;

/// How much more was in use at the worst moment of some work than before it.
fn growth<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = work();
    (result, MEMORY.peak_usage().saturating_sub(before))
}

/// About `total` bytes of `pattern` again and again, compressed.
fn bomb(pattern: &[u8], total: usize) -> Vec<u8> {
    let mut deflate = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    deflate.window_log(limits::WINDOW_LOG).unwrap();
    let block = pattern.repeat(MIB / pattern.len() + 1);
    for _ in 0..total / block.len() {
        deflate.write_all(&block).unwrap();
    }
    deflate.finish().unwrap()
}

fn read(wire: &[u8]) -> Result<u64, SyncError> {
    let mut reader = FrameReader::new(Caps::request())?;
    let mut frames = 0;
    for mut piece in wire.chunks(16 * 1024) {
        while reader.next(&mut piece)?.is_some() {
            frames += 1;
        }
    }
    reader.finish()?;
    Ok(frames)
}

/// One test alone: the allocator counts for the whole program.
#[test]
fn a_stream_of_a_gigabyte_is_refused_without_growing() {
    let offer_head = {
        let size = u32::try_from(limits::OFFER_FRAME_BYTES).unwrap();
        [&[2u8][..], &size.to_be_bytes()].concat()
    };
    let large_offers = [offer_head, vec![0; limits::OFFER_FRAME_BYTES]].concat();
    let cases: [(&str, Vec<u8>); 4] = [
        (
            "zeros: empty frames of an unknown kind",
            bomb(&[0], 1024 * MIB),
        ),
        (
            "skippable frames of nothing",
            bomb(&[200, 0, 0, 0, 0], 1024 * MIB),
        ),
        (
            "skippable frames of a kilobyte",
            bomb(&[&[200, 0, 0, 4, 0][..], &[7; 1024]].concat(), 1024 * MIB),
        ),
        ("offers as large as may be", bomb(&large_offers, 1024 * MIB)),
    ];
    for (what, wire) in &cases {
        assert!(wire.len() < MIB, "{what}: {} bytes", wire.len());
        let (result, grown) = growth(|| read(wire));
        assert!(
            matches!(result, Err(SyncError::TooLarge { .. })),
            "{what}: {result:?}"
        );
        println!("{what}: {grown} bytes");
        // An offer is held whole, as it must be: its own size comes on top.
        let own = if what.starts_with("offers") {
            limits::OFFER_FRAME_BYTES
        } else {
            0
        };
        assert!(grown < 2 * MIB - MIB / 2 + own, "{what}: grew by {grown}");

        let (result, grown) = growth(|| {
            let mut reader = RequestReader::new()?;
            let mut piece = wire.as_slice();
            while reader.next(&mut piece)?.is_some() {}
            reader.finish().map(drop)
        });
        assert!(result.is_err(), "{what}");
        assert!(grown < 2 * MIB, "{what}: the session grew by {grown}");
    }

    // A window larger than ours is refused before it is allocated.
    let mut deflate = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    deflate.window_log(27).unwrap();
    deflate.write_all(&vec![1; 4 * MIB]).unwrap();
    let wide = deflate.finish().unwrap();
    let (result, grown) = growth(|| read(&wide));
    assert!(matches!(result, Err(SyncError::Stream(_))));
    assert!(grown < MIB, "grew by {grown}");
}
