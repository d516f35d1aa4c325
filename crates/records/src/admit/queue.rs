//! Judges changes in causal order, each against a history that holds the accepted ones before it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use linli_model::{ChangeHash, RecordKind};

use super::{ChangeFacts, Incoming, PolicyRefusal, Refusal, codes, shape};
use crate::known::Known;
use crate::prescan::{ScanRefusal, ScannedChange, scan_with};
use crate::rules::Rules;
use crate::structure::{self, StructureRefusal};

/// What is known of each incoming change before the engine has seen any.
pub(super) struct Judged<'a> {
    pub(super) verdicts: Vec<Verdict<'a>>,
    /// The places of the accepted changes, each after those it builds on.
    pub(super) accepted: Vec<usize>,
    /// The history with the accepted changes.
    pub(super) known: Known,
}

pub(super) enum Verdict<'a> {
    Accepted(Box<(ScannedChange<'a>, ChangeFacts)>),
    Duplicate,
    /// The same change as an earlier one of the group.
    Again(usize),
    Missing(BTreeSet<ChangeHash>),
    Refused(Refusal),
}

pub(super) fn judge<'a>(
    mut known: Known,
    kind: RecordKind,
    incoming: &[Incoming<'a>],
    policy: &mut dyn FnMut(&ChangeFacts) -> Result<(), PolicyRefusal>,
    rules: Rules,
) -> Judged<'a> {
    let mut group = Group::read(&known, incoming, rules);
    let mut accepted = Vec::new();
    while let Some(place) = group.ready.pop_front() {
        let Some(change) = group.waiting.remove(&place) else {
            continue;
        };
        let verdict = group.verdict(&mut known, kind, change, policy, rules);
        if matches!(verdict, Verdict::Accepted(_)) {
            accepted.push(place);
        }
        group.settle(place, verdict);
    }
    Judged {
        verdicts: group.verdicts,
        accepted,
        known,
    }
}

struct Group<'a> {
    verdicts: Vec<Verdict<'a>>,
    waiting: BTreeMap<usize, ScannedChange<'a>>,
    place_of: BTreeMap<ChangeHash, usize>,
    /// For each change of the group, those of the group that build on it.
    dependents: BTreeMap<usize, Vec<usize>>,
    /// For each change of the group, how many of those it builds on are not judged yet.
    blocked: BTreeMap<usize, usize>,
    ready: VecDeque<usize>,
}

impl<'a> Group<'a> {
    fn read(known: &Known, incoming: &[Incoming<'a>], rules: Rules) -> Self {
        let mut group = Self {
            verdicts: Vec::with_capacity(incoming.len()),
            waiting: BTreeMap::new(),
            place_of: BTreeMap::new(),
            dependents: BTreeMap::new(),
            blocked: BTreeMap::new(),
            ready: VecDeque::new(),
        };
        for (place, one) in incoming.iter().enumerate() {
            let verdict = if known.history.contains(&one.hash) {
                Verdict::Duplicate
            } else if let Some(first) = group.place_of.get(&one.hash) {
                Verdict::Again(*first)
            } else {
                match read(one, rules) {
                    Ok(change) => {
                        group.place_of.insert(change.hash, place);
                        group.waiting.insert(place, change);
                        // Stands until the change is judged; no change can wait for itself.
                        Verdict::Missing(BTreeSet::new())
                    }
                    Err(refusal) => {
                        if refusal.is_about_change() {
                            group.place_of.insert(one.hash, place);
                        }
                        Verdict::Refused(refusal)
                    }
                }
            };
            group.verdicts.push(verdict);
        }
        group.link();
        group
    }

    fn link(&mut self) {
        for (place, change) in &self.waiting {
            let within = change.deps.iter().filter_map(|dep| self.place_of.get(dep));
            let mut blocked = 0;
            for dep in within.filter(|dep| self.waiting.contains_key(dep)) {
                self.dependents.entry(*dep).or_default().push(*place);
                blocked += 1;
            }
            if blocked == 0 {
                self.ready.push_back(*place);
            } else {
                self.blocked.insert(*place, blocked);
            }
        }
    }

    fn settle(&mut self, place: usize, verdict: Verdict<'a>) {
        if let Some(slot) = self.verdicts.get_mut(place) {
            *slot = verdict;
        }
        for dependent in self.dependents.remove(&place).unwrap_or_default() {
            if let Some(blocked) = self.blocked.get_mut(&dependent) {
                *blocked -= 1;
                if *blocked == 0 {
                    self.ready.push_back(dependent);
                }
            }
        }
    }

    fn verdict(
        &self,
        known: &mut Known,
        kind: RecordKind,
        change: ScannedChange<'a>,
        policy: &mut dyn FnMut(&ChangeFacts) -> Result<(), PolicyRefusal>,
        rules: Rules,
    ) -> Verdict<'a> {
        if let Some(refused) = self.refused_dep(&change) {
            return Verdict::Refused(depends_on(&refused));
        }
        let missing = self.missing_deps(known, &change);
        if !missing.is_empty() {
            return Verdict::Missing(missing);
        }
        match accept(known, kind, &change, policy, rules) {
            Ok(facts) => Verdict::Accepted(Box::new((change, facts))),
            Err(refusal) => Verdict::Refused(refusal),
        }
    }

    fn refused_dep(&self, change: &ScannedChange<'_>) -> Option<ChangeHash> {
        let is_refused = |dep: &&ChangeHash| {
            let verdict = self
                .place_of
                .get(dep)
                .and_then(|place| self.verdicts.get(*place));
            matches!(verdict, Some(Verdict::Refused(_)))
        };
        change.deps.iter().find(is_refused).copied()
    }

    /// Everything that must come before this change can be judged.
    fn missing_deps(&self, known: &Known, change: &ScannedChange<'_>) -> BTreeSet<ChangeHash> {
        let mut missing = BTreeSet::new();
        for dep in change
            .deps
            .iter()
            .filter(|dep| !known.history.contains(dep))
        {
            match self
                .place_of
                .get(dep)
                .and_then(|place| self.verdicts.get(*place))
            {
                Some(Verdict::Missing(below)) => missing.extend(below),
                Some(
                    Verdict::Accepted(_)
                    | Verdict::Duplicate
                    | Verdict::Again(_)
                    | Verdict::Refused(_),
                )
                | None => {
                    missing.insert(*dep);
                }
            }
        }
        missing
    }
}

/// The refusal of a change that builds on a refused one.
pub(super) fn depends_on(refused: &ChangeHash) -> Refusal {
    Refusal {
        code: codes::DEPENDS_ON_REFUSED,
        detail: format!("builds on {refused}"),
    }
}

/// Scan, hash and actor: what can be said without the document.
fn read<'a>(one: &Incoming<'a>, rules: Rules) -> Result<ScannedChange<'a>, Refusal> {
    let damaged = || Refusal {
        code: codes::HASH,
        detail: "the bytes do not have the hash that the batch names".to_owned(),
    };
    let change = scan_with(one.bytes, rules).map_err(|refusal| {
        // Too many bytes are refused before they cost a hash: damage makes no change longer.
        let is_long = refusal == ScanRefusal::TooLarge;
        if is_long || crate::prescan::hash_of(one.bytes).is_some_and(|hash| hash == one.hash) {
            Refusal {
                code: refusal.code(),
                detail: refusal.to_string(),
            }
        } else {
            damaged()
        }
    })?;
    if change.hash != one.hash {
        return Err(damaged());
    }
    structure::check_actor_with(&change, &one.actor_key, one.epoch, rules)
        .map_err(|refusal| broken(&refusal))?;
    Ok(change)
}

/// Structure, schema and policy; an accepted change becomes part of the history at once.
fn accept(
    known: &mut Known,
    kind: RecordKind,
    change: &ScannedChange<'_>,
    policy: &mut dyn FnMut(&ChangeFacts) -> Result<(), PolicyRefusal>,
    rules: Rules,
) -> Result<ChangeFacts, Refusal> {
    let examined =
        structure::examine(&known.history, change, rules).map_err(|refusal| broken(&refusal))?;
    let facts = shape::facts(known, kind, change).map_err(|refusal| Refusal {
        code: refusal.code(),
        detail: refusal.to_string(),
    })?;
    policy(&facts).map_err(|PolicyRefusal { code, detail }| Refusal { code, detail })?;
    known.extend(change, &examined);
    Ok(facts)
}

fn broken(refusal: &StructureRefusal) -> Refusal {
    Refusal {
        code: refusal.code(),
        detail: refusal.to_string(),
    }
}
