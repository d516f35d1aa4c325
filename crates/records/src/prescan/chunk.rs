//! The chunk around a change and the fields before its columns.

use linli_model::{ActorId, ChangeHash};
use sha2::{Digest, Sha256};

use super::columns::{self, Columns};
use super::leb128::Reader;
use super::{MAX_ACTORS, MAX_COUNTER, MAX_DEPS, MAX_TEXT, MAX_TIME, ScanRefusal};
use crate::rules::{Rule, Rules};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];

pub(super) struct Header<'a> {
    pub(super) hash: ChangeHash,
    pub(super) body: &'a [u8],
}

/// Reads magic, checksum, type and length, and hashes what follows.
pub(super) fn header(bytes: &[u8], rules: Rules) -> Result<Header<'_>, ScanRefusal> {
    let mut reader = Reader::new(bytes, rules);
    if reader.array::<4>()? != MAGIC {
        return Err(ScanRefusal::Malformed("not a chunk"));
    }
    let checksum = reader.array::<4>()?;
    let hashed = reader.rest();
    match reader.byte()? {
        1 => {}
        0 => return Err(ScanRefusal::Unsupported("a document chunk")),
        2 => return Err(ScanRefusal::Unsupported("a deflated change")),
        _ => return Err(ScanRefusal::Unsupported("an unknown chunk type")),
    }
    let length = reader.unsigned()?;
    let body = reader.take(length)?;
    if !reader.is_empty() {
        return Err(ScanRefusal::Malformed("bytes after the chunk"));
    }
    let hash: [u8; 32] = Sha256::digest(hashed).into();
    rules.require(Rule::Checksum, hash.starts_with(&checksum))?;
    Ok(Header {
        hash: ChangeHash(hash),
        body,
    })
}

pub(super) struct Body<'a> {
    pub(super) deps: Vec<ChangeHash>,
    pub(super) actors: Vec<ActorId>,
    pub(super) seq: u64,
    pub(super) start_op: u32,
    pub(super) time: i64,
    pub(super) message: Option<&'a str>,
}

/// Reads everything before the operations.
pub(super) fn body(bytes: &[u8], rules: Rules) -> Result<(Body<'_>, Columns<'_>), ScanRefusal> {
    let mut reader = Reader::new(bytes, rules);
    let deps = dependencies(&mut reader)?;
    let author = actor(&mut reader)?;
    let seq = reader.unsigned()?;
    if seq > u64::from(MAX_COUNTER) {
        return Err(ScanRefusal::OverCap("sequence numbers"));
    }
    let start_op = match u32::try_from(reader.unsigned()?) {
        Ok(0) => return Err(ScanRefusal::Malformed("operations start at zero")),
        Ok(start) if start <= MAX_COUNTER => start,
        Ok(_) | Err(_) => return Err(ScanRefusal::OverCap("operation counters")),
    };
    let time = reader.signed()?;
    if time.unsigned_abs() > MAX_TIME {
        return Err(ScanRefusal::OverCap("milliseconds"));
    }
    let length = reader.unsigned()?;
    if length > MAX_TEXT as u64 {
        return Err(ScanRefusal::OverCap("bytes of message"));
    }
    let message = Some(reader.text(length)?).filter(|text| !text.is_empty());
    let actors = actors(&mut reader, author)?;
    let columns = columns::read(reader, rules)?;
    Ok((
        Body {
            deps,
            actors,
            seq,
            start_op,
            time,
            message,
        },
        columns,
    ))
}

fn dependencies(reader: &mut Reader<'_>) -> Result<Vec<ChangeHash>, ScanRefusal> {
    let count = reader.unsigned()?;
    if count > MAX_DEPS as u64 {
        return Err(ScanRefusal::OverCap("dependencies"));
    }
    let deps = (0..count)
        .map(|_| reader.array().map(ChangeHash))
        .collect::<Result<Vec<_>, _>>()?;
    reader
        .rules
        .require(Rule::DepsAscending, deps.is_sorted_by(|a, b| a < b))?;
    Ok(deps)
}

fn actors(reader: &mut Reader<'_>, author: ActorId) -> Result<Vec<ActorId>, ScanRefusal> {
    let count = reader.unsigned()?;
    if count >= MAX_ACTORS as u64 {
        return Err(ScanRefusal::OverCap("actors"));
    }
    let mut actors = vec![author];
    for _ in 0..count {
        actors.push(actor(reader)?);
    }
    let others = actors.get(1..).unwrap_or_default();
    reader
        .rules
        .require(Rule::ActorsAscending, others.is_sorted_by(|a, b| a < b))?;
    reader
        .rules
        .require(Rule::AuthorAmongOthers, !others.contains(&author))?;
    Ok(actors)
}

/// Our actors have 16 bytes; the engine would take any number.
fn actor(reader: &mut Reader<'_>) -> Result<ActorId, ScanRefusal> {
    if reader.unsigned()? != 16 {
        return Err(ScanRefusal::Malformed("an actor is not 16 bytes"));
    }
    reader.array().map(ActorId)
}
