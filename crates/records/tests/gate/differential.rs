//! Our decoder against the engine's own, on valid changes of every sort.

use automerge::legacy::{self, ElementId, ObjectId, OpType};
use automerge::{ObjType, ScalarValue};
use linli_records::prescan::{Action, Key, ObjectType, OpId, ScannedChange, Value, scan};
use linli_records::structure::History;

use crate::craft::Craft;
use crate::dice::times;
use crate::worlds::world;

fn id(change: &ScannedChange<'_>, id: OpId) -> (u64, Vec<u8>) {
    (
        u64::from(id.counter),
        change.actors[usize::from(id.actor)].0.to_vec(),
    )
}

fn theirs(id: &legacy::OpId) -> (u64, Vec<u8>) {
    (id.counter(), id.actor().to_bytes().to_vec())
}

fn same_scalar(ours: Value<'_>, theirs: &ScalarValue) -> bool {
    match (ours, theirs) {
        (Value::Null, ScalarValue::Null) => true,
        (Value::Flag(a), ScalarValue::Boolean(b)) => a == *b,
        (Value::Uint(a), ScalarValue::Uint(b)) => a == *b,
        (Value::Int(a), ScalarValue::Int(b)) | (Value::Time(a), ScalarValue::Timestamp(b)) => {
            a == *b
        }
        (Value::Real(a), ScalarValue::F64(b)) => a.to_bits() == b.to_bits(),
        (Value::Text(a), ScalarValue::Str(b)) => a == b.as_str(),
        (Value::Bytes(a), ScalarValue::Bytes(b)) => a == b,
        (Value::Counter(a), ScalarValue::Counter(b)) => a == i64::from(b),
        _ => false,
    }
}

fn same_action(action: Action, value: Value<'_>, theirs: &OpType) -> bool {
    match (action, theirs) {
        (Action::Make(ours), OpType::Make(theirs)) => matches!(
            (ours, theirs),
            (ObjectType::Map, ObjType::Map)
                | (ObjectType::List, ObjType::List)
                | (ObjectType::Text, ObjType::Text)
        ),
        (Action::Delete, OpType::Delete) => true,
        (Action::Put, OpType::Put(scalar)) => same_scalar(value, scalar),
        (Action::Increment, OpType::Increment(by)) => value == Value::Int(*by),
        _ => false,
    }
}

/// Compares one change field by field; gives the number of its operations.
fn compare(raw: &[u8], engine: &automerge::Change) -> usize {
    let ours = scan(raw).unwrap_or_else(|refusal| panic!("{refusal}: {raw:02x?}"));
    let decoded = engine.decode();
    assert_eq!(ours.hash.0, engine.hash().0);
    assert_eq!(
        automerge::Change::from(decoded.clone()).hash(),
        engine.hash()
    );
    assert_eq!(ours.actor().0, engine.actor_id().to_bytes());
    assert_eq!((ours.seq, ours.time), (engine.seq(), engine.timestamp()));
    assert_eq!(u64::from(ours.start_op), engine.start_op().get());
    assert_eq!(u64::from(ours.max_op()), engine.max_op());
    assert_eq!(ours.message, engine.message());
    assert!(
        ours.deps
            .iter()
            .map(|dep| dep.0)
            .eq(engine.deps().iter().map(|dep| dep.0))
    );
    assert_eq!(ours.ops.len(), decoded.operations.len());
    for (op, expected) in ours.ops.iter().zip(&decoded.operations) {
        let object = match &expected.obj {
            ObjectId::Root => None,
            ObjectId::Id(id) => Some(theirs(id)),
        };
        assert_eq!(op.object.map(|object| id(&ours, object)), object);
        match (op.key, &expected.key) {
            (Key::Name(name), legacy::Key::Map(expected)) => assert_eq!(name, expected.as_str()),
            (Key::Head, legacy::Key::Seq(ElementId::Head)) => {}
            (Key::Element(element), legacy::Key::Seq(ElementId::Id(expected))) => {
                assert_eq!(id(&ours, element), theirs(expected));
            }
            (ours, theirs) => panic!("{ours:?} is not {theirs:?}"),
        }
        assert_eq!(op.insert, expected.insert);
        assert!(
            same_action(op.action, op.value, &expected.action),
            "{op:?} {expected:?}"
        );
        let preds: Vec<_> = ours.preds(op).iter().map(|pred| id(&ours, *pred)).collect();
        assert_eq!(preds, expected.pred.iter().map(theirs).collect::<Vec<_>>());
    }
    // Our encoder in these tests is the third opinion.
    assert_eq!(Craft::of(&ours).bytes(), raw);
    ours.ops.len()
}

#[test]
fn valid_changes_are_read_as_the_engine_reads_them_and_fit_their_history() {
    let (mut changes, mut operations, mut seed) = (0, 0, 0);
    while changes < times(3_000) {
        let mut history = History::default();
        for change in world(seed, 40) {
            operations += compare(change.raw_bytes(), &change);
            let scanned = scan(change.raw_bytes()).unwrap();
            history
                .accept(&scanned)
                .unwrap_or_else(|refusal| panic!("seed {seed}: {refusal} {scanned:?}"));
            changes += 1;
        }
        seed += 1;
    }
    assert!(
        operations > 2 * changes,
        "{operations} operations in {changes} changes"
    );
}
