//! Building a request within its caps.

use super::response::Response;
use crate::codec::{FrameWriter, HEAD_BYTES};
use crate::error::SyncError;
use crate::fit::Fit;
use crate::frames::{ControlItem, DigestAsk, End, Fetch, Frame, Hello, Offer, split_control};
use crate::limits;
use crate::rules::RequestRules;

/// A request that is being written.
#[derive(Debug)]
pub struct Request {
    writer: FrameWriter,
    rules: RequestRules,
    hello: Hello,
    budget: u64,
    control_last: u64,
}

impl Request {
    /// Begins a request.
    pub fn new(hello: Hello) -> Result<Self, SyncError> {
        Self::with_budget(hello, limits::REQUEST_BYTES)
    }

    /// Begins a request of at most about `budget` bytes before compression, for a line on which a
    /// long request may not come through. One item always fits.
    pub fn with_budget(hello: Hello, budget: u64) -> Result<Self, SyncError> {
        let mut request = Self {
            writer: FrameWriter::new()?,
            rules: RequestRules::default(),
            hello: hello.clone(),
            budget: budget.min(limits::REQUEST_BYTES - limits::SMALL_FRAME_BYTES as u64),
            control_last: 0,
        };
        request.write(&Frame::Hello(hello))?;
        Ok(request)
    }

    /// Adds a control item for the server, before the offers that need it. `seq` is its place in
    /// the caller's own log, ascending.
    pub fn control(&mut self, seq: u64, item: &ControlItem) -> Result<Fit, SyncError> {
        if seq <= self.control_last {
            return Err(SyncError::Caller("control items that do not ascend"));
        }
        let parts = split_control(seq, item.tag(), &item.encode()?)?;
        let frames = parts.into_iter().map(Frame::Control).collect::<Vec<_>>();
        let fit = self.add(&frames)?;
        if fit == Fit::Taken {
            self.control_last = seq;
        }
        Ok(fit)
    }

    /// Adds changes. Offer them in the order of their chain.
    pub fn offer(&mut self, offer: Offer) -> Result<Fit, SyncError> {
        let more = offer.changes.parcels().len();
        if self.rules.offered.len() + more > limits::OFFERED_BATCHES {
            return Ok(Fit::Full);
        }
        self.add(&[Frame::Offer(Box::new(offer))])
    }

    /// Asks for records to be sent again. Once for each scope.
    pub fn fetch(&mut self, fetch: Fetch) -> Result<Fit, SyncError> {
        self.add(&[Frame::Fetch(fetch)])
    }

    /// Asks for digests.
    pub fn ask_digests(&mut self, ask: DigestAsk) -> Result<Fit, SyncError> {
        self.add(&[Frame::DigestAsk(ask)])
    }

    /// How many bytes it has so far, before compression.
    pub fn inflated_bytes(&self) -> u64 {
        self.writer.inflated_bytes()
    }

    /// Ends the request: the bytes to send, and the reader of the answer. `more` says that the
    /// caller has more to offer after this.
    pub fn finish(mut self, more: bool) -> Result<(Vec<u8>, Response), SyncError> {
        self.write(&Frame::End(End { more }))?;
        let bytes = self.writer.finish()?;
        Ok((bytes, Response::to(&self.hello, self.rules)?))
    }

    /// Adds all of the frames or none. The first addition always fits.
    fn add(&mut self, frames: &[Frame]) -> Result<Fit, SyncError> {
        let bodies = frames
            .iter()
            .map(Frame::encode)
            .collect::<Result<Vec<_>, _>>()?;
        let size = bodies
            .iter()
            .map(|body| (HEAD_BYTES + body.len()) as u64)
            .sum::<u64>();
        let is_first = self.rules.offered.is_empty() && self.control_last == 0;
        if !is_first && self.writer.inflated_bytes() + size > self.budget {
            return Ok(Fit::Full);
        }
        for (frame, body) in frames.iter().zip(&bodies) {
            self.rules.see(frame)?;
            self.writer.push(frame.kind(), body)?;
        }
        Ok(Fit::Taken)
    }

    fn write(&mut self, frame: &Frame) -> Result<(), SyncError> {
        self.rules.see(frame)?;
        self.writer.push(frame.kind(), &frame.encode()?)
    }
}
