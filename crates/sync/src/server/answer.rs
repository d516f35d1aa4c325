//! Writing an answer within the bytes that the client asked for.

use std::collections::BTreeSet;

use linli_model::{BlobHash, Timestamp};

use super::request::Asked;
use crate::code::Code;
use crate::codec::{FrameWriter, HEAD_BYTES};
use crate::error::SyncError;
use crate::fit::Fit;
use crate::frames::{
    Ack, BlobWanted, Bucket, Buckets, ControlItem, Digest, End, ErrorFrame, Fetched, Frame, Hello,
    InStep, Outcome, Page, Personal, Welcome, split_control,
};
use crate::limits;
use crate::rules::ResponseRules;

/// An answer that is being written.
#[derive(Debug)]
pub struct Answer {
    writer: FrameWriter,
    rules: ResponseRules,
    hello: Hello,
    budget: u64,
    /// Whether something that counts against the budget is in already.
    has_progress: bool,
    is_full: bool,
    control_last: u64,
    /// The wants that are known to be in step; said at the end.
    in_step: BTreeSet<u16>,
}

impl Answer {
    /// Begins an answer. When the welcome's generation is not the one that the client has seen, the
    /// answer takes acknowledgements, personal items and wanted photos only:
    /// see [`Answer::is_void`].
    pub fn to(asked: Asked, welcome: Welcome) -> Result<Self, SyncError> {
        let most = limits::RESPONSE_BYTES - limits::PAGE_FRAME_BYTES as u64;
        let mut answer = Self {
            writer: FrameWriter::new()?,
            budget: u64::from(asked.hello.max_bytes).min(most),
            control_last: asked.hello.control_since,
            hello: asked.hello,
            rules: ResponseRules::to(asked.rules)?,
            has_progress: false,
            in_step: BTreeSet::new(),
            is_full: false,
        };
        answer.write(&Frame::Welcome(welcome))?;
        Ok(answer)
    }

    /// An answer of one error, for a request that could not be read or must not be answered.
    pub fn refuse(error: ErrorFrame) -> Result<Vec<u8>, SyncError> {
        let mut writer = FrameWriter::new()?;
        let frame = Frame::Error(error);
        writer.push(frame.kind(), &frame.encode()?)?;
        writer.finish()
    }

    /// Whether the client's places belong to another generation, so that it can be given neither
    /// pages nor control items nor digests now. End it with `more`.
    pub fn is_void(&self) -> bool {
        self.rules.is_void()
    }

    /// What was asked for.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Adds an item for this device alone.
    pub fn personal(&mut self, item: Personal) -> Result<(), SyncError> {
        self.write(&Frame::Personal(Box::new(item)))
    }

    /// Acknowledges the next offered batch. It must be durable.
    pub fn ack(&mut self, results: Vec<Outcome>) -> Result<(), SyncError> {
        let offered = self.rules.next_offered();
        let offered = offered.ok_or(SyncError::Caller("an acknowledgement of nothing"))?;
        let place = u32::try_from(self.rules.acked()).unwrap_or(u32::MAX);
        let batch = offered.batch;
        let results = shorten(results);
        self.write(&Frame::Ack(Ack {
            place,
            batch,
            results,
        }))
    }

    /// Adds a control item, before the pages that need it; `seq` is its place in this server's
    /// log, ascending.
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

    /// Adds the next page of a feed.
    pub fn page(&mut self, page: Page) -> Result<Fit, SyncError> {
        self.add(&[Frame::Page(page)])
    }

    /// Adds records that were asked for again.
    pub fn fetched(&mut self, fetched: Fetched) -> Result<Fit, SyncError> {
        self.add(&[Frame::Fetched(fetched)])
    }

    /// Adds the digest of a scope after its last page. Only when the client has reached the end of
    /// the feed with this answer.
    pub fn digest(&mut self, digest: Digest) -> Result<(), SyncError> {
        // In most exchanges nothing happened: then one small frame speaks for every scope.
        let numbers = (0..).take(self.hello.wants.len());
        let in_step = numbers.filter_map(|number| Some((number, self.rules.unmoved(number)?)));
        let mut in_step = in_step.filter(|(_, want)| {
            want.scope == digest.scope && want.since == digest.seq && want.digest == digest.digest
        });
        if let Some((number, _)) = in_step.next() {
            self.in_step.insert(number);
            return Ok(());
        }
        self.write(&Frame::Digest(digest))
    }

    /// Answers a question for the digests of a scope.
    pub fn buckets(&mut self, buckets: Buckets) -> Result<Fit, SyncError> {
        self.add(&[Frame::Buckets(buckets)])
    }

    /// Answers a question for one bucket.
    pub fn bucket(&mut self, bucket: Bucket) -> Result<Fit, SyncError> {
        self.add(&[Frame::Bucket(bucket)])
    }

    /// Asks for photos, most urgent first; those beyond the cap are asked for another time.
    pub fn blobs_wanted(&mut self, mut hashes: Vec<BlobHash>) -> Result<(), SyncError> {
        hashes.truncate(limits::BLOBS_WANTED);
        if hashes.is_empty() {
            return Ok(());
        }
        self.write(&Frame::BlobWanted(BlobWanted { hashes }))
    }

    /// The bytes of every frame so far that were not taken yet.
    pub fn take(&mut self) -> Result<Vec<u8>, SyncError> {
        self.writer.flush()?;
        Ok(self.writer.take())
    }

    /// Ends the answer: the bytes that were not taken yet. `more`: the caller left something out;
    /// what did not fit is known here.
    pub fn finish(mut self, more: bool) -> Result<Vec<u8>, SyncError> {
        let more = more || self.is_full || self.rules.is_void();
        if !self.in_step.is_empty() {
            let wants = std::mem::take(&mut self.in_step).into_iter().collect();
            self.write(&Frame::InStep(InStep { wants }))?;
        }
        self.write(&Frame::End(End { more }))?;
        self.writer.finish()
    }

    /// Ends the answer with an error; batches that are not acknowledged yet were not kept.
    pub fn fail(mut self, error: ErrorFrame) -> Result<Vec<u8>, SyncError> {
        self.write(&Frame::Error(error))?;
        self.writer.finish()
    }

    fn add(&mut self, frames: &[Frame]) -> Result<Fit, SyncError> {
        let bodies = frames
            .iter()
            .map(Frame::encode)
            .collect::<Result<Vec<_>, _>>()?;
        let size = bodies
            .iter()
            .map(|body| (HEAD_BYTES + body.len()) as u64)
            .sum::<u64>();
        if self.has_progress && self.writer.inflated_bytes() + size > self.budget {
            self.is_full = true;
            return Ok(Fit::Full);
        }
        for (frame, body) in frames.iter().zip(&bodies) {
            self.rules.see(frame)?;
            self.writer.push(frame.kind(), body)?;
        }
        self.has_progress = true;
        Ok(Fit::Taken)
    }

    fn write(&mut self, frame: &Frame) -> Result<(), SyncError> {
        self.rules.see(frame)?;
        self.writer.push(frame.kind(), &frame.encode()?)
    }
}

/// Cuts lists of missing changes so that an acknowledgement fits its frame. One missing change is
/// always named: the client sends it, and learns of the next in the next exchange.
fn shorten(mut results: Vec<Outcome>) -> Vec<Outcome> {
    let mut room = 3_000usize;
    for result in &mut results {
        if let Outcome::Need(hashes) = result {
            hashes.truncate(room.clamp(1, limits::NEEDED_HASHES));
            room = room.saturating_sub(hashes.len());
        }
    }
    results
}

impl ErrorFrame {
    /// An error of a code alone.
    pub fn of(code: Code) -> Self {
        Self {
            code,
            params: Vec::new(),
            retry_after_s: None,
        }
    }

    /// What a server answers to a request that it could not read.
    pub fn about(error: &SyncError) -> Self {
        let mut frame = Self::of(error.code());
        if let SyncError::Protocol { oldest, newest, .. } = error {
            frame.params = vec![
                ("oldest".to_owned(), oldest.to_string()),
                ("newest".to_owned(), newest.to_string()),
            ];
        }
        frame
    }

    /// What a server answers to a request whose time is too far from its own.
    pub fn clock_skew(now: Timestamp) -> Self {
        Self {
            code: Code::ClockSkew,
            params: vec![("now".to_owned(), now.0.to_string())],
            retry_after_s: None,
        }
    }
}
