#![allow(clippy::cast_possible_truncation, reason = "bytes of a test may wrap")]
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::*;

/// Mode 9: wideband speech, 20 ms, mono, one frame.
const SPEECH: u8 = 9 << 3;

fn packets(count: usize, first: u8) -> Vec<Vec<u8>> {
    (0..count).map(|at| vec![first, at as u8, 7, 7]).collect()
}

/// A file of so many seconds.
fn file(seconds: u64) -> Vec<u8> {
    let samples = seconds * u64::from(RATE);
    let count = usize::try_from(packets_for(samples)).unwrap();
    write(&packets(count, SPEECH), samples).unwrap()
}

#[test]
fn a_file_that_was_written_here_is_one() {
    for seconds in [1, 2, 59, 60] {
        let length = check(&file(seconds)).unwrap();
        assert_eq!(u64::from(length), seconds * 1_000);
    }
}

#[test]
fn what_is_too_long_too_large_or_silent_is_refused() {
    assert!(matches!(check(&file(61)), Err(NotAVoice::Length(61_000))));
    let nothing = write(&packets(1, SPEECH), 0).unwrap();
    assert!(matches!(check(&nothing), Err(NotAVoice::Length(0))));
    let many = vec![0; usize::try_from(VOICE_BYTES).unwrap() + 1];
    assert!(matches!(check(&many), Err(NotAVoice::TooLarge(_))));
}

#[test]
fn rubbish_is_refused() {
    for rubbish in [&b""[..], b"OggS", b"no sound at all", &file(2)[..60]] {
        assert!(check(rubbish).is_err(), "{rubbish:?}");
    }
}

#[test]
fn stereo_other_frames_and_long_packets_are_refused() {
    for first in [SPEECH | 4, SPEECH | 1, SPEECH | 3, 8 << 3, 10 << 3, 16 << 3] {
        let other = write(&packets(51, first), u64::from(RATE)).unwrap();
        assert_eq!(check(&other), Err(NotAVoice::OtherSound), "{first:08b}");
    }
    let mut long = packets(51, SPEECH);
    long[3].resize(PACKET_BYTES + 1, 1);
    let long = write(&long, u64::from(RATE)).unwrap();
    assert_eq!(check(&long), Err(NotAVoice::OtherSound));
}

#[test]
fn nothing_stands_beside_the_sound() {
    let whole = file(2);
    let mut after = whole.clone();
    after.extend(b"a hidden word");
    assert!(check(&after).is_err());
    let second = [whole.clone(), file(1)].concat();
    assert!(check(&second).is_err());
    // A comment where players look for the title.
    let mut out = PacketWriter::new(Cursor::new(Vec::new()));
    let mut tags = b"OpusTags\x05\0\0\0linli\x01\0\0\0\x08\0\0\0".to_vec();
    tags.extend(b"TITLE=zh");
    let page = PacketWriteEndInfo::EndPage;
    out.write_packet(head(), SERIAL, page, 0).unwrap();
    out.write_packet(tags, SERIAL, page, 0).unwrap();
    for packet in packets(50, SPEECH) {
        out.write_packet(packet, SERIAL, PacketWriteEndInfo::NormalPacket, 0)
            .unwrap();
    }
    let end = (u64::from(RATE) + u64::from(LOOKAHEAD)) * TICKS;
    let last = PacketWriteEndInfo::EndStream;
    out.write_packet(vec![SPEECH, 1], SERIAL, last, end)
        .unwrap();
    let tagged = out.into_inner().into_inner();
    assert_eq!(check(&tagged), Err(NotAVoice::Extra));
    // More packets than the length says.
    let more = write(&packets(80, SPEECH), u64::from(RATE)).unwrap();
    assert_eq!(check(&more), Err(NotAVoice::Extra));
}

#[test]
fn no_changed_byte_goes_unseen() {
    let whole = file(3);
    let mut dice = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..2_000 * crate::soak() {
        let mut changed = whole.clone();
        let at = dice.next_u32() as usize % changed.len();
        changed[at] ^= 1 + (dice.next_u32() % 255) as u8;
        assert!(check(&changed).is_err(), "byte {at}");
        let cut = dice.next_u32() as usize % whole.len();
        assert!(check(&whole[..cut]).is_err(), "cut at {cut}");
    }
}
