//! The operations, put together from their columns.

use super::chunk::Body;
use super::columns::Columns;
use super::leb128::Reader;
use super::rle::{Booleans, Deltas, Rle, count};
use super::{
    Action, Key, MAX_COUNTER, MAX_OPS, MAX_PREDS, MAX_TEXT, ObjectType, Op, OpId, ScanRefusal,
    Value,
};
use crate::rules::{Rule, Rules};

pub(super) struct Decoded<'a> {
    pub(super) ops: Vec<Op<'a>>,
    pub(super) preds: Vec<OpId>,
}

/// Counts the operations, then reads them; never more than the caps.
pub(super) fn decode<'a>(
    columns: &Columns<'a>,
    body: &Body<'a>,
    rules: Rules,
) -> Result<Decoded<'a>, ScanRefusal> {
    let total = count(columns.action, MAX_OPS, rules)?;
    rules.require(Rule::EmptyChange, total > 0)?;
    let last = u64::from(body.start_op) + total as u64;
    if last > u64::from(MAX_COUNTER) + 1 {
        return Err(ScanRefusal::OverCap("operation counters"));
    }
    let mut rows = Rows::new(columns, body, rules);
    let mut ops = Vec::with_capacity(total);
    for _ in 0..total {
        ops.push(rows.next()?);
    }
    rows.finish()?;
    Ok(Decoded {
        ops,
        preds: rows.preds,
    })
}

/// All columns, read one operation at a time.
struct Rows<'a, 'b> {
    body: &'b Body<'a>,
    rules: Rules,
    used: u32,
    object_actor: Rle<'a, u64>,
    object_counter: Rle<'a, u64>,
    key_actor: Rle<'a, u64>,
    key_counter: Deltas<'a>,
    key_name: Rle<'a, &'a str>,
    insert: Booleans<'a>,
    action: Rle<'a, u64>,
    value_meta: Rle<'a, u64>,
    value: Reader<'a>,
    pred_count: Rle<'a, u64>,
    pred_actor: Rle<'a, u64>,
    pred_counter: Deltas<'a>,
    preds: Vec<OpId>,
}

impl<'a, 'b> Rows<'a, 'b> {
    fn new(columns: &Columns<'a>, body: &'b Body<'a>, rules: Rules) -> Self {
        Self {
            body,
            rules,
            used: 1,
            object_actor: Rle::new(columns.object_actor, rules),
            object_counter: Rle::new(columns.object_counter, rules),
            key_actor: Rle::new(columns.key_actor, rules),
            key_counter: Deltas::new(columns.key_counter, rules),
            key_name: Rle::new(columns.key_name, rules),
            insert: Booleans::new(columns.insert, rules),
            action: Rle::new(columns.action, rules),
            value_meta: Rle::new(columns.value_meta, rules),
            value: Reader::new(columns.value, rules),
            pred_count: Rle::new(columns.pred_count, rules),
            pred_actor: Rle::new(columns.pred_actor, rules),
            pred_counter: Deltas::new(columns.pred_counter, rules),
            preds: Vec::new(),
        }
    }

    fn next(&mut self) -> Result<Op<'a>, ScanRefusal> {
        let object = self.object()?;
        let key = self.key()?;
        let insert = self.insert.next()?;
        let action = action(self.action.value()?)?;
        let value = self.value()?;
        match action {
            Action::Make(_) | Action::Delete => {
                self.rules.require(Rule::NullValue, value == Value::Null)?;
            }
            Action::Increment => {
                let integer = matches!(value, Value::Int(_));
                self.rules.require(Rule::IncrementInteger, integer)?;
            }
            Action::Put => {}
        }
        let preds = self.preds()?;
        Ok(Op {
            object,
            key,
            insert,
            action,
            value,
            preds,
        })
    }

    fn object(&mut self) -> Result<Option<OpId>, ScanRefusal> {
        match (self.object_actor.next()?, self.object_counter.next()?) {
            (None, None) => Ok(None),
            (Some(actor), Some(counter)) => {
                let counter = u32::try_from(counter)
                    .ok()
                    .filter(|counter| *counter <= MAX_COUNTER)
                    .ok_or(ScanRefusal::OverCap("operation counters"))?;
                self.rules.require(Rule::ZeroCounter, counter > 0)?;
                let id = self.id(actor, counter)?;
                // The engine reads a zero counter as the root.
                Ok(Some(id).filter(|id| id.counter > 0))
            }
            (Some(_), None) | (None, Some(_)) => Err(ScanRefusal::Malformed("half an object id")),
        }
    }

    fn key(&mut self) -> Result<Key<'a>, ScanRefusal> {
        let actor = self.key_actor.next()?;
        let counter = self.key_counter.next()?;
        match (actor, counter, self.key_name.next()?) {
            (None, None, Some(name)) if name.len() > MAX_TEXT => {
                Err(ScanRefusal::OverCap("bytes of key"))
            }
            (None, None, Some(name)) => Ok(Key::Name(name)),
            (None, Some(0), None) => Ok(Key::Head),
            (Some(actor), Some(counter), None) => {
                self.rules.require(Rule::ZeroCounter, counter > 0)?;
                self.id(actor, counter).map(Key::Element)
            }
            (Some(_), None, _) | (_, Some(_), _) | (None, None, None) => {
                Err(ScanRefusal::Malformed("a key of no kind"))
            }
        }
    }

    fn value(&mut self) -> Result<Value<'a>, ScanRefusal> {
        let meta = self.value_meta.value()?;
        let bytes = self.value.take(meta >> 4)?;
        let empty = bytes.is_empty();
        let mut reader = Reader::new(bytes, self.rules);
        let value = match meta & 0xf {
            0 => Value::Null,
            1 => Value::Flag(false),
            2 => Value::Flag(true),
            3 => Value::Uint(reader.unsigned()?),
            4 => Value::Int(reader.signed()?),
            5 => Value::Real(f64::from_le_bytes(reader.array()?)),
            6 => Value::Text(reader.text(meta >> 4)?),
            7 => Value::Bytes(reader.take(meta >> 4)?),
            8 => Value::Counter(reader.signed()?),
            9 => Value::Time(reader.signed()?),
            _ => {
                self.rules.require(Rule::ValueType, false)?;
                Value::Bytes(reader.take(meta >> 4)?)
            }
        };
        match value {
            Value::Null | Value::Flag(_) => self.rules.require(Rule::ValueLength, empty)?,
            Value::Uint(_)
            | Value::Int(_)
            | Value::Real(_)
            | Value::Text(_)
            | Value::Bytes(_)
            | Value::Counter(_)
            | Value::Time(_) => {
                if !reader.is_empty() {
                    return Err(ScanRefusal::Malformed("bytes after a value"));
                }
            }
        }
        Ok(value)
    }

    fn preds(&mut self) -> Result<(u16, u16), ScanRefusal> {
        let over = ScanRefusal::OverCap("predecessors");
        let count = usize::try_from(self.pred_count.value()?).map_err(|_| over)?;
        let from = self.preds.len();
        let to = from
            .checked_add(count)
            .filter(|to| *to <= MAX_PREDS)
            .ok_or(over)?;
        let mut before: Option<OpId> = None;
        for _ in 0..count {
            let actor = self.pred_actor.value()?;
            let null = ScanRefusal::Malformed("a predecessor without a counter");
            let counter = self.pred_counter.next()?.ok_or(null)?;
            self.rules.require(Rule::ZeroCounter, counter > 0)?;
            let id = self.id(actor, counter)?;
            let ascends = before.is_none_or(|before| self.rank(before) < self.rank(id));
            self.rules.require(Rule::PredsAscending, ascends)?;
            before = Some(id);
            self.preds.push(id);
        }
        let place = |at: usize| u16::try_from(at).map_err(|_| over);
        Ok((place(from)?, place(to)?))
    }

    /// The order in which the engine sorts predecessors.
    fn rank(&self, id: OpId) -> (u32, Option<&linli_model::ActorId>) {
        (id.counter, self.body.actors.get(usize::from(id.actor)))
    }

    fn id(&mut self, actor: u64, counter: u32) -> Result<OpId, ScanRefusal> {
        let known = u16::try_from(actor)
            .ok()
            .filter(|actor| usize::from(*actor) < self.body.actors.len());
        let actor = known.ok_or(ScanRefusal::Malformed("an actor that is not listed"))?;
        // At most 32 actors pass the cap, so one bit each is enough.
        self.used |= 1u32.checked_shl(u32::from(actor)).unwrap_or(0);
        Ok(OpId { counter, actor })
    }

    fn finish(&self) -> Result<(), ScanRefusal> {
        self.object_actor.finish()?;
        self.object_counter.finish()?;
        self.key_actor.finish()?;
        self.key_counter.finish()?;
        self.key_name.finish()?;
        self.insert.finish()?;
        self.action.finish()?;
        self.value_meta.finish()?;
        self.rules
            .require(Rule::ColumnEnds, self.value.is_empty())?;
        self.pred_count.finish()?;
        self.pred_actor.finish()?;
        self.pred_counter.finish()?;
        let used = self.used.count_ones() as usize;
        Ok(self
            .rules
            .require(Rule::ActorsUsed, used == self.body.actors.len())?)
    }
}

fn action(number: u64) -> Result<Action, ScanRefusal> {
    Ok(match number {
        0 => Action::Make(ObjectType::Map),
        1 => Action::Put,
        2 => Action::Make(ObjectType::List),
        3 => Action::Delete,
        4 => Action::Make(ObjectType::Text),
        5 => Action::Increment,
        // An old form of a map that the engine reads but can no longer look into.
        6 => return Err(ScanRefusal::Unsupported("tables")),
        7 => return Err(ScanRefusal::Unsupported("marks")),
        _ => return Err(ScanRefusal::Malformed("an unknown action")),
    })
}
