//! The whole gate on documents as devices write them.

use linli_model::RecordKind::{self, Case};
use linli_records::admit::codes;
use linli_records::read::{read_entries, read_fields, winner};
use linli_records::{
    ChangeFacts, Document, EntryMap, Incoming, Outcome, PolicyRefusal, RawChange, admit,
};

use crate::craft::{Craft, CraftKey, CraftOp, hash, repair};
use crate::records::{actor, arriving, case, event, fields, key, loaded, note, save};

#[expect(clippy::unnecessary_wraps, reason = "the shape of a policy")]
fn allow(_: &ChangeFacts) -> Result<(), PolicyRefusal> {
    Ok(())
}

fn admit_all(
    doc: Option<&Document>,
    incoming: &[Incoming<'_>],
) -> (Option<Document>, Vec<Outcome>) {
    let admission = admit(doc, Case, incoming, &mut allow);
    (admission.document, admission.outcomes)
}

fn is_applied(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Applied(_))
}

fn code(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Refused(refusal) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

/// A crafted change on top of a document, by key 2, judged alone.
fn judge(doc: &Document, craft: &Craft) -> Outcome {
    let bytes = craft.bytes();
    let one = Incoming {
        hash: hash(&bytes),
        bytes: &bytes,
        actor_key: key(2),
        epoch: 1,
    };
    let (after, mut outcomes) = admit_all(Some(doc), &[one]);
    assert_eq!(after.is_some(), outcomes.first().is_some_and(is_applied));
    outcomes.remove(0)
}

/// The next change of key 2 on top of a document.
fn next(doc: &Document) -> Craft {
    let top = doc
        .changes()
        .iter()
        .map(|change| change.max_op)
        .max()
        .unwrap();
    let message = note().to_message();
    Craft {
        message,
        ..Craft::new(actor(2), 1, top + 1, &doc.heads())
    }
}

/// The operation that made a map of a case.
fn map_of(doc: &Document, name: &str) -> u64 {
    let first = doc.changes().remove(0);
    let scanned = linli_records::prescan::scan(&first.bytes).unwrap();
    let named = linli_records::prescan::Key::Name(name);
    let at = scanned.ops.iter().position(|op| op.key == named).unwrap();
    at as u64 + 1
}

#[test]
fn a_record_arrives_from_nothing_with_its_facts() {
    let (doc, first) = case();
    let mut seen = Vec::new();
    let mut policy = |facts: &ChangeFacts| {
        seen.push(facts.clone());
        Ok(())
    };
    let admission = admit(None, Case, &[arriving(&first, 1)], &mut policy);
    let after = admission.document.unwrap();
    assert_eq!(after.snapshot(), doc.snapshot());
    let Outcome::Applied(applied) = &admission.outcomes[0] else {
        panic!()
    };
    assert_eq!(applied.change, first);
    assert_eq!(seen, std::slice::from_ref(&applied.facts));
    let facts = &seen[0];
    assert!(facts.creates);
    assert_eq!(facts.home.as_ref().unwrap().as_str(), "110101001001G03");
    assert_eq!(facts.fields_set, ["edition", "home", "kind", "v"]);
    assert_eq!(facts.entries, read_entries(&doc, EntryMap::Events));
    assert_eq!(facts.message, note());
}

#[test]
fn a_group_in_any_order_gives_the_same_document() {
    let (mut doc, first) = case();
    let mut changes = vec![first];
    let mut other = doc.clone();
    for round in 0..20 {
        changes.push(save(&mut doc, 1, &event(&format!("left {round}"))));
        changes.push(save(
            &mut other,
            2,
            &fields(&[("note", format!("right {round}").into())]),
        ));
    }
    let all = loaded(&changes.iter().collect::<Vec<_>>());
    let author = |change: &RawChange| if change.actor == actor(1) { 1 } else { 2 };
    for shift in [0, 1, 17] {
        let mut incoming: Vec<_> = changes
            .iter()
            .map(|change| arriving(change, author(change)))
            .collect();
        incoming.reverse();
        incoming.rotate_left(shift);
        let (after, outcomes) = admit_all(None, &incoming);
        assert!(outcomes.iter().all(is_applied), "{outcomes:?}");
        let after = after.unwrap();
        assert_eq!(after.heads(), all.heads());
        assert_eq!(read_fields(&after), read_fields(&all));
        assert_eq!(read_entries(&after, EntryMap::Events).len(), 21);
    }
}

#[test]
fn what_is_there_is_a_duplicate_and_so_is_what_comes_twice() {
    let (mut doc, first) = case();
    let before = doc.clone();
    let edit = save(&mut doc, 2, &fields(&[("note", "x".into())]));
    let incoming = [arriving(&first, 1), arriving(&edit, 2), arriving(&edit, 2)];
    let (after, outcomes) = admit_all(Some(&before), &incoming);
    assert_eq!(outcomes[0], Outcome::Duplicate);
    assert!(is_applied(&outcomes[1]));
    assert_eq!(outcomes[2], Outcome::Duplicate);
    let after = after.unwrap();
    let (unchanged, outcomes) = admit_all(Some(&after), &incoming);
    assert!(unchanged.is_none());
    assert_eq!(outcomes, vec![Outcome::Duplicate; 3]);
}

#[test]
fn what_is_missing_is_named_down_to_the_first_gap() {
    let (mut doc, first) = case();
    let before = doc.clone();
    let gap = save(&mut doc, 2, &fields(&[("note", "1".into())]));
    let above = save(&mut doc, 2, &fields(&[("note", "2".into())]));
    let top = save(&mut doc, 1, &fields(&[("note", "3".into())]));
    let incoming = [arriving(&top, 1), arriving(&above, 2)];
    let (after, outcomes) = admit_all(Some(&before), &incoming);
    assert!(after.is_none());
    assert_eq!(outcomes, vec![Outcome::Missing(vec![gap.hash]); 2]);
    let (after, outcomes) = admit_all(
        Some(&before),
        &[incoming[0], arriving(&gap, 2), incoming[1]],
    );
    assert!(outcomes.iter().all(is_applied));
    assert_eq!(after.unwrap().heads(), doc.heads());
    // Without any document the author's own last change, which it names as well, is missing too.
    let Outcome::Missing(missing) = &admit_all(None, &incoming).1[0] else {
        panic!()
    };
    assert_eq!(missing.len(), 2);
    assert!(missing.contains(&gap.hash) && missing.contains(&first.hash));
}

#[test]
fn a_refused_change_takes_along_what_builds_on_it_and_nothing_else() {
    let (mut doc, _) = case();
    let before = doc.clone();
    let mut beside = doc.clone();
    let bad = save(&mut doc, 2, &fields(&[("note", "forbidden".into())]));
    let above = save(&mut doc, 1, &fields(&[("urgency", "high".into())]));
    let fine = save(&mut beside, 3, &fields(&[("urgency", "low".into())]));
    let mut asked = 0;
    let mut policy = |facts: &ChangeFacts| {
        asked += 1;
        if facts.fields_set == ["note"] {
            return Err(PolicyRefusal {
                code: "not_allowed",
                detail: "note".to_owned(),
            });
        }
        Ok(())
    };
    let incoming = [arriving(&above, 1), arriving(&fine, 3), arriving(&bad, 2)];
    let admission = admit(Some(&before), Case, &incoming, &mut policy);
    assert_eq!(code(&admission.outcomes[0]), codes::DEPENDS_ON_REFUSED);
    assert!(is_applied(&admission.outcomes[1]));
    assert_eq!(code(&admission.outcomes[2]), "not_allowed");
    assert_eq!(
        asked, 2,
        "the policy is not asked about what is refused anyway"
    );
    assert_eq!(admission.document.unwrap().heads(), [fine.hash]);
}

#[test]
fn damage_and_a_wrong_signer_say_nothing_about_the_change_itself() {
    let (mut doc, _) = case();
    let before = doc.clone();
    let edit = save(&mut doc, 2, &fields(&[("note", "x".into())]));
    let above = save(&mut doc, 2, &fields(&[("note", "y".into())]));
    let mut damaged = edit.clone();
    let last = damaged.bytes.len() - 3;
    damaged.bytes[last] ^= 1;
    damaged.bytes = repair(damaged.bytes);
    let incoming = [
        arriving(&damaged, 2),
        arriving(&edit, 3),
        Incoming {
            epoch: 2,
            ..arriving(&edit, 2)
        },
        arriving(&above, 2),
    ];
    let (after, outcomes) = admit_all(Some(&before), &incoming);
    assert!(after.is_none());
    assert_eq!(code(&outcomes[0]), codes::HASH);
    assert_eq!(code(&outcomes[1]), codes::FOREIGN_ACTOR);
    assert_eq!(code(&outcomes[2]), codes::FOREIGN_ACTOR);
    assert_eq!(outcomes[3], Outcome::Missing(vec![edit.hash]));
    let whole = [incoming.as_slice(), &[arriving(&edit, 2)]].concat();
    let (after, outcomes) = admit_all(Some(&before), &whole);
    assert!(
        is_applied(&outcomes[3]) && is_applied(&outcomes[4]),
        "{outcomes:?}"
    );
    assert_eq!(after.unwrap().heads(), [above.hash]);
}

#[test]
fn a_cloned_device_is_refused_and_both_sides_keep_what_they_have() {
    let (mut doc, _) = case();
    let mut clone = doc.clone();
    let kept = save(&mut doc, 2, &fields(&[("note", "original".into())]));
    let fork = save(&mut clone, 2, &fields(&[("note", "clone".into())]));
    let (after, outcomes) = admit_all(Some(&doc), &[arriving(&fork, 2)]);
    assert!(after.is_none());
    assert_eq!(code(&outcomes[0]), "seq");
    assert_eq!(doc.heads(), [kept.hash]);
}

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
    // The row of sync.md §6.1 that a check of the resulting state alone would miss.
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
    for left_out in ["kind", "v", "home", "edition", "photos", "receipts"] {
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

#[test]
fn nothing_that_is_refused_reaches_the_document() {
    let (mut doc, _) = case();
    let before = (doc.heads(), doc.snapshot());
    let craft = next(&doc).with(&[CraftOp::put("religion", "x")]);
    judge(&doc, &craft);
    assert_eq!((doc.heads(), doc.snapshot()), before);
    save(&mut doc, 2, &fields(&[("note", "still works".into())]));
    assert_eq!(winner(&doc, "note"), Some("still works".into()));
}
