//! Reading an answer.

use std::collections::{BTreeMap, VecDeque};

use linli_model::{BatchId, BlobHash, Scope};
use linli_trust::{Certificate, Checkpoint, Revocation, SignedEdition, Tombstone};

use crate::codec::{Caps, FrameReader};
use crate::error::SyncError;
use crate::frames::{
    Bucket, Buckets, ControlItem, Digest, ErrorFrame, Fetched, Frame, Generation, Hello, Joiner,
    Outcome, Page, Personal, Welcome,
};
use crate::rules::{RequestRules, ResponseRules};

/// Something that the caller makes durable before it asks for the next one.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The server answers. Comes first.
    Welcomed(Welcome),
    /// The server was restored: every place that the caller keeps of it is void, and so is its
    /// control log. Set them to 0, offer again what the server acknowledged (as
    /// [`OfferMode::Have`](crate::frames::OfferMode::Have)), and keep what this answer acknowledges.
    GenerationChanged {
        /// The generation that the caller named.
        seen: Generation,
        /// The generation that counts from now on.
        now: Generation,
    },
    /// A signed item for this device alone.
    Personal(Personal),
    /// A certificate to check and keep.
    StoreCertificate {
        /// Its place in the server's control log.
        seq: u64,
        /// The certificate.
        certificate: Certificate,
    },
    /// An edition to check and keep.
    StoreEdition {
        /// Its place in the server's control log.
        seq: u64,
        /// The edition.
        edition: SignedEdition,
    },
    /// A revocation to check and keep.
    StoreRevocation {
        /// Its place in the server's control log.
        seq: u64,
        /// The revocation.
        revocation: Revocation,
    },
    /// A record to be removed for good, after the check of the signature.
    Tombstone {
        /// Its place in the server's control log.
        seq: u64,
        /// The tombstone.
        tombstone: Tombstone,
    },
    /// A checkpoint to check and keep.
    StoreCheckpoint {
        /// Its place in the server's control log.
        seq: u64,
        /// The checkpoint.
        checkpoint: Checkpoint,
    },
    /// What became of an offered batch.
    Acked {
        /// The scope that it was offered for.
        scope: Scope,
        /// The batch.
        batch: BatchId,
        /// One outcome for each entry.
        results: Vec<Outcome>,
    },
    /// The next stretch of a feed. Store it with `to` as the feed's new place in one transaction,
    /// then call [`Response::applied`].
    PageReady(Page),
    /// Records that were asked for again.
    Fetched(Fetched),
    /// Photos that the server lacks, most urgent first.
    BlobsWanted(Vec<BlobHash>),
    /// Both ends hold the same in this scope.
    InStep {
        /// The scope.
        scope: Scope,
        /// The place up to which it was compared.
        seq: u64,
    },
    /// The two ends hold different things although nothing waits: ask for the digests of the
    /// buckets, fetch the records that differ and report an incident.
    Diverged {
        /// The scope.
        scope: Scope,
        /// The place up to which it was compared.
        seq: u64,
        /// The caller's digest.
        mine: [u8; 32],
        /// The server's digest.
        theirs: [u8; 32],
    },
    /// The digests of a scope's buckets.
    Buckets(Buckets),
    /// The records of one bucket.
    Bucket(Bucket),
    /// The server stopped. Nothing follows; what was not acknowledged is offered again.
    Failed(ErrorFrame),
    /// The answer is complete. Nothing follows.
    Ended {
        /// Whether the server has more: another exchange should follow at once.
        more: bool,
    },
}

/// An answer that is being read.
#[derive(Debug)]
pub struct Response {
    reader: FrameReader,
    rules: ResponseRules,
    joiner: Joiner,
    generation_seen: Option<Generation>,
    /// The caller's digest of each scope at the place that it has stored.
    digests: BTreeMap<Scope, Option<[u8; 32]>>,
    /// The digests that the hello named.
    asked_digests: BTreeMap<Scope, Option<[u8; 32]>>,
    wants: Vec<(Scope, u64)>,
    queued: VecDeque<Event>,
    failed: Option<SyncError>,
}

impl Response {
    pub(super) fn to(hello: &Hello, rules: RequestRules) -> Result<Self, SyncError> {
        let wants = hello.wants.iter();
        let digests: BTreeMap<_, _> = wants
            .clone()
            .map(|want| (want.scope.clone(), want.digest))
            .collect();
        Ok(Self {
            reader: FrameReader::new(Caps::response(hello.max_bytes))?,
            rules: ResponseRules::to(rules)?,
            joiner: Joiner::after(hello.control_since),
            generation_seen: hello.generation_seen,
            asked_digests: digests.clone(),
            digests,
            wants: wants.map(|want| (want.scope.clone(), want.since)).collect(),
            queued: VecDeque::new(),
            failed: None,
        })
    }

    /// The next event, taking from `input` what is needed for it. `None`: all of `input` was taken
    /// and more is needed, or the answer is over.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Event>, SyncError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let result = self.advance(input);
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }

    /// Says that a page is stored, and what the digest of its scope is now: `None` when the caller
    /// has changes there that the server does not have.
    pub fn applied(&mut self, scope: &Scope, digest: Option<[u8; 32]>) {
        if let Some(known) = self.digests.get_mut(scope) {
            *known = digest;
        }
    }

    /// Checks, when the connection is closed, that the answer was complete. [`SyncError::Cut`]: it
    /// was not, and another exchange brings the rest.
    pub fn finish(&self) -> Result<(), SyncError> {
        match &self.failed {
            Some(error) => Err(error.clone()),
            None if self.rules.is_over() => self.reader.finish(),
            None => Err(SyncError::Cut),
        }
    }

    /// Bytes of the answer so far: compressed and inflated.
    pub fn bytes(&self) -> (u64, u64) {
        (self.reader.wire_bytes(), self.reader.inflated_bytes())
    }

    fn advance(&mut self, input: &mut &[u8]) -> Result<Option<Event>, SyncError> {
        loop {
            if let Some(event) = self.queued.pop_front() {
                return Ok(Some(event));
            }
            let Some(raw) = self.reader.next(input)? else {
                return Ok(None);
            };
            let Some(frame) = Frame::decode(&raw)? else {
                continue;
            };
            drop(raw);
            let offered = self
                .rules
                .next_offered()
                .map(|offered| offered.scope.clone());
            self.rules.see(&frame)?;
            if self.joiner.is_open() && !matches!(frame, Frame::Control(_)) {
                return Err(SyncError::Order("a frame between the parts of an item"));
            }
            if let Some(event) = self.event(frame, offered)? {
                return Ok(Some(event));
            }
        }
    }

    fn event(&mut self, frame: Frame, offered: Option<Scope>) -> Result<Option<Event>, SyncError> {
        Ok(Some(match frame {
            Frame::Welcome(welcome) => {
                if let Some(seen) = self.generation_seen.filter(|_| self.rules.is_void()) {
                    let now = welcome.generation;
                    self.queued
                        .push_back(Event::GenerationChanged { seen, now });
                }
                Event::Welcomed(welcome)
            }
            Frame::Personal(item) => Event::Personal(*item),
            Frame::Control(part) => match self.joiner.push(part)? {
                Some((seq, item)) => control_event(seq, item),
                None => return Ok(None),
            },
            Frame::Ack(ack) => Event::Acked {
                scope: offered.ok_or(SyncError::Order("an acknowledgement of nothing"))?,
                batch: ack.batch,
                results: ack.results,
            },
            Frame::Page(page) => {
                // Until the caller says otherwise, its digest of this place is not known.
                self.applied(&page.scope, None);
                Event::PageReady(page)
            }
            Frame::Fetched(fetched) => Event::Fetched(fetched),
            Frame::BlobWanted(wanted) => Event::BlobsWanted(wanted.hashes),
            Frame::Digest(digest) => match self.compare(digest)? {
                Some(event) => event,
                None => return Ok(None),
            },
            Frame::InStep(in_step) => {
                // The rules have seen that each number is a want that named its digest.
                for number in in_step.wants {
                    if let Some((scope, seq)) = self.wants.get(usize::from(number)).cloned() {
                        self.queued.push_back(Event::InStep { scope, seq });
                    }
                }
                return Ok(None);
            }
            Frame::Buckets(buckets) => Event::Buckets(buckets),
            Frame::Bucket(bucket) => Event::Bucket(bucket),
            Frame::Error(error) => Event::Failed(error),
            Frame::End(end) => Event::Ended { more: end.more },
            Frame::Hello(_) | Frame::Offer(_) | Frame::Fetch(_) | Frame::DigestAsk(_) => {
                return Err(SyncError::Order("a frame that belongs in a request"));
            }
        }))
    }
}

impl Response {
    /// What the server's digest says. Nothing when the caller's own is not comparable.
    fn compare(&mut self, digest: Digest) -> Result<Option<Event>, SyncError> {
        let Digest { scope, seq, digest } = digest;
        let mine = self.digests.get(&scope).copied().flatten();
        let same_as_asked = self.asked_digests.get(&scope).copied().flatten();
        let theirs = digest.or(same_as_asked);
        let theirs = theirs.ok_or_else(|| SyncError::malformed("Digest", "none was named"))?;
        Ok(mine.map(|mine| {
            if mine == theirs {
                Event::InStep { scope, seq }
            } else {
                Event::Diverged {
                    scope,
                    seq,
                    mine,
                    theirs,
                }
            }
        }))
    }
}

fn control_event(seq: u64, item: ControlItem) -> Event {
    match item {
        ControlItem::Certificate(certificate) => Event::StoreCertificate { seq, certificate },
        ControlItem::Edition(edition) => Event::StoreEdition { seq, edition },
        ControlItem::Revocation(revocation) => Event::StoreRevocation { seq, revocation },
        ControlItem::Tombstone(tombstone) => Event::Tombstone { seq, tombstone },
        ControlItem::Checkpoint(checkpoint) => Event::StoreCheckpoint { seq, checkpoint },
    }
}
