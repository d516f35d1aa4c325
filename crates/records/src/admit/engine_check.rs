//! The last steps: the engine on a copy, then save, reload and compare heads.

use std::collections::BTreeSet;

use automerge::Automerge;
use linli_model::ChangeHash;

use super::queue::{Judged, Verdict, depends_on};
use super::{Admission, Applied, Incoming, Outcome, Refusal, codes};
use crate::change::RawChange;
use crate::document::Document;
use crate::engine;
use crate::known::Known;
use crate::prescan::ScannedChange;
use crate::rules::Rules;
use crate::structure;

/// A document that has been saved and loaded again.
struct Proven {
    inner: Automerge,
    saved: Vec<u8>,
}

/// Applies what was accepted. Should the engine fail, the first change that makes it fail is
/// refused with all that builds on it, and the rest is tried again.
pub(super) fn apply(
    doc: Option<&Document>,
    incoming: &[Incoming<'_>],
    mut judged: Judged<'_>,
    rules: Rules,
) -> Admission {
    let document = loop {
        if judged.accepted.is_empty() {
            break None;
        }
        if let Ok(proven) = prove(doc, &judged, judged.accepted.len()) {
            let document = Document::from_engine(proven.inner).with_saved(proven.saved);
            break Some(document.with_known(Some(judged.known.clone())));
        }
        let culprit = first_to_fail(doc, &judged);
        if culprit.is_none_or(|at| !refuse(doc, &mut judged, at, rules)) {
            return unjudged(judged);
        }
    };
    let outcomes = outcomes(incoming, judged.verdicts);
    Admission { document, outcomes }
}

/// Applies the first `count` accepted changes to a copy, saves it, loads it and compares heads.
fn prove(doc: Option<&Document>, judged: &Judged<'_>, count: usize) -> Result<Proven, String> {
    let base = doc.map_or_else(Automerge::new, |doc| doc.inner.clone());
    let applied = engine::apply(base, changes(judged).take(count).map(|change| change.bytes))?;
    let heads = applied.get_heads();
    if count == judged.accepted.len() && !same(&heads, &judged.known.history.heads()) {
        return Err("the heads are not those of the accepted changes".to_owned());
    }
    let saved = engine::guarded(|| applied.save_nocompress()).map_err(|e| e.to_string())?;
    let inner = engine::load(&saved)?;
    if inner.get_heads() == heads {
        Ok(Proven { inner, saved })
    } else {
        Err("the heads changed when the document was loaded again".to_owned())
    }
}

/// The place in `accepted` of the first change that cannot be applied after those before it;
/// `None` when the document fails without any of them.
fn first_to_fail(doc: Option<&Document>, judged: &Judged<'_>) -> Option<usize> {
    prove(doc, judged, 0).ok()?;
    let (mut works, mut fails) = (0, judged.accepted.len());
    while fails - works > 1 {
        let middle = works + (fails - works) / 2;
        if prove(doc, judged, middle).is_ok() {
            works = middle;
        } else {
            fails = middle;
        }
    }
    Some(works)
}

/// Refuses an accepted change and all that build on it; `false` when there is no such change or
/// the rest no longer fits.
fn refuse(doc: Option<&Document>, judged: &mut Judged<'_>, at: usize, rules: Rules) -> bool {
    let accepted = std::mem::take(&mut judged.accepted);
    let mut known = doc.and_then(Document::known).cloned().unwrap_or_default();
    let mut refused: BTreeSet<ChangeHash> = BTreeSet::new();
    for (order, place) in accepted.iter().copied().enumerate() {
        let Some(Verdict::Accepted(change)) = judged.verdicts.get(place) else {
            return false;
        };
        let change = &change.0;
        let below = change.deps.iter().find(|dep| refused.contains(dep));
        let refusal = if order == at {
            let detail = "the merge engine failed on this change".to_owned();
            Refusal {
                code: codes::ENGINE,
                detail,
            }
        } else if let Some(below) = below {
            depends_on(below)
        } else if extend(&mut known, change, rules) {
            judged.accepted.push(place);
            continue;
        } else {
            return false;
        };
        refused.insert(change.hash);
        if let Some(slot) = judged.verdicts.get_mut(place) {
            *slot = Verdict::Refused(refusal);
        }
    }
    judged.known = known;
    !refused.is_empty()
}

fn extend(known: &mut Known, change: &ScannedChange<'_>, rules: Rules) -> bool {
    match structure::examine(&known.history, change, rules) {
        Ok(examined) => {
            known.extend(change, &examined);
            true
        }
        Err(_) => false,
    }
}

fn changes<'j, 'a>(judged: &'j Judged<'a>) -> impl Iterator<Item = &'j ScannedChange<'a>> {
    judged
        .accepted
        .iter()
        .filter_map(|place| match judged.verdicts.get(*place) {
            Some(Verdict::Accepted(change)) => Some(&change.0),
            Some(
                Verdict::Duplicate | Verdict::Again(_) | Verdict::Missing(_) | Verdict::Refused(_),
            )
            | None => None,
        })
}

fn same(engine: &[automerge::ChangeHash], ours: &[ChangeHash]) -> bool {
    engine.len() == ours.len() && engine.iter().zip(ours).all(|(a, b)| a.0 == b.0)
}

fn unjudged(judged: Judged<'_>) -> Admission {
    let outcome = |verdict| match verdict {
        Verdict::Accepted(_) | Verdict::Again(_) => Outcome::Unjudged,
        Verdict::Duplicate => Outcome::Duplicate,
        Verdict::Missing(below) => Outcome::Missing(below.into_iter().collect()),
        Verdict::Refused(refusal) => Outcome::Refused(refusal),
    };
    Admission {
        document: None,
        outcomes: judged.verdicts.into_iter().map(outcome).collect(),
    }
}

fn outcomes(incoming: &[Incoming<'_>], verdicts: Vec<Verdict<'_>>) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(incoming.len());
    for verdict in verdicts {
        let outcome = match verdict {
            Verdict::Accepted(accepted) => {
                let (change, facts) = *accepted;
                Outcome::Applied(Box::new(Applied {
                    change: RawChange::from_scan(&change),
                    facts,
                }))
            }
            Verdict::Duplicate => Outcome::Duplicate,
            Verdict::Missing(below) => Outcome::Missing(below.into_iter().collect()),
            Verdict::Refused(refusal) => Outcome::Refused(refusal),
            Verdict::Again(first) => match outcomes.get(first) {
                Some(Outcome::Applied(_) | Outcome::Duplicate) | None => Outcome::Duplicate,
                Some(same @ (Outcome::Missing(_) | Outcome::Refused(_) | Outcome::Unjudged)) => {
                    same.clone()
                }
            },
        };
        outcomes.push(outcome);
    }
    outcomes
}
