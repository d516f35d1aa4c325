//! How the tests of the whole gate ask it.

use linli_model::RecordKind::Case;
use linli_records::{ChangeFacts, Document, Incoming, Outcome, PolicyRefusal, admit};

use crate::craft::{Craft, hash};
use crate::records::{actor, key, note};

#[expect(clippy::unnecessary_wraps, reason = "the shape of a policy")]
pub(crate) fn allow(_: &ChangeFacts) -> Result<(), PolicyRefusal> {
    Ok(())
}

pub(crate) fn admit_all(
    doc: Option<&Document>,
    incoming: &[Incoming<'_>],
) -> (Option<Document>, Vec<Outcome>) {
    let admission = admit(doc, Case, incoming, &mut allow);
    (admission.document, admission.outcomes)
}

pub(crate) fn is_applied(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Applied(_))
}

pub(crate) fn code(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Refused(refusal) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

/// A crafted change on top of a document, by key 2, judged alone.
pub(crate) fn judge(doc: &Document, craft: &Craft) -> Outcome {
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
pub(crate) fn next(doc: &Document) -> Craft {
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
pub(crate) fn map_of(doc: &Document, name: &str) -> u64 {
    let first = doc.changes().remove(0);
    let scanned = linli_records::prescan::scan(&first.bytes).unwrap();
    let named = linli_records::prescan::Key::Name(name);
    let at = scanned.ops.iter().position(|op| op.key == named).unwrap();
    at as u64 + 1
}
