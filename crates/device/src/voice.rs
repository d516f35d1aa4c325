//! A voice note: samples from the page become Opus in Ogg, 16 kbit/s, in the one form that servers take
//! ([`linli_sync::voice`]).

use linli_model::BlobHash;
use linli_model::case::VOICE_MS;
use linli_sync::voice::{self, FRAME, PACKET_BYTES, RATE};
use ropus::{Application, Bitrate, Channels, Encoder, Signal};
use sha2::{Digest, Sha256};

/// Bits a second: speech is well understood, and a minute is 15 seconds of a 64 kbit/s line.
const BITS: u32 = 16_000;
/// How much the encoder tries, 0 to 10: at 5 a minute takes well under a second on slow machines.
const EFFORT: u8 = 5;
/// The shortest note, in milliseconds: less is a finger that slipped.
pub const SHORTEST_MS: u32 = 500;
/// The most bytes of one piece from the page: ten seconds.
pub const PIECE_BYTES: usize = 10 * SECOND_BYTES;
/// Bytes of one second of samples.
const SECOND_BYTES: usize = 2 * 16_000;

/// Why samples do not become a voice note. What was kept before stays.
#[derive(Debug, thiserror::Error)]
pub enum VoiceError {
    /// No samples of 16 bit, or too many at once.
    #[error("{0} bytes are no piece of a recording")]
    Unreadable(usize),
    /// Shorter than [`SHORTEST_MS`].
    #[error("{0} ms are too short")]
    TooShort(u32),
    /// Longer than [`VOICE_MS`], with some patience for the last piece.
    #[error("a voice note has at most {VOICE_MS} ms")]
    TooLong,
    /// The encoder failed, or what it gave is no voice note.
    #[error("encoding failed: {0}")]
    Encoder(String),
}

/// A voice note ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedVoice {
    /// SHA-256 of `ogg`: the name of the note everywhere.
    pub hash: BlobHash,
    /// The file.
    pub ogg: Vec<u8>,
    /// How long it is, in milliseconds.
    pub length_ms: u32,
}

/// Checks one piece of a recording.
pub fn check_piece(bytes: &[u8]) -> Result<(), VoiceError> {
    let is_whole = bytes.len().is_multiple_of(2);
    if bytes.is_empty() || !is_whole || bytes.len() > PIECE_BYTES {
        return Err(VoiceError::Unreadable(bytes.len()));
    }
    Ok(())
}

/// Makes a voice note of samples: 16 bit, 16 kHz, mono, little-endian. What is beyond 60 seconds is left
/// out.
pub fn prepare(samples: &[u8]) -> Result<PreparedVoice, VoiceError> {
    let most = usize::try_from(VOICE_MS / 1_000).unwrap_or(0) * SECOND_BYTES;
    let samples = samples.get(..most).unwrap_or(samples);
    let (pairs, _) = samples.as_chunks::<2>();
    let samples: Vec<i16> = pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
    let count = u64::try_from(samples.len()).unwrap_or(u64::MAX);
    let length_ms = u32::try_from(count * 1_000 / u64::from(RATE)).unwrap_or(u32::MAX);
    if length_ms < SHORTEST_MS {
        return Err(VoiceError::TooShort(length_ms));
    }
    let packets = encode(samples, count)?;
    let failed = |error: voice::NotAVoice| VoiceError::Encoder(error.to_string());
    let ogg = voice::write(&packets, count).map_err(failed)?;
    let length_ms = voice::check(&ogg).map_err(failed)?;
    Ok(PreparedVoice {
        hash: BlobHash(Sha256::digest(&ogg).into()),
        ogg,
        length_ms,
    })
}

fn encode(mut samples: Vec<i16>, count: u64) -> Result<Vec<Vec<u8>>, VoiceError> {
    let mut encoder = Encoder::builder(RATE, Channels::Mono, Application::Voip)
        .bitrate(Bitrate::Bits(BITS))
        .signal(Signal::Voice)
        .complexity(EFFORT)
        .build()
        .map_err(|error| VoiceError::Encoder(error.to_string()))?;
    let frames = usize::try_from(voice::packets_for(count)).unwrap_or(usize::MAX);
    samples.resize(frames.saturating_mul(FRAME), 0);
    let mut packets = Vec::with_capacity(frames);
    let mut packet = [0u8; PACKET_BYTES];
    for frame in samples.chunks_exact(FRAME) {
        let length = encoder
            .encode(frame, &mut packet)
            .map_err(|error| VoiceError::Encoder(error.to_string()))?;
        packets.push(packet.get(..length).unwrap_or_default().to_vec());
    }
    Ok(packets)
}

#[cfg(test)]
mod tests;
