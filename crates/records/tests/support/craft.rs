//! Builds changes byte by byte: canonical ones from operations, and bad ones by bending a part.
//! An encoder of our own, so that neither the engine's nor the scan's view of the format is
//! taken for granted.

use linli_model::{ActorId, ChangeHash};
use linli_records::prescan::{Action, Key, ObjectType, ScannedChange, Value};
use sha2::{Digest, Sha256};

/// A change to be encoded. Ids name actors by place: 0 is the author, then `others`.
#[derive(Debug, Clone)]
pub(crate) struct Craft {
    pub(crate) deps: Vec<ChangeHash>,
    pub(crate) actor: ActorId,
    pub(crate) seq: u64,
    pub(crate) start_op: u64,
    pub(crate) time: i64,
    pub(crate) message: String,
    pub(crate) others: Vec<ActorId>,
    pub(crate) ops: Vec<CraftOp>,
}

#[derive(Debug, Clone)]
pub(crate) struct CraftOp {
    pub(crate) object: Option<(u64, u64)>,
    pub(crate) key: CraftKey,
    pub(crate) insert: bool,
    pub(crate) action: u64,
    pub(crate) value: (u8, Vec<u8>),
    pub(crate) preds: Vec<(u64, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CraftKey {
    Name(String),
    Head,
    Element(u64, u64),
}

pub(crate) type Columns = Vec<(u64, Vec<u8>)>;

pub(crate) const PUT: u64 = 1;
pub(crate) const MAKE_MAP: u64 = 0;
pub(crate) const MAKE_LIST: u64 = 2;
pub(crate) const DELETE: u64 = 3;
pub(crate) const INCREMENT: u64 = 5;

impl CraftOp {
    pub(crate) fn new(key: CraftKey, action: u64, value: (u8, Vec<u8>)) -> Self {
        Self {
            object: None,
            key,
            insert: false,
            action,
            value,
            preds: Vec::new(),
        }
    }

    pub(crate) fn put(name: &str, value: &str) -> Self {
        Self::new(CraftKey::Name(name.to_owned()), PUT, text(value))
    }

    pub(crate) fn make(name: &str, action: u64) -> Self {
        Self::new(CraftKey::Name(name.to_owned()), action, (0, Vec::new()))
    }

    pub(crate) fn delete(name: &str) -> Self {
        Self::make(name, DELETE)
    }

    pub(crate) fn increment(name: &str, by: i64) -> Self {
        Self::new(CraftKey::Name(name.to_owned()), INCREMENT, (4, sleb(by)))
    }

    pub(crate) fn insert(list: (u64, u64), after: CraftKey, value: &str) -> Self {
        Self {
            object: Some(list),
            insert: true,
            ..Self::new(after, PUT, text(value))
        }
    }

    #[must_use]
    pub(crate) fn on(self, object: (u64, u64)) -> Self {
        Self {
            object: Some(object),
            ..self
        }
    }

    #[must_use]
    pub(crate) fn over(self, preds: &[(u64, u64)]) -> Self {
        Self {
            preds: preds.to_vec(),
            ..self
        }
    }

    #[must_use]
    pub(crate) fn holding(self, value: (u8, Vec<u8>)) -> Self {
        Self { value, ..self }
    }
}

impl Craft {
    pub(crate) fn new(actor: ActorId, seq: u64, start_op: u64, deps: &[ChangeHash]) -> Self {
        let mut deps = deps.to_vec();
        deps.sort_unstable();
        Self {
            deps,
            actor,
            seq,
            start_op,
            time: 0,
            message: String::new(),
            others: Vec::new(),
            ops: Vec::new(),
        }
    }

    #[must_use]
    pub(crate) fn with(self, ops: &[CraftOp]) -> Self {
        Self {
            ops: ops.to_vec(),
            ..self
        }
    }

    #[must_use]
    pub(crate) fn naming(self, others: &[ActorId]) -> Self {
        Self {
            others: others.to_vec(),
            ..self
        }
    }

    /// The canonical columns of the operations.
    pub(crate) fn columns(&self) -> Columns {
        let ops = &self.ops;
        let preds = || ops.iter().flat_map(|op| &op.preds);
        let values: Vec<u8> = ops.iter().flat_map(|op| op.value.1.clone()).collect();
        let meta = |op: &CraftOp| (op.value.1.len() as u64) << 4 | u64::from(op.value.0);
        let numbers = |values: Vec<Option<u64>>| rle(&values, |value| uleb(*value));
        let all = vec![
            (
                1,
                numbers(ops.iter().map(|op| op.object.map(|id| id.0)).collect()),
            ),
            (
                2,
                numbers(ops.iter().map(|op| op.object.map(|id| id.1)).collect()),
            ),
            (
                17,
                numbers(
                    ops.iter()
                        .map(|op| match op.key {
                            CraftKey::Element(actor, _) => Some(actor),
                            CraftKey::Name(_) | CraftKey::Head => None,
                        })
                        .collect(),
                ),
            ),
            (
                19,
                deltas(
                    &ops.iter()
                        .map(|op| match op.key {
                            CraftKey::Element(_, counter) => Some(counter),
                            CraftKey::Head => Some(0),
                            CraftKey::Name(_) => None,
                        })
                        .collect::<Vec<_>>(),
                ),
            ),
            (
                21,
                rle(
                    &ops.iter()
                        .map(|op| match &op.key {
                            CraftKey::Name(name) => Some(name.clone()),
                            CraftKey::Element(..) | CraftKey::Head => None,
                        })
                        .collect::<Vec<_>>(),
                    |name| [uleb(name.len() as u64), name.as_bytes().to_vec()].concat(),
                ),
            ),
            (
                52,
                booleans(&ops.iter().map(|op| op.insert).collect::<Vec<_>>()),
            ),
            (66, numbers(ops.iter().map(|op| Some(op.action)).collect())),
            (86, numbers(ops.iter().map(|op| Some(meta(op))).collect())),
            (87, values),
            (
                112,
                numbers(ops.iter().map(|op| Some(op.preds.len() as u64)).collect()),
            ),
            (113, numbers(preds().map(|pred| Some(pred.0)).collect())),
            (
                115,
                deltas(&preds().map(|pred| Some(pred.1)).collect::<Vec<_>>()),
            ),
        ];
        all.into_iter()
            .filter(|(_, bytes)| !bytes.is_empty())
            .collect()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.bytes_with(&self.columns())
    }

    /// The change with these columns instead of its own.
    pub(crate) fn bytes_with(&self, columns: &Columns) -> Vec<u8> {
        chunk(1, &self.body(columns))
    }

    /// What the chunk wraps.
    pub(crate) fn body(&self, columns: &Columns) -> Vec<u8> {
        let mut out = uleb(self.deps.len() as u64);
        for dep in &self.deps {
            out.extend(dep.0);
        }
        let actor = |out: &mut Vec<u8>, actor: &ActorId| {
            out.push(16);
            out.extend(actor.0);
        };
        actor(&mut out, &self.actor);
        out.extend(uleb(self.seq));
        out.extend(uleb(self.start_op));
        out.extend(sleb(self.time));
        out.extend(uleb(self.message.len() as u64));
        out.extend(self.message.as_bytes());
        out.extend(uleb(self.others.len() as u64));
        for other in &self.others {
            actor(&mut out, other);
        }
        out.extend(uleb(columns.len() as u64));
        for (number, bytes) in columns {
            out.extend(uleb(*number));
            out.extend(uleb(bytes.len() as u64));
        }
        for (_, bytes) in columns {
            out.extend(bytes);
        }
        out
    }

    /// The change that a scan has read.
    pub(crate) fn of(change: &ScannedChange<'_>) -> Self {
        let id = |id: linli_records::prescan::OpId| (u64::from(id.actor), u64::from(id.counter));
        let op = |op: &linli_records::prescan::Op<'_>| CraftOp {
            object: op.object.map(id),
            key: match op.key {
                Key::Name(name) => CraftKey::Name(name.to_owned()),
                Key::Head => CraftKey::Head,
                Key::Element(element) => CraftKey::Element(id(element).0, id(element).1),
            },
            insert: op.insert,
            action: match op.action {
                Action::Make(ObjectType::Map) => 0,
                Action::Put => 1,
                Action::Make(ObjectType::List) => 2,
                Action::Delete => 3,
                Action::Make(ObjectType::Text) => 4,
                Action::Increment => 5,
            },
            value: match op.value {
                Value::Null => (0, Vec::new()),
                Value::Flag(flag) => (1 + u8::from(flag), Vec::new()),
                Value::Uint(number) => (3, uleb(number)),
                Value::Int(number) => (4, sleb(number)),
                Value::Real(number) => (5, number.to_le_bytes().to_vec()),
                Value::Text(text) => (6, text.as_bytes().to_vec()),
                Value::Bytes(bytes) => (7, bytes.to_vec()),
                Value::Counter(number) => (8, sleb(number)),
                Value::Time(number) => (9, sleb(number)),
            },
            preds: change.preds(op).iter().copied().map(id).collect(),
        };
        Self {
            deps: change.deps.clone(),
            actor: change.actor(),
            seq: change.seq,
            start_op: u64::from(change.start_op),
            time: change.time,
            message: change.message.unwrap_or_default().to_owned(),
            others: change.actors[1..].to_vec(),
            ops: change.ops.iter().map(op).collect(),
        }
    }
}

/// A chunk with the right checksum.
pub(crate) fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let hashed = [&[kind], uleb(body.len() as u64).as_slice(), body].concat();
    let digest = Sha256::digest(&hashed);
    [&[0x85, 0x6f, 0x4a, 0x83], &digest[..4], &hashed].concat()
}

/// The same bytes with the checksum that they need.
pub(crate) fn repair(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.len() > 8 {
        let digest = Sha256::digest(&bytes[8..]);
        bytes[4..8].copy_from_slice(&digest[..4]);
    }
    bytes
}

pub(crate) fn hash(bytes: &[u8]) -> ChangeHash {
    ChangeHash(Sha256::digest(&bytes[8..]).into())
}

pub(crate) fn text(value: &str) -> (u8, Vec<u8>) {
    (6, value.as_bytes().to_vec())
}

pub(crate) fn uleb(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if value == 0 {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}

pub(crate) fn sleb(mut value: i64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if (value == 0 && low & 0x40 == 0) || (value == -1 && low & 0x40 != 0) {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}

/// Runs of two and more, literals between them, null runs; nothing for nulls alone.
pub(crate) fn rle<T: PartialEq>(values: &[Option<T>], encode: impl Fn(&T) -> Vec<u8>) -> Vec<u8> {
    if values.iter().all(Option::is_none) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut literal: Vec<&T> = Vec::new();
    let mut at = 0;
    let flush = |out: &mut Vec<u8>, literal: &mut Vec<&T>| {
        if !literal.is_empty() {
            out.extend(sleb(-i64::try_from(literal.len()).unwrap()));
            literal
                .drain(..)
                .for_each(|value| out.extend(encode(value)));
        }
    };
    while at < values.len() {
        let run = values[at..]
            .iter()
            .take_while(|value| **value == values[at])
            .count();
        match &values[at] {
            None => {
                flush(&mut out, &mut literal);
                out.push(0);
                out.extend(uleb(run as u64));
            }
            Some(value) if run > 1 => {
                flush(&mut out, &mut literal);
                out.extend(sleb(i64::try_from(run).unwrap()));
                out.extend(encode(value));
            }
            Some(value) => literal.push(value),
        }
        at += run;
    }
    flush(&mut out, &mut literal);
    out
}

pub(crate) fn deltas(values: &[Option<u64>]) -> Vec<u8> {
    let mut before = 0i64;
    let differences: Vec<Option<i64>> = values
        .iter()
        .map(|value| {
            value.map(|value| {
                let value = i64::try_from(value).unwrap_or(i64::MAX);
                let difference = value.wrapping_sub(before);
                before = value;
                difference
            })
        })
        .collect();
    rle(&differences, |difference| sleb(*difference))
}

pub(crate) fn booleans(values: &[bool]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut current, mut count) = (false, 0u64);
    for value in values {
        if *value != current {
            out.extend(uleb(count));
            (current, count) = (*value, 0);
        }
        count += 1;
    }
    if count > 0 {
        out.extend(uleb(count));
    }
    out
}
