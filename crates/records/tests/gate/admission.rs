//! The whole gate on documents as devices write them.

use linli_model::RecordKind::Case;
use linli_records::admit::codes;
use linli_records::read::{read_entries, read_fields, winner};
use linli_records::{ChangeFacts, EntryMap, Incoming, Outcome, PolicyRefusal, RawChange, admit};

use crate::craft::{CraftOp, repair};
use crate::judging::{admit_all, code, is_applied, judge, next};
use crate::records::{actor, arriving, case, event, fields, loaded, note, save};

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
    assert_eq!(
        facts.fields_set,
        ["edition", "home", "kind", "subject_kind", "v"]
    );
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

#[test]
fn knowledge_kept_from_before_changes_nothing_but_the_cost() {
    let (mut doc, first) = case();
    let knowledge = doc.knowledge().unwrap();
    let stale = knowledge.clone();
    let again = loaded(&[&first]).with_knowledge(knowledge);
    let edit = save(&mut doc, 2, &event("x"));
    let (after, outcomes) = admit_all(Some(&again), &[arriving(&edit, 2)]);
    assert!(is_applied(&outcomes[0]));
    assert_eq!(after.unwrap().heads(), doc.heads());
    // Knowledge of other heads is left out: the same change is a duplicate, not a fork.
    let mistaken = loaded(&[&first, &edit]).with_knowledge(stale);
    let (_, outcomes) = admit_all(Some(&mistaken), &[arriving(&edit, 2)]);
    assert_eq!(outcomes, [Outcome::Duplicate]);
}
