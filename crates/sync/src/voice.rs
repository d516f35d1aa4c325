//! A voice note on the wire: Opus in Ogg (RFC 7845) in exactly one form, so that nothing can stand
//! beside the sound: no comment, no second stream, no bytes between pages.
//!
//! A device writes it with [`write()`]; whoever takes one in reads its packets, writes them again and
//! compares ([`check`]). Nothing is decoded, so nothing a stranger sends reaches a codec here.

use std::io::Cursor;

use linli_model::case::{VOICE_BYTES, VOICE_MS};
use ogg::{PacketReader, PacketWriteEndInfo, PacketWriter};

/// Samples a second before encoding.
pub const RATE: u32 = 16_000;
/// Samples in one packet: 20 milliseconds.
pub const FRAME: usize = 320;
/// Samples that the encoder needs before it speaks, at 16 kHz: they are cut off when playing.
pub const LOOKAHEAD: u32 = 104;
/// The longest packet, in bytes.
pub const PACKET_BYTES: usize = 250;

/// Ogg counts Opus at 48 kHz, whatever was encoded.
const TICKS: u64 = 3;
/// Packets on one page: a second of sound.
const PER_PAGE: usize = 50;
/// The only stream's number.
const SERIAL: u32 = 1;
/// The two low bits say one frame, the next mono, the others a mode with frames of 20 milliseconds.
const ONE_MONO_FRAME: u8 = 0b0000_0111;

/// Why bytes are no voice note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAVoice {
    /// More bytes than [`VOICE_BYTES`].
    #[error("{0} bytes, {VOICE_BYTES} are allowed")]
    TooLarge(u64),
    /// Nothing to hear, or longer than [`VOICE_MS`].
    #[error("{0} ms of sound, at least 20 and at most {VOICE_MS} are allowed")]
    Length(u64),
    /// Not Ogg, cut off, or damaged.
    #[error("not a whole Ogg file: {0}")]
    Damaged(String),
    /// Something else than mono speech in packets of 20 milliseconds.
    #[error("not mono Opus in packets of 20 ms")]
    OtherSound,
    /// Written in another form: something may stand beside the sound.
    #[error("something stands beside the sound; voice notes travel without it")]
    Extra,
}

/// Whether these bytes begin like a voice note. Says nothing about the rest.
pub fn is_ogg(bytes: &[u8]) -> bool {
    bytes.starts_with(b"OggS")
}

/// Writes packets of 20 milliseconds as a file whose sound is `samples` long (at [`RATE`]).
pub fn write(packets: &[Vec<u8>], samples: u64) -> Result<Vec<u8>, NotAVoice> {
    let damaged = |error: std::io::Error| NotAVoice::Damaged(error.to_string());
    let mut out = PacketWriter::new(Cursor::new(Vec::new()));
    let page = PacketWriteEndInfo::EndPage;
    out.write_packet(head(), SERIAL, page, 0).map_err(damaged)?;
    out.write_packet(tags(), SERIAL, page, 0).map_err(damaged)?;
    let end = (samples + u64::from(LOOKAHEAD)).saturating_mul(TICKS);
    for (at, packet) in packets.iter().enumerate() {
        let done = at + 1;
        let is_last = done == packets.len();
        let after = u64::try_from(done * FRAME).unwrap_or(u64::MAX) * TICKS;
        let info = match done % PER_PAGE {
            _ if is_last => PacketWriteEndInfo::EndStream,
            0 => PacketWriteEndInfo::EndPage,
            _ => PacketWriteEndInfo::NormalPacket,
        };
        let position = if is_last { end } else { after };
        out.write_packet(packet.clone(), SERIAL, info, position)
            .map_err(damaged)?;
    }
    Ok(out.into_inner().into_inner())
}

/// How many packets hold so many samples, with what the encoder needs before them.
pub fn packets_for(samples: u64) -> u64 {
    let frame = u64::try_from(FRAME).unwrap_or(u64::MAX);
    (samples + u64::from(LOOKAHEAD)).div_ceil(frame)
}

/// Checks a whole file. Answers its length in milliseconds.
pub fn check(bytes: &[u8]) -> Result<u32, NotAVoice> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > VOICE_BYTES {
        return Err(NotAVoice::TooLarge(size));
    }
    let mut reader = PacketReader::new(Cursor::new(bytes));
    let (mut packets, mut end, mut is_whole) = (Vec::new(), 0, false);
    let next = |reader: &mut PacketReader<_>| {
        let packet = reader.read_packet();
        packet.map_err(|error| NotAVoice::Damaged(error.to_string()))
    };
    while let Some(packet) = next(&mut reader)? {
        end = packet.absgp_page();
        is_whole = packet.last_in_stream();
        packets.push(packet.data);
    }
    if !is_whole {
        return Err(NotAVoice::Damaged("cut off".into()));
    }
    // The two headers are compared with the rest below.
    let sound = packets.get(2..).unwrap_or_default();
    let is_ours = |packet: &Vec<u8>| {
        let is_mode = packet.first().is_some_and(|first| is_20_ms_mono(*first));
        is_mode && packet.len() <= PACKET_BYTES
    };
    if sound.is_empty() || !sound.iter().all(is_ours) {
        return Err(NotAVoice::OtherSound);
    }
    let samples = (end / TICKS).saturating_sub(u64::from(LOOKAHEAD));
    let length_ms = samples.saturating_mul(1_000).div_ceil(u64::from(RATE));
    let length = u32::try_from(length_ms).ok();
    let Some(length) = length.filter(|ms| (20..=VOICE_MS).contains(ms)) else {
        return Err(NotAVoice::Length(length_ms));
    };
    let count = u64::try_from(sound.len()).unwrap_or(u64::MAX);
    if packets_for(samples) != count || write(sound, samples)? != bytes {
        return Err(NotAVoice::Extra);
    }
    Ok(length)
}

/// RFC 6716, table 2: speech modes with frames of 20 ms are 1, 5, 9, 13 and 15; music ones 19 to 31.
fn is_20_ms_mono(first: u8) -> bool {
    let mode = first >> 3;
    let is_20_ms = match mode {
        0..=11 => mode % 4 == 1,
        12..=15 => mode % 2 == 1,
        _ => mode % 4 == 3,
    };
    is_20_ms && first & ONE_MONO_FRAME == 0
}

/// RFC 7845, section 5.1: mono, what is skipped, the rate before encoding, no gain.
fn head() -> Vec<u8> {
    let mut head = b"OpusHead\x01\x01".to_vec();
    let skip = u16::try_from(u64::from(LOOKAHEAD) * TICKS).unwrap_or(0);
    head.extend(skip.to_le_bytes());
    head.extend(RATE.to_le_bytes());
    head.extend([0, 0, 0]);
    head
}

/// RFC 7845, section 5.2: no word about who, when or where.
fn tags() -> Vec<u8> {
    let mut tags = b"OpusTags".to_vec();
    tags.extend(5u32.to_le_bytes());
    tags.extend(b"linli");
    tags.extend(0u32.to_le_bytes());
    tags
}

#[cfg(test)]
mod tests;
