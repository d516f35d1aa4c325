use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::*;
use crate::SyncError;
use crate::limits;

fn body(frames: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut writer = FrameWriter::new().unwrap();
    for (kind, bytes) in frames {
        writer.push(*kind, bytes).unwrap();
    }
    writer.finish().unwrap()
}

fn read_all(wire: &[u8], step: usize) -> Result<Vec<(u8, Vec<u8>)>, SyncError> {
    let mut reader = FrameReader::new(Caps::request())?;
    let mut frames = Vec::new();
    for mut piece in wire.chunks(step.max(1)) {
        while let Some(frame) = reader.next(&mut piece)? {
            frames.push((frame.kind, frame.body));
        }
        assert!(piece.is_empty(), "a reader that asks for more left bytes");
    }
    reader.finish()?;
    Ok(frames)
}

/// Frames of the repository's own making, compressed without a writer's checks.
fn raw_body(plain: &[u8]) -> Vec<u8> {
    use zstd::stream::raw::{CParameter, Encoder, InBuffer, Operation, OutBuffer};
    let mut deflate = Encoder::new(3).unwrap();
    deflate
        .set_parameter(CParameter::WindowLog(limits::WINDOW_LOG))
        .unwrap();
    let mut out = vec![0u8; plain.len() + 4096];
    let mut written = OutBuffer::around(out.as_mut_slice());
    let mut input = InBuffer::around(plain);
    while input.pos() < plain.len() {
        deflate.run(&mut input, &mut written).unwrap();
    }
    while deflate.finish(&mut written, true).unwrap() > 0 {}
    let length = written.pos();
    out.truncate(length);
    out
}

proptest! {
    #[test]
    fn frames_survive_any_cut(
        frames in prop::collection::vec((1u8..=255, prop::collection::vec(any::<u8>(), 0..3000)), 0..12),
        step in 1usize..4000,
    ) {
        let wire = body(&frames);
        prop_assert_eq!(read_all(&wire, step).unwrap(), frames.clone());
        if frames.iter().any(|(_, bytes)| !bytes.is_empty()) {
            prop_assert_eq!(read_all(&wire[..wire.len() - 1], step), Err(SyncError::Cut));
        }
    }

    #[test]
    fn shape_check_agrees_with_a_decoder_that_may_keep_a_stack(
        bytes in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        if check_shape(&bytes).is_ok() {
            let mut decoder = minicbor::Decoder::new(&bytes);
            prop_assert!(decoder.skip().is_ok());
            prop_assert_eq!(decoder.position(), bytes.len());
        }
    }
}

#[test]
fn a_text_that_is_not_utf_8_has_no_shape() {
    let list_of_a_text = |content: &[u8]| {
        let mut bytes = vec![0x81, 0x60 | u8::try_from(content.len()).unwrap()];
        bytes.extend_from_slice(content);
        bytes
    };
    assert_eq!(check_shape(&list_of_a_text("坡道".as_bytes())), Ok(()));
    let broken = list_of_a_text(&[0x80, 0]);
    assert_eq!(check_shape(&broken), Err("a text that is not UTF-8"));
}

#[test]
fn a_frame_can_be_had_as_soon_as_it_is_flushed() {
    let mut writer = FrameWriter::new().unwrap();
    let mut reader = FrameReader::new(Caps::request()).unwrap();
    for round in 0..5u8 {
        let page = vec![round; 10_000];
        writer.push(19, &page).unwrap();
        writer.flush().unwrap();
        let sent = writer.take();
        let mut piece = sent.as_slice();
        let frame = reader.next(&mut piece).unwrap().unwrap();
        assert_eq!((frame.kind, frame.body), (19, page));
        assert_eq!(reader.next(&mut piece), Ok(None));
    }
    let rest = writer.finish().unwrap();
    assert_eq!(reader.next(&mut rest.as_slice()), Ok(None));
    assert_eq!(reader.finish(), Ok(()));
}

#[test]
fn frames_over_their_cap_are_refused_on_both_sides() {
    let cap = limits::SMALL_FRAME_BYTES;
    let mut writer = FrameWriter::new().unwrap();
    let refused = writer.push(1, &vec![0; cap + 1]);
    assert!(matches!(
        refused,
        Err(SyncError::TooLarge { what: "frame", .. })
    ));

    // The header alone is enough: not a byte of the content was sent.
    let length = u32::try_from(cap + 1).unwrap().to_be_bytes();
    let wire = raw_body(&[&[1u8][..], &length].concat());
    let refused = read_all(&wire, 1);
    assert!(matches!(
        refused,
        Err(SyncError::TooLarge { what: "frame", .. })
    ));
}

#[test]
fn a_body_over_its_cap_is_refused_however_small_its_frames_are() {
    let plain = [200u8, 0, 0, 0, 3, 1, 2, 3].repeat(3 * 1024 * 1024);
    let wire = raw_body(&plain);
    assert!(wire.len() < 64 * 1024);
    let refused = read_all(&wire, 4096);
    assert!(matches!(
        refused,
        Err(SyncError::TooLarge { what: "body", .. })
    ));
}

#[test]
fn bytes_after_the_end_and_larger_windows_are_refused() {
    let frames = [(3u8, vec![0x81, 0xf4])];
    let mut wire = body(&frames);
    wire.push(0);
    assert!(matches!(read_all(&wire, 7), Err(SyncError::Stream(_))));
    // Two bodies in one are refused as well.
    let twice = [body(&frames), body(&frames)].concat();
    assert!(matches!(read_all(&twice, 7), Err(SyncError::Stream(_))));

    let mut larger = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    larger.window_log(limits::WINDOW_LOG + 1).unwrap();
    std::io::Write::write_all(&mut larger, &vec![7u8; 100_000]).unwrap();
    let wire = larger.finish().unwrap();
    assert!(matches!(read_all(&wire, 7), Err(SyncError::Stream(_))));
}

#[test]
fn an_error_is_final() {
    let mut reader = FrameReader::new(Caps::request()).unwrap();
    let first = reader.next(&mut &[0xffu8; 64][..]).unwrap_err();
    let wire = body(&[(3, vec![0x81, 0xf4])]);
    assert_eq!(reader.next(&mut wire.as_slice()), Err(first.clone()));
    assert_eq!(reader.finish(), Err(first));
}

#[test]
fn damaged_streams_never_panic() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let frames = (0..20u8)
        .map(|n| {
            (
                n,
                (0..200u32)
                    .map(|i| (i * u32::from(n)).to_le_bytes()[0])
                    .collect(),
            )
        })
        .collect::<Vec<_>>();
    let wire = body(&frames);
    for _ in 0..2_000 * crate::soak() {
        let mut bent = wire.clone();
        for _ in 0..=rng.next_u32() % 3 {
            let at = rng.next_u32() as usize % bent.len();
            bent[at] ^= 1 << (rng.next_u32() % 8);
        }
        bent.truncate(1 + rng.next_u32() as usize % (2 * bent.len()));
        let _ = read_all(&bent, 1 + rng.next_u32() as usize % 600);
    }
}

#[test]
fn shapes_outside_the_protocol_are_refused() {
    let deep = |depth: usize| [vec![0x81; depth], vec![0]].concat();
    assert_eq!(check_shape(&deep(8)), Ok(()));
    let cases: [(&[u8], &str); 12] = [
        (&deep(9), "nested too deep"),
        (&[], "not a list"),
        (&[0], "not a list"),
        (&[0xa0], "not a list"),
        (&[0x81], "a list longer than the frame"),
        (&[0x82, 0], "a list longer than the frame"),
        (&[0x80, 0], "bytes after the end"),
        (&[0x9f, 0xff], "an open length"),
        (&[0x81, 0x5f], "an open length"),
        (&[0x81, 0xc0, 0], "a type that the protocol does not use"),
        (
            &[0x81, 0xfa, 0, 0, 0, 0],
            "a type that the protocol does not use",
        ),
        (
            &[0x81, 0x5b, 255, 255, 255, 255, 255, 255, 255, 255],
            "a length beyond the end",
        ),
    ];
    for (bytes, reason) in cases {
        assert_eq!(check_shape(bytes), Err(reason), "{bytes:02x?}");
    }
    assert_eq!(check_shape(&[0x80]), Ok(()));
    assert_eq!(check_shape(&[0x83, 0xf4, 0xf5, 0xf6]), Ok(()));
}
