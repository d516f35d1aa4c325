//! A carried file, written and read piece by piece: it may be larger than the memory.

use std::io::{Read, Seek, SeekFrom, Write};

use linli_model::BlobHash;
use linli_sync::carry::{CarryItem, CarryOrder, PIECE_BYTES};
use linli_trust::carry::{HEADER_BYTES, LENGTH_BYTES};
use linli_trust::{
    CarryHeader, CarryLabel, CarryOpener, CarrySealer, PublicKey, SigningKey, TrustError,
};

use crate::error::ExchangeError;

/// Bytes that are read at once to see whether a file came whole.
const STRETCH: usize = 64 * 1024;

/// Writes a file. It is none before [`CarryWriter::finish`]: its header comes last.
pub struct CarryWriter<W> {
    inner: W,
    sealer: CarrySealer,
    order: CarryOrder,
}

impl<W: Write + Seek> CarryWriter<W> {
    /// Begins. `seed` is random and used for this file only.
    pub fn begin(
        mut inner: W,
        label: CarryLabel,
        own: &SigningKey,
        to: &PublicKey,
        seed: [u8; 32],
    ) -> Result<Self, ExchangeError> {
        let sealer = CarrySealer::begin(label, own, to, seed)?;
        inner.write_all(&[0; HEADER_BYTES])?;
        Ok(Self {
            inner,
            sealer,
            order: CarryOrder::default(),
        })
    }

    /// Adds a request, or the answer to one.
    pub fn body(&mut self, bytes: &[u8]) -> Result<(), ExchangeError> {
        let mut rest = bytes;
        loop {
            let (piece, after) = rest.split_at_checked(PIECE_BYTES).unwrap_or((rest, &[]));
            let is_last = after.is_empty();
            self.item(&CarryItem::Body {
                bytes: piece.to_vec(),
                is_last,
            })?;
            if is_last {
                return Ok(());
            }
            rest = after;
        }
    }

    /// Adds a photo, whose bytes are asked for by their place and number.
    pub fn photo<E: From<ExchangeError>>(
        &mut self,
        hash: &BlobHash,
        size: u64,
        mut read: impl FnMut(u64, u64) -> Result<Vec<u8>, E>,
    ) -> Result<(), E> {
        self.item(&CarryItem::Photo { hash: *hash, size })?;
        let most = u64::try_from(PIECE_BYTES).unwrap_or(u64::MAX);
        let mut at = 0;
        while at < size {
            let piece = read(at, most.min(size - at))?;
            at += u64::try_from(piece.len()).unwrap_or(u64::MAX).max(1);
            self.item(&CarryItem::Piece(piece))?;
        }
        Ok(())
    }

    /// Adds one item.
    pub fn item(&mut self, item: &CarryItem) -> Result<(), ExchangeError> {
        self.order.see(item)?;
        let chunk = self.sealer.chunk(&item.encode()?)?;
        Ok(self.inner.write_all(&chunk)?)
    }

    /// Ends the file; whoever owns it flushes it to its disk.
    pub fn finish(mut self) -> Result<W, ExchangeError> {
        self.item(&CarryItem::End)?;
        let header = self.sealer.finish().encode()?;
        self.inner.seek(SeekFrom::Start(0))?;
        self.inner.write_all(&header)?;
        self.inner.flush()?;
        Ok(self.inner)
    }
}

/// Reads a file.
pub struct CarryReader<R> {
    inner: R,
    header: CarryHeader,
}

impl<R: Read + Seek> CarryReader<R> {
    /// Opens a file that came whole. From whom it is, is not proved yet.
    pub fn open(mut inner: R) -> Result<Self, ExchangeError> {
        let mut head = Vec::new();
        let most = u64::try_from(HEADER_BYTES).unwrap_or(u64::MAX);
        inner.by_ref().take(most).read_to_end(&mut head)?;
        let header = CarryHeader::decode(&head)?;
        let mut check = header.check()?;
        let mut stretch = vec![0u8; STRETCH];
        loop {
            let read = inner.read(&mut stretch)?;
            if read == 0 {
                break;
            }
            check.update(stretch.get(..read).unwrap_or_default());
        }
        check.finish()?;
        Ok(Self { inner, header })
    }

    /// From whom to whom it says that it is.
    pub fn label(&self) -> &CarryLabel {
        &self.header.label
    }

    /// Opens every chunk once, so that a file is believed as a whole or not at all. Answers how many
    /// bodies and photos it holds.
    pub fn prove(
        &mut self,
        own: &SigningKey,
        from: &PublicKey,
    ) -> Result<(usize, usize), ExchangeError> {
        let mut items = self.items(own, from)?;
        while items.next_item()?.is_some() {}
        Ok(items.order.counts())
    }

    /// The items from the beginning.
    pub fn items(
        &mut self,
        own: &SigningKey,
        from: &PublicKey,
    ) -> Result<CarryItems<'_, R>, ExchangeError> {
        let start = u64::try_from(HEADER_BYTES).unwrap_or(u64::MAX);
        self.inner.seek(SeekFrom::Start(start))?;
        Ok(CarryItems {
            opener: CarryOpener::begin(&self.header, own, from)?,
            inner: &mut self.inner,
            order: CarryOrder::default(),
            left: self.header.length,
        })
    }
}

/// The items of a file, one at a time.
pub struct CarryItems<'r, R> {
    inner: &'r mut R,
    opener: CarryOpener,
    order: CarryOrder,
    left: u64,
}

impl<R: Read> CarryItems<'_, R> {
    /// The next item; nothing after the end.
    pub fn next_item(&mut self) -> Result<Option<CarryItem>, ExchangeError> {
        if self.order.is_over() && self.left == 0 {
            return Ok(None);
        }
        let mut length = [0u8; LENGTH_BYTES];
        self.read(&mut length)?;
        let mut sealed = vec![0u8; CarryHeader::chunk_length(length)?];
        self.read(&mut sealed)?;
        let item = CarryItem::decode(&self.opener.chunk(&sealed)?)?;
        self.order.see(&item)?;
        if matches!(item, CarryItem::End) && self.left > 0 {
            return Err(TrustError::CarryDamaged.into());
        }
        Ok((item != CarryItem::End).then_some(item))
    }

    /// The next whole body; nothing when photos or the end come, and then that item.
    pub fn next_body(&mut self) -> Result<Result<Vec<u8>, Option<CarryItem>>, ExchangeError> {
        let mut body = Vec::new();
        loop {
            match self.next_item()? {
                Some(CarryItem::Body { bytes, is_last }) => {
                    body.extend(bytes);
                    if is_last {
                        return Ok(Ok(body));
                    }
                }
                other => return Ok(Err(other)),
            }
        }
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(), ExchangeError> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let left = self.left.checked_sub(length);
        self.left = left.ok_or(TrustError::CarryDamaged)?;
        self.inner.read_exact(bytes).map_err(|error| {
            if error.kind() == std::io::ErrorKind::UnexpectedEof {
                TrustError::CarryDamaged.into()
            } else {
                ExchangeError::File(error)
            }
        })
    }
}
