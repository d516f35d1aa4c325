//! What holds when everything before it has failed.

use linli_model::RecordKind::Case;
use linli_records::admit::{admit_with, codes};
use linli_records::prescan::scan_with;
use linli_records::rules::{Rule, Rules};
use linli_records::{Document, Incoming, Outcome, admit};

use crate::craft::{Craft, CraftOp, hash};
use crate::judging::{admit_all, allow, code, is_applied};
use crate::records::{actor, arriving, case, event, key, note, save};

/// Changes of key 2 that only one rule keeps away from the engine.
fn bad_ones(doc: &Document) -> Vec<(Vec<u8>, Rule)> {
    let message = note().to_message();
    let top = doc
        .changes()
        .iter()
        .map(|change| change.max_op)
        .max()
        .unwrap();
    let bad = Craft {
        message: message.clone(),
        ..Craft::new(actor(2), 1, top + 1, &doc.heads())
    };
    let put = CraftOp::put("note", "x");
    let missing_pred = bad.clone().with(&[put.clone().over(&[(0, 500)])]).bytes();
    let low_start = Craft {
        start_op: 2,
        ..bad.clone()
    }
    .with(&[CraftOp::put("note", "above")])
    .bytes();
    let bare_delete = bad.clone().with(&[CraftOp::delete("note")]).bytes();
    let two_runs = {
        let craft = bad.with(&[put.clone(), CraftOp::put("urgency", "y")]);
        let mut columns = craft.columns();
        columns
            .iter_mut()
            .find(|(number, _)| *number == 66)
            .unwrap()
            .1 = vec![0x7f, 1, 0x7f, 1];
        craft.bytes_with(&columns)
    };
    vec![
        (missing_pred, Rule::PredExists),
        (low_start, Rule::StartOp),
        (bare_delete, Rule::DeleteNeedsPred),
        (two_runs, Rule::MergeableRuns),
    ]
}

/// With a rule taken away, a bad change gets as far as the engine. The last net must hold: the bad
/// change and what builds on it are refused, everything else of the group is applied.
#[test]
fn should_a_rule_fail_the_engine_check_still_keeps_the_document_whole() {
    let (mut doc, _) = case();
    let before = doc.clone();
    let good = save(&mut doc, 3, &event("before"));
    let mut beside = doc.clone();
    let message = note().to_message();
    let later = save(&mut beside, 1, &event("after"));
    for (bytes, rule) in bad_ones(&doc) {
        let rules = Rules::ALL.without(rule);
        let above = Craft {
            message: message.clone(),
            ..Craft::new(actor(2), 2, 60, &[hash(&bytes)])
        };
        let start = u64::from(scan_with(&bytes, rules).unwrap().max_op()) + 1;
        let above = Craft {
            start_op: start,
            ..above
        }
        .with(&[CraftOp::put("note", "above")])
        .bytes();
        let from_2 = |bytes| Incoming {
            hash: hash(bytes),
            bytes,
            actor_key: key(2),
            epoch: 1,
        };
        let incoming = [
            from_2(&bytes),
            from_2(&above),
            arriving(&later, 1),
            arriving(&good, 3),
        ];
        let admission = admit_with(Some(&before), Case, &incoming, &mut allow, rules);
        assert_eq!(code(&admission.outcomes[0]), codes::ENGINE, "{rule:?}");
        assert_eq!(
            code(&admission.outcomes[1]),
            codes::DEPENDS_ON_REFUSED,
            "{rule:?}"
        );
        assert!(admission.outcomes[2..].iter().all(is_applied), "{rule:?}");
        let after = admission.document.unwrap();
        assert_eq!(after.heads(), [later.hash]);
        assert_eq!(
            Document::load(Some(&after.snapshot()), &[])
                .unwrap()
                .heads(),
            after.heads()
        );
        let admission = admit(Some(&before), Case, &incoming, &mut allow);
        assert_eq!(code(&admission.outcomes[0]), rule.code());
    }
}

#[test]
fn a_document_that_is_not_one_of_ours_judges_nothing() {
    use automerge::transaction::Transactable;
    let mut strange = automerge::AutoCommit::new().with_actor(automerge::ActorId::from([1u8; 3]));
    strange.put(automerge::ROOT, "kind", "case").unwrap();
    let strange = Document::load(Some(&strange.save_nocompress()), &[]).unwrap();
    let (_, first) = case();
    let (after, outcomes) = admit_all(Some(&strange), &[arriving(&first, 1)]);
    assert!(after.is_none());
    assert_eq!(outcomes, [Outcome::Unjudged]);
}
