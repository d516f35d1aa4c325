#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "samples of a test may be cut"
)]
use linli_sync::voice::check;
use ropus::{DecodeMode, Decoder};

use super::*;

/// Something like a voice: a tone that wanders, in syllables.
fn speech(ms: u32) -> Vec<u8> {
    let count = ms * RATE / 1_000;
    let sample = |at: u32| {
        let t = f64::from(at) / f64::from(RATE);
        let tone = (t * 900.0 + 30.0 * (t * 5.0).sin()).sin() + (t * 2_700.0).sin() * 0.3;
        let loud = 6_000.0 * (0.5 + 0.5 * (t * 20.0).sin());
        (tone * loud) as i16
    };
    (0..count).flat_map(|at| sample(at).to_le_bytes()).collect()
}

/// The sound of a file, with what the encoder put before it cut off.
fn decoded(ogg: &[u8]) -> Vec<i16> {
    let mut reader = ogg::PacketReader::new(std::io::Cursor::new(ogg));
    let mut decoder = Decoder::new(RATE, Channels::Mono).unwrap();
    let mut sound = Vec::new();
    let mut frame = [0i16; FRAME];
    for packet in std::iter::from_fn(|| reader.read_packet().unwrap()).skip(2) {
        let count = decoder
            .decode(&packet.data, &mut frame, DecodeMode::Normal)
            .unwrap();
        sound.extend(&frame[..count]);
    }
    sound.split_off(voice::LOOKAHEAD as usize)
}

fn loudness(samples: impl Iterator<Item = i16>) -> f64 {
    let squares: Vec<f64> = samples.map(|one| f64::from(one).powi(2)).collect();
    (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
}

#[test]
fn what_was_said_is_heard_again() {
    let said = speech(3_000);
    let note = prepare(&said).unwrap();
    assert_eq!(note.length_ms, 3_000);
    assert_eq!(check(&note.ogg), Ok(3_000));
    let (pairs, _) = said.as_chunks::<2>();
    let said: Vec<i16> = pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
    let heard = decoded(&note.ogg);
    assert!(heard.len() >= said.len());
    let (loud, heard_loud) = (
        loudness(said.iter().copied()),
        loudness(heard.iter().copied().take(said.len())),
    );
    let ratio = heard_loud / loud;
    assert!((0.7..1.3).contains(&ratio), "as loud as it was: {ratio}");
}

#[test]
fn a_minute_fits_a_slow_line_and_nothing_is_longer() {
    let note = prepare(&speech(63_000)).unwrap();
    assert_eq!(note.length_ms, VOICE_MS);
    assert!(note.ogg.len() < 140 * 1024, "{} bytes", note.ogg.len());
    let silence = prepare(&vec![0; 60 * SECOND_BYTES]).unwrap();
    assert_eq!(silence.length_ms, VOICE_MS);
}

#[test]
fn the_loudest_noise_stays_within_the_caps() {
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as i16
    };
    let bytes: Vec<u8> = (0..60 * RATE).flat_map(|_| noise().to_le_bytes()).collect();
    let note = prepare(&bytes).unwrap();
    assert_eq!(check(&note.ogg), Ok(VOICE_MS));
}

#[test]
fn rubbish_and_slips_are_refused() {
    for rubbish in [vec![], vec![0; 3], vec![0; PIECE_BYTES + 2]] {
        assert!(matches!(
            check_piece(&rubbish),
            Err(VoiceError::Unreadable(_))
        ));
    }
    check_piece(&[0; 2]).unwrap();
    assert!(matches!(
        prepare(&speech(499)),
        Err(VoiceError::TooShort(499))
    ));
    assert_eq!(prepare(&speech(500)).unwrap().length_ms, 500);
}
