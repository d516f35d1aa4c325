//! Every cap of the protocol, each with its source.
//!
//! A peer that exceeds one of them is broken or hostile: what it sent is refused before it costs
//! memory. Sizes are bytes.

use linli_trust::batch;

/// Largest change: docs/sync.md, caps; docs/sync.md.
pub const CHANGE_BYTES: usize = batch::MAX_CHANGE_BYTES;
/// Largest changes of one batch together, after inflation: docs/sync.md.
pub const BATCH_BYTES: usize = batch::MAX_BODY_BYTES;
/// Most changes in a batch: docs/sync.md, the number that may be parked for one device.
pub const BATCH_ENTRIES: usize = batch::MAX_ENTRIES;
/// Largest signed batch header: its fields hold some 300 bytes; the rest is room for later fields.
pub const BATCH_HEADER_BYTES: usize = batch::MAX_HEADER_BYTES;
/// Where a page is closed: docs/sync.md. A page is one transaction of the receiver.
pub const PAGE_BYTES: usize = 256 * KIB;
/// Largest page frame. A page holds at least one group of changes that must not be torn apart
/// (docs/workflow.md), and the largest group is a change of [`CHANGE_BYTES`] with what answers it.
pub const PAGE_FRAME_BYTES: usize = 2 * PAGE_BYTES;
/// Most batches in one page or offer.
pub const PAGE_PARCELS: usize = 1_000;
/// Most turns from one batch to another in one page or offer: what fits into its bytes.
pub const STRETCH_RUNS: usize = 10_000;
/// Largest offer frame: one batch, its signature, and up to 90 bytes of ids for each entry.
pub const OFFER_FRAME_BYTES: usize = BATCH_BYTES + 128 * KIB;
/// Most batches offered in one request: bounds what both ends keep to check the acks.
pub const OFFERED_BATCHES: usize = 1_000;
/// Largest part of a control item in one frame; larger items travel in parts.
pub const CONTROL_PART_BYTES: usize = 128 * KIB;
/// Largest frame of a control item.
pub const CONTROL_FRAME_BYTES: usize = CONTROL_PART_BYTES + KIB;
/// Largest control item, put together. The largest is an edition: organisations, staff and the
/// borders of a district's grids as `GeoJSON`, 1-2 MiB for a district of 600 grids. The cap is trust's on
/// an edition, and its signature.
pub const CONTROL_ITEM_BYTES: usize = 8 * MIB + KIB;
/// Largest item for one device: trust's cap on a wipe order, and its signature.
pub const PERSONAL_BYTES: usize = 16 * KIB;
/// Largest frame of any other kind, known or skippable.
pub const SMALL_FRAME_BYTES: usize = 192 * KIB;
/// Most scopes that one exchange asks for: a device of a few grids asks for three each.
pub const WANTS: usize = 256;
/// Most records that one exchange asks to have sent again.
pub const FETCH_RECORDS: usize = 256;
/// Most photos that one answer asks for.
pub const BLOBS_WANTED: usize = 1_000;
/// Most missing dependencies in one outcome: docs/sync.md caps the dependencies of a change at 64.
pub const NEEDED_HASHES: usize = 64;
/// Most documents of one digest bucket in one answer.
pub const BUCKET_RECORDS: usize = 2_000;
/// Most heads of one document: docs/sync.md, caps on dependencies.
pub const RECORD_HEADS: usize = 64;
/// Longest scope name: the longest family, a slash and a code of 32 characters.
pub const SCOPE_TEXT: usize = 48;
/// Longest name and version of a program.
pub const APP_TEXT: usize = 64;
/// Most parameters of an error, and the longest text of one.
pub const ERROR_PARAMS: usize = 8;
/// Longest name or value of an error's parameter.
pub const ERROR_TEXT: usize = 128;

/// Largest request or response on the wire, compressed. Half of the inflated cap: signed bodies
/// hold hashes and signatures, which do not compress, but never only those.
pub const WIRE_BYTES: u64 = 8 * MIB as u64;
/// Largest inflated request: what a phone may offer at once after weeks without a line.
pub const REQUEST_BYTES: u64 = 16 * MIB as u64;
/// Largest inflated response, whatever a client asks for.
pub const RESPONSE_BYTES: u64 = 16 * MIB as u64;
/// Smallest `max_bytes` that a client may ask for: one page and what comes before it.
pub const LEAST_RESPONSE_BYTES: u32 = 64 * 1024;
/// What a client asks for unless it has a reason: about 256 KiB on the wire (docs/sync.md, bar of
/// one request per 256 KiB).
pub const USUAL_RESPONSE_BYTES: u32 = 1024 * 1024;

/// Where a frame of a pack is closed, before compression: one transaction of the receiver. It
/// leaves some 100 KB on the wire, well below the 256 KiB of docs/sync.md; half of it costs 5 % of
/// the pack, twice of it gains 4 % (`tests/pack_size.rs`).
pub const PACK_GROUP_BYTES: usize = 512 * KIB;
/// Largest frame of a pack before compression: one document that is larger than a frame should be.
pub const PACK_FRAME_BYTES: usize = 4 * MIB;
/// Most records in one pack frame.
pub const PACK_FRAME_RECORDS: usize = 4_096;
/// Most frames of a pack: 4 GiB of documents.
pub const PACK_FRAMES: usize = 16_384;
/// Largest header of a pack: 50 bytes for each frame.
pub const PACK_HEADER_BYTES: usize = MIB;
/// The window of a pack's frames as a power of two: 4 MiB, the largest frame.
pub const PACK_WINDOW_LOG: u32 = 22;
/// Largest heartbeat, encoded: docs/sync.md, the manifest is below 1 KB.
pub const HEARTBEAT_BYTES: usize = 1_000;
/// Longest line of a wake stream.
pub const WAKE_LINE_BYTES: usize = 512;

/// The window of every zstd stream as a power of two: 256 KiB, one page. It bounds the memory of
/// both ends (the largest offer and its stream stay below 2 MiB); a stream that declares a larger
/// window is refused.
pub const WINDOW_LOG: u32 = 18;
/// Compression level of the wire: docs/sync.md, higher levels and dictionaries gain 5-13 %.
pub const WIRE_LEVEL: i32 = 3;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
