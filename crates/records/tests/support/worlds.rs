//! Valid histories of all sorts, written through the engine itself: maps, lists, texts, counters, deletions, concurrent edits and merges. Each transaction obeys the rule that our own
//! writing obeys: it touches no key twice.

use std::collections::BTreeSet;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{
    ActorId, AutoCommit, Automerge, Change, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value,
};

use crate::dice::Dice;

/// The changes of one document, each after those it builds on.
pub(crate) fn world(seed: u64, steps: usize) -> Vec<Change> {
    let mut dice = Dice::new(seed);
    let actors = 1 + dice.below(4);
    let actor = |number: usize| {
        let byte = u8::try_from(number).unwrap();
        ActorId::from([byte.wrapping_mul(71).wrapping_add(3); 16])
    };
    let mut first = Automerge::new().with_actor(actor(0));
    save(&mut first, &mut dice);
    let mut docs: Vec<Automerge> = (0..actors)
        .map(|number| first.clone().with_actor(actor(number)))
        .collect();
    for _ in 0..steps {
        let at = dice.below(docs.len());
        save(&mut docs[at], &mut dice);
        if dice.chance(3) {
            let from = dice.below(docs.len());
            if from != at {
                let mut other = docs[from].clone();
                docs[at].merge(&mut other).unwrap();
            }
        }
    }
    let mut all = docs.swap_remove(0);
    for doc in &mut docs {
        all.merge(doc).unwrap();
    }
    all.get_changes(&[])
}

/// One transaction of a few operations.
fn save(doc: &mut Automerge, dice: &mut Dice) {
    let mut tx = doc.transaction();
    let mut touched: BTreeSet<(String, String)> = BTreeSet::new();
    for _ in 0..=dice.below(6) {
        let (object, kind) = some_object(&tx, dice);
        match kind {
            ObjType::Map | ObjType::Table => in_map(&mut tx, &object, &mut touched, dice),
            ObjType::List => in_list(&mut tx, &object, &mut touched, dice),
            ObjType::Text => {
                let length = tx.length(&object);
                let at = dice.below(length + 1);
                let delete =
                    usize::from(length > at && touched.insert((object.to_string(), String::new())));
                let delete = isize::try_from(delete).unwrap();
                tx.splice_text(&object, at, delete, &dice.word()).unwrap();
            }
        }
    }
    let options =
        CommitOptions::default().with_time(i64::from_le_bytes(dice.any().to_le_bytes()) >> 12);
    let options = if dice.chance(2) {
        options.with_message(dice.word())
    } else {
        options
    };
    tx.commit_with(options);
}

fn some_object(doc: &impl ReadDoc, dice: &mut Dice) -> (ObjId, ObjType) {
    let (mut object, mut kind) = (ROOT, ObjType::Map);
    for _ in 0..dice.below(3) {
        if kind != ObjType::Map {
            break;
        }
        let inner: Vec<(ObjId, ObjType)> = doc
            .keys(&object)
            .filter_map(|key| doc.get(&object, key).ok().flatten())
            .filter_map(|(value, id)| value.as_objtype().map(|kind| (id, kind)))
            .collect();
        if inner.is_empty() {
            break;
        }
        (object, kind) = dice.pick(&inner).clone();
    }
    (object, kind)
}

fn in_map(
    tx: &mut impl Transactable,
    object: &ObjId,
    touched: &mut BTreeSet<(String, String)>,
    dice: &mut Dice,
) {
    let key = (*dice.pick(&["a", "b", "c", "长名字", "e", "f", "g", "list", "text"])).to_owned();
    if !touched.insert((object.to_string(), key.clone())) {
        return;
    }
    let standing = tx
        .get(object, key.as_str())
        .unwrap()
        .map(|(value, _)| value.into_owned());
    let is_counter = matches!(&standing, Some(Value::Scalar(s)) if matches!(s.as_ref(), ScalarValue::Counter(_)));
    if is_counter && dice.chance(2) {
        tx.increment(
            object,
            key.as_str(),
            i64::try_from(dice.below(9)).unwrap() - 4,
        )
        .unwrap();
    } else if standing.is_some() && dice.chance(4) {
        tx.delete(object, key.as_str()).unwrap();
    } else if key == "list" && standing.is_none() {
        tx.put_object(object, key.as_str(), ObjType::List).unwrap();
    } else if key == "text" && standing.is_none() {
        tx.put_object(object, key.as_str(), ObjType::Text).unwrap();
    } else if dice.chance(8) {
        let kind = *dice.pick(&[ObjType::Map, ObjType::Map, ObjType::List]);
        tx.put_object(object, key.as_str(), kind).unwrap();
    } else {
        tx.put(object, key.as_str(), scalar(dice)).unwrap();
    }
}

fn in_list(
    tx: &mut impl Transactable,
    object: &ObjId,
    touched: &mut BTreeSet<(String, String)>,
    dice: &mut Dice,
) {
    let length = tx.length(object);
    let at = dice.below(length + 1);
    // At most one update of a list per transaction: its places shift.
    if at < length && dice.chance(2) && touched.insert((object.to_string(), String::new())) {
        if dice.chance(2) {
            tx.delete(object, at).unwrap();
        } else {
            tx.put(object, at, scalar(dice)).unwrap();
        }
    } else if dice.chance(6) {
        tx.insert_object(object, at, ObjType::Map).unwrap();
    } else {
        tx.insert(object, at, scalar(dice)).unwrap();
    }
}

fn scalar(dice: &mut Dice) -> ScalarValue {
    let number = i64::from_le_bytes(dice.any().to_le_bytes()) >> dice.below(64);
    match dice.below(10) {
        0 => ScalarValue::Null,
        1 => ScalarValue::Boolean(dice.chance(2)),
        2 => ScalarValue::Uint(dice.any() >> dice.below(64)),
        3 => ScalarValue::Int(number),
        4 => ScalarValue::F64(f64::from_bits(dice.any())),
        5 => ScalarValue::Bytes(dice.word().into_bytes()),
        6 => ScalarValue::counter(number >> 12),
        7 => ScalarValue::Timestamp(number),
        _ => ScalarValue::Str(dice.word().into()),
    }
}

/// A document loaded from raw changes.
pub(crate) fn engine(changes: &[&[u8]]) -> AutoCommit {
    let parsed = changes
        .iter()
        .map(|bytes| Change::from_bytes(bytes.to_vec()).unwrap());
    let mut doc = AutoCommit::new();
    doc.apply_changes(parsed.collect::<Vec<_>>()).unwrap();
    doc
}
