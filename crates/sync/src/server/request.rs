//! Reading a request.

use crate::codec::{Caps, FrameReader};
use crate::error::SyncError;
use crate::frames::{ControlItem, DigestAsk, Fetch, Frame, Hello, Joiner, Offer};
use crate::rules::RequestRules;

/// What a request says, in its order.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Who asks, and for what. Comes first.
    Hello(Hello),
    /// A control item from a child server, before the offers that need it.
    Control {
        /// Its place in the child's log.
        seq: u64,
        /// The item. Its signature is not checked yet.
        item: ControlItem,
    },
    /// Changes. Each batch in them is acknowledged, in order, when it is durable.
    Offer(Box<Offer>),
    /// Records to be sent again.
    Fetch(Fetch),
    /// A question about digests.
    DigestAsk(DigestAsk),
    /// The request is complete.
    End {
        /// Whether the client has more to offer after this.
        more: bool,
    },
}

/// A request that is being read.
#[derive(Debug)]
pub struct RequestReader {
    reader: FrameReader,
    rules: RequestRules,
    joiner: Joiner,
    more: bool,
    failed: Option<SyncError>,
}

/// What a complete request asked and offered: the answer is checked against it.
#[derive(Debug)]
pub struct Asked {
    pub(super) rules: RequestRules,
    pub(super) hello: Hello,
    /// Whether the client has more to offer after this.
    pub more: bool,
}

impl Asked {
    /// The request's first frame.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// How many batches were offered.
    pub fn offered_batches(&self) -> usize {
        self.rules.offered.len()
    }
}

impl RequestReader {
    /// A reader with the caps of a request.
    pub fn new() -> Result<Self, SyncError> {
        Self::with_caps(Caps::request())
    }

    /// A reader with smaller caps, for a server that is short of memory.
    pub fn with_caps(caps: Caps) -> Result<Self, SyncError> {
        Ok(Self {
            reader: FrameReader::new(caps)?,
            rules: RequestRules::default(),
            joiner: Joiner::default(),
            more: false,
            failed: None,
        })
    }

    /// The next input, taking from `piece` what is needed for it. `None`: all of `piece` was taken
    /// and more is needed, or the request is complete.
    pub fn next(&mut self, piece: &mut &[u8]) -> Result<Option<Input>, SyncError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let result = self.advance(piece);
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }

    /// Checks that the request was complete.
    pub fn finish(self) -> Result<Asked, SyncError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.reader.finish()?;
        let hello = self.rules.hello.clone().filter(|_| self.rules.ended);
        Ok(Asked {
            hello: hello.ok_or(SyncError::Cut)?,
            rules: self.rules,
            more: self.more,
        })
    }

    fn advance(&mut self, piece: &mut &[u8]) -> Result<Option<Input>, SyncError> {
        while let Some(raw) = self.reader.next(piece)? {
            let Some(frame) = Frame::decode(&raw)? else {
                continue;
            };
            drop(raw);
            self.rules.see(&frame)?;
            if self.joiner.is_open() && !matches!(frame, Frame::Control(_)) {
                return Err(SyncError::Order("a frame between the parts of an item"));
            }
            if let Some(input) = self.input(frame)? {
                return Ok(Some(input));
            }
        }
        Ok(None)
    }

    fn input(&mut self, frame: Frame) -> Result<Option<Input>, SyncError> {
        Ok(match frame {
            Frame::Hello(hello) => Some(Input::Hello(hello)),
            Frame::Control(part) => {
                let whole = self.joiner.push(part)?;
                whole.map(|(seq, item)| Input::Control { seq, item })
            }
            Frame::Offer(offer) => Some(Input::Offer(offer)),
            Frame::Fetch(fetch) => Some(Input::Fetch(fetch)),
            Frame::DigestAsk(ask) => Some(Input::DigestAsk(ask)),
            Frame::End(end) => {
                self.more = end.more;
                Some(Input::End { more: end.more })
            }
            Frame::Error(_)
            | Frame::Welcome(_)
            | Frame::Ack(_)
            | Frame::Page(_)
            | Frame::Fetched(_)
            | Frame::Digest(_)
            | Frame::InStep(_)
            | Frame::Buckets(_)
            | Frame::Bucket(_)
            | Frame::Personal(_)
            | Frame::BlobWanted(_) => {
                return Err(SyncError::Order("a frame that belongs in a response"));
            }
        })
    }
}
