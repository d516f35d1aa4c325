//! The layout of records against changes that are sound in every other way.

use linli_model::RecordKind;
use linli_records::{Document, Incoming, admit};

use crate::craft::{Craft, CraftKey, CraftOp, hash};
use crate::judging::{admit_all, allow, code, is_applied, judge, map_of, next};
use crate::records::{actor, arriving, case, fields, key, save};

/// Operations of key 2 that bend the layout of a case, each with the refusal that it meets.
fn bent(doc: &Document) -> Vec<(&'static str, Vec<CraftOp>)> {
    let put = |name: &str| CraftOp::put(name, "x");
    let (events, photos) = (map_of(doc, "events"), map_of(doc, "photos"));
    let mine = format!("{}:1", actor(2));
    let standing = format!("{}:1", actor(1));
    let first = linli_records::prescan::scan(&doc.changes()[0].bytes)
        .unwrap()
        .ops
        .len() as u64;
    vec![
        ("undeclared", vec![put("religion")]),
        ("undeclared", vec![put("id_card")]),
        ("undeclared", vec![put("events")]),
        ("wrong_value", vec![put("lon")]),
        ("wrong_value", vec![put("note").holding((4, vec![1]))]),
        ("wrong_value", vec![put("note").holding((0, vec![]))]),
        ("wrong_value", vec![put("note").holding((7, b"x".to_vec()))]),
        ("wrong_value", vec![put("note").holding((8, vec![1]))]),
        (
            "wrong_value",
            vec![CraftOp::put("lon", "").holding((5, f64::NAN.to_le_bytes().to_vec()))],
        ),
        ("immutable", vec![put("home")]),
        ("immutable", vec![put("kind")]),
        (
            "immutable",
            vec![CraftOp::put("edition", "").holding((4, vec![9]))],
        ),
        ("undeclared", vec![CraftOp::make("more", 0)]),
        ("immutable", vec![CraftOp::make("events", 0)]),
        ("wrong_value", vec![CraftOp::make("events", 2)]),
        ("append_only", vec![json("x", events)]),
        (
            "append_only",
            vec![json(&format!("{}:2", actor(2)), events)],
        ),
        (
            "append_only",
            vec![json(&format!("{}:1", actor(3)), events)],
        ),
        (
            "append_only",
            vec![json(&standing, events).over(&[(1, first)])],
        ),
        (
            "append_only",
            vec![
                CraftOp::delete(&standing)
                    .on((1, events))
                    .over(&[(1, first)]),
            ],
        ),
        (
            "wrong_value",
            vec![CraftOp::put(&mine, "no json").on((1, events))],
        ),
        ("wrong_value", vec![json("not a hash", photos)]),
    ]
}

/// A put of JSON into one of the maps that key 1 has made.
fn json(name: &str, map: u64) -> CraftOp {
    CraftOp::put(name, "{\"a\":1}").on((1, map))
}

#[test]
fn the_layout_of_a_case_cannot_be_bent() {
    let (doc, _) = case();
    let maker = [actor(1)];
    let put = |name: &str| CraftOp::put(name, "x");
    for (expected, ops) in bent(&doc) {
        let named = ops.iter().any(|op| op.object.is_some());
        let craft = next(&doc)
            .with(&ops)
            .naming(if named { &maker } else { &[] });
        assert_eq!(code(&judge(&doc, &craft)), expected, "{ops:?}");
    }
    let events = map_of(&doc, "events");
    let good = [
        json(&format!("{}:1", actor(2)), events),
        json(&format!("{}:2", actor(2)), events),
        put("note"),
    ];
    let outcome = judge(&doc, &next(&doc).with(&good).naming(&maker));
    assert!(is_applied(&outcome), "{outcome:?}");
    let unsigned = Craft {
        message: String::new(),
        ..next(&doc)
    }
    .with(&[put("note")]);
    assert_eq!(code(&judge(&doc, &unsigned)), "note");
    let lists = next(&doc).with(&[CraftOp {
        insert: true,
        key: CraftKey::Head,
        ..put("x")
    }]);
    assert_eq!(code(&judge(&doc, &lists)), "key_kind");
}

#[test]
fn a_losing_write_to_an_undeclared_field_is_refused_too() {
    // A check of the resulting state alone would miss it, until the winner is deleted.
    let (mut doc, _) = case();
    let craft = next(&doc).with(&[CraftOp::put("politics", "x")]);
    save(&mut doc, 3, &fields(&[("note", "later".into())]));
    assert_eq!(code(&judge(&doc, &craft)), "undeclared");
}

#[test]
fn the_first_change_must_be_whole_and_the_only_one() {
    let (doc, first) = case();
    let again = Craft {
        seq: 1,
        start_op: 1,
        ..next(&doc)
    }
    .with(&[CraftOp::put("note", "x")]);
    let root = Craft {
        deps: Vec::new(),
        ..again
    };
    assert_eq!(code(&judge(&doc, &root)), "second_root");
    let bytes = root.bytes();
    let alone = Incoming {
        hash: hash(&bytes),
        bytes: &bytes,
        actor_key: key(2),
        epoch: 1,
    };
    assert_eq!(code(&admit_all(None, &[alone]).1[0]), "first_incomplete");
    let admission = admit(
        None,
        RecordKind::Contact,
        &[arriving(&first, 1)],
        &mut allow,
    );
    assert_eq!(code(&admission.outcomes[0]), "wrong_kind");
    let scanned = linli_records::prescan::scan(&first.bytes).unwrap();
    let whole = Craft::of(&scanned);
    for left_out in [
        "kind",
        "v",
        "home",
        "edition",
        "subject_kind",
        "photos",
        "receipts",
    ] {
        let mut craft = whole.clone();
        craft.ops.retain(|op| op.object.is_none());
        craft
            .ops
            .retain(|op| op.key != CraftKey::Name(left_out.to_owned()));
        let bytes = craft.bytes();
        let one = Incoming {
            hash: hash(&bytes),
            bytes: &bytes,
            actor_key: key(1),
            epoch: 1,
        };
        assert_eq!(
            code(&admit_all(None, &[one]).1[0]),
            "first_incomplete",
            "{left_out}"
        );
    }
}
