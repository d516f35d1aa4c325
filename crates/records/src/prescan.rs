//! Reads a foreign change with bounded work and memory, and refuses everything but the bytes that
//! the merge engine's own encoder would have written for it.
//!
//! The engine trusts counts that a sender writes: a change of 111 bytes can claim 1.5 million
//! operations. So operations are counted from the action column alone, before anything is
//! expanded, and a non-canonical change, which may merge today and fail to load tomorrow, never
//! gets that far. Nothing here panics, allocates by a number from the input, or uses the engine.

mod chunk;
mod columns;
mod leb128;
mod ops;
mod rle;

use linli_model::{ActorId, ChangeHash};

use crate::rules::{Broken, Rule, Rules};

/// The most bytes of a change.
pub const MAX_BYTES: usize = 64 * 1024;
/// The most operations of a change.
pub const MAX_OPS: usize = 500;
/// The most predecessors of all operations of a change.
pub const MAX_PREDS: usize = 1_000;
/// The most dependencies of a change.
pub const MAX_DEPS: usize = 64;
/// The most actors that a change names, with its author.
pub const MAX_ACTORS: usize = 32;
/// The most bytes of a key or of the message.
pub const MAX_TEXT: usize = 256;
/// The highest operation counter and sequence number.
pub const MAX_COUNTER: u32 = 1 << 31;
/// The furthest time from 1970 in milliseconds, in either direction: the engine keeps the
/// differences between times and does not check that they fit.
pub const MAX_TIME: u64 = 1 << 52;

/// Why a change is not read. All of these are for ever: the bytes do not get better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScanRefusal {
    /// Longer than [`MAX_BYTES`].
    #[error("the change has more than {MAX_BYTES} bytes")]
    TooLarge,
    /// Something that we never send: another chunk type, deflated bytes, marks, tables.
    #[error("unsupported: {0}")]
    Unsupported(&'static str),
    /// The bytes cannot be read as a change.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// More of something than a change may hold.
    #[error("too many {0}")]
    OverCap(&'static str),
    /// A rule of the canonical form is broken.
    #[error("rule {} is broken", .0.code())]
    Rule(Rule),
}

impl ScanRefusal {
    /// The word for logs and quarantine rows.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Unsupported(_) => "unsupported",
            Self::Malformed(_) => "malformed",
            Self::OverCap(_) => "over_cap",
            Self::Rule(rule) => rule.code(),
        }
    }
}

impl From<Broken> for ScanRefusal {
    fn from(Broken(rule): Broken) -> Self {
        Self::Rule(rule)
    }
}

/// A change that obeys the caps and the canonical form. It borrows from its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct ScannedChange<'a> {
    /// The bytes that were read.
    pub bytes: &'a [u8],
    /// SHA-256 over them, as the engine computes it.
    pub hash: ChangeHash,
    /// What it builds on, ascending.
    pub deps: Vec<ChangeHash>,
    /// The author first, then the other actors that operations name, ascending.
    pub actors: Vec<ActorId>,
    /// The author's running number.
    pub seq: u64,
    /// The number of the first operation.
    pub start_op: u32,
    /// The author's clock.
    pub time: i64,
    /// The message; `None` when empty.
    pub message: Option<&'a str>,
    /// The operations, numbered upwards from `start_op`.
    pub ops: Vec<Op<'a>>,
    preds: Vec<OpId>,
}

/// The id of an operation, with the actor as its place in [`ScannedChange::actors`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpId {
    /// The operation's number, above zero.
    pub counter: u32,
    /// The actor's place.
    pub actor: u16,
}

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Op<'a> {
    /// The object it works on; `None` is the root.
    pub object: Option<OpId>,
    /// Where in the object.
    pub key: Key<'a>,
    /// Whether it makes a new element after the one in `key`.
    pub insert: bool,
    /// What it does.
    pub action: Action,
    /// The value of a put or increment; null otherwise.
    pub value: Value<'a>,
    preds: (u16, u16),
}

/// Where in an object an operation works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// A name in a map.
    Name(&'a str),
    /// The place before the first element of a list.
    Head,
    /// An element of a list, by the operation that inserted it.
    Element(OpId),
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Makes an object.
    Make(ObjectType),
    /// Writes a value.
    Put,
    /// Removes what its predecessors wrote.
    Delete,
    /// Adds to a counter.
    Increment,
}

/// The type of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectType {
    /// Keys are names.
    Map,
    /// Keys are elements.
    List,
    /// Keys are elements, which are characters.
    Text,
}

/// A scalar as it stands in a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Flag(bool),
    /// A whole number from zero.
    Uint(u64),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A counter's start.
    Counter(i64),
    /// Milliseconds.
    Time(i64),
}

impl ScannedChange<'_> {
    /// Who wrote the change.
    pub fn actor(&self) -> ActorId {
        self.actors.first().copied().unwrap_or(ActorId([0; 16]))
    }

    /// The predecessors of one of this change's operations.
    pub fn preds(&self, op: &Op<'_>) -> &[OpId] {
        let (from, to) = op.preds;
        self.preds
            .get(usize::from(from)..usize::from(to))
            .unwrap_or_default()
    }

    /// The number of the last operation.
    pub fn max_op(&self) -> u32 {
        let count = u32::try_from(self.ops.len()).unwrap_or(u32::MAX);
        self.start_op.saturating_add(count).saturating_sub(1)
    }
}

/// Reads one change.
pub fn scan(bytes: &[u8]) -> Result<ScannedChange<'_>, ScanRefusal> {
    scan_with(bytes, Rules::ALL)
}

/// [`scan`] with some rules switched off, for the tests that show what each is for.
#[doc(hidden)]
pub fn scan_with(bytes: &[u8], rules: Rules) -> Result<ScannedChange<'_>, ScanRefusal> {
    if bytes.len() > MAX_BYTES {
        return Err(ScanRefusal::TooLarge);
    }
    let header = chunk::header(bytes, rules)?;
    let (body, columns) = chunk::body(header.body, rules)?;
    let decoded = ops::decode(&columns, &body, rules)?;
    Ok(ScannedChange {
        bytes,
        hash: header.hash,
        deps: body.deps,
        actors: body.actors,
        seq: body.seq,
        start_op: body.start_op,
        time: body.time,
        message: body.message,
        ops: decoded.ops,
        preds: decoded.preds,
    })
}

/// The hash that a sender's bytes have, whatever else is wrong with them. `None` when they are
/// not even a chunk.
pub fn hash_of(bytes: &[u8]) -> Option<ChangeHash> {
    chunk::header(bytes, Rules::ALL.without(Rule::Checksum))
        .ok()
        .map(|header| header.hash)
}
