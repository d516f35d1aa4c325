//! Which encoding a text is in, and the text as UTF-8.
//!
//! A byte order mark decides. Without one, a file that is UTF-8 from end to end is UTF-8; every
//! other is taken for GB18030, which holds GBK and GB2312.

use std::io::{self, Read, SeekFrom};

use encoding_rs::{Decoder, Encoding, GB18030, UTF_8};

use super::{Source, disk};
use crate::refusal::Refusal;

const PIECE: usize = 64 * 1024;

/// The encoding of a file. Reads all of it and goes back to the beginning.
pub(super) fn detect(source: &mut dyn Source) -> Result<&'static Encoding, Refusal> {
    source.seek(SeekFrom::Start(0)).map_err(disk)?;
    let mut piece = vec![0u8; PIECE];
    let mut kept = 0usize;
    let mut is_first = true;
    let found = loop {
        let free = piece.get_mut(kept..).unwrap_or_default();
        let read = match source.read(free) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(disk(error)),
        };
        let filled = kept + read;
        let bytes = piece.get(..filled).unwrap_or_default();
        if is_first && let Some((encoding, _)) = Encoding::for_bom(bytes) {
            break encoding;
        }
        is_first = filled < 3 && read > 0;
        match std::str::from_utf8(bytes) {
            Ok(_) => kept = 0,
            // A sign may be cut at the end of a piece, not at the end of the file.
            Err(error) if error.error_len().is_none() && read > 0 => {
                let rest = error.valid_up_to()..filled;
                kept = rest.len();
                piece.copy_within(rest, 0);
            }
            Err(_) => break GB18030,
        }
        if is_first {
            // Too short for a byte order mark: go on from what is there.
            kept = filled;
        }
        if read == 0 {
            break UTF_8;
        }
    };
    source.seek(SeekFrom::Start(0)).map_err(disk)?;
    Ok(found)
}

/// A reader that turns an encoding into UTF-8. What is no text becomes U+FFFD; every line ends with a
/// line feed and nothing else, the last one too.
pub(super) struct ToUtf8<'a> {
    source: &'a mut dyn Source,
    decoder: Decoder,
    /// Bytes that were read and not decoded yet.
    raw: Vec<u8>,
    raw_from: usize,
    raw_to: usize,
    /// Text that was decoded and not handed out yet.
    text: Vec<u8>,
    text_from: usize,
    text_to: usize,
    is_over: bool,
    /// Whether the last byte that came was a carriage return, which has become a line feed.
    was_return: bool,
    /// Whether the last byte that was handed out ends a line.
    is_line_end: bool,
}

impl<'a> ToUtf8<'a> {
    pub(super) fn new(source: &'a mut dyn Source, encoding: &'static Encoding) -> Self {
        Self {
            source,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; PIECE],
            raw_from: 0,
            raw_to: 0,
            // One byte more than is ever decoded, for a line end after the last byte.
            text: vec![0; PIECE + 1],
            text_from: 0,
            text_to: 0,
            is_over: false,
            was_return: false,
            is_line_end: true,
        }
    }

    fn decode(&mut self) -> io::Result<()> {
        if self.raw_from >= self.raw_to {
            self.raw_from = 0;
            self.raw_to = self.source.read(&mut self.raw)?;
        }
        let is_last = self.raw_to == 0;
        let bytes = self.raw.get(self.raw_from..self.raw_to).unwrap_or_default();
        let (result, read, written, _) = {
            let room = self.text.get_mut(..PIECE).unwrap_or_default();
            self.decoder.decode_to_utf8(bytes, room, is_last)
        };
        self.raw_from = self.raw_from.saturating_add(read);
        self.text_from = 0;
        self.text_to = self.end_lines(written);
        self.is_over = is_last && result == encoding_rs::CoderResult::InputEmpty;
        if self.is_over && !self.is_line_end {
            if let Some(slot) = self.text.get_mut(self.text_to) {
                *slot = b'\n';
            }
            self.text_to = self.text_to.saturating_add(1);
            self.is_line_end = true;
        }
        Ok(())
    }

    /// Makes every end of a line a line feed, in place. Answers how many bytes are left.
    fn end_lines(&mut self, written: usize) -> usize {
        let mut kept = 0;
        for at in 0..written {
            let Some(byte) = self.text.get(at).copied() else {
                break;
            };
            let is_second = byte == b'\n' && self.was_return;
            self.was_return = byte == b'\r';
            if is_second {
                continue;
            }
            if let Some(slot) = self.text.get_mut(kept) {
                *slot = if byte == b'\r' { b'\n' } else { byte };
                self.is_line_end = *slot == b'\n';
            }
            kept += 1;
        }
        kept
    }
}

impl Read for ToUtf8<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.text_from >= self.text_to && !self.is_over {
            self.decode()?;
        }
        let ready = self
            .text
            .get(self.text_from..self.text_to)
            .unwrap_or_default();
        let taken = ready.len().min(buffer.len());
        for (slot, byte) in buffer.iter_mut().zip(ready) {
            *slot = *byte;
        }
        self.text_from = self.text_from.saturating_add(taken);
        Ok(taken)
    }
}
