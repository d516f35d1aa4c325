//! What is known of a document besides its state: its history and the layout of its maps.

use std::collections::BTreeMap;

use linli_model::ActorId;

use crate::prescan::{Action, Key, Op, OpId, ScannedChange};
use crate::schema::{EntryMap, MapRule, MemberMap, PHOTOS};
use crate::structure::{Examined, History};

/// Everything that judging the next change needs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) history: History,
    pub(crate) layout: Layout,
}

/// The maps that the first change made and how many entries each actor has written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    maps: Vec<(ActorId, u32, MapRule)>,
    entries: BTreeMap<ActorId, u32>,
}

impl Known {
    /// Takes in a change that was accepted before.
    pub(crate) fn remember(&mut self, change: &ScannedChange<'_>) {
        self.layout.remember(change);
        self.history.remember(change);
    }

    /// Takes in a change that was examined against this history.
    pub(crate) fn extend(&mut self, change: &ScannedChange<'_>, examined: &Examined<'_>) {
        self.layout.remember(change);
        self.history.extend(change, examined);
    }
}

impl Layout {
    /// The rule of the map that an operation works on; `None` for objects that are no such map.
    pub(crate) fn map_of(&self, change: &ScannedChange<'_>, object: OpId) -> Option<MapRule> {
        let actor = change.actors.get(usize::from(object.actor))?;
        self.maps
            .iter()
            .find(|(maker, counter, _)| maker == actor && *counter == object.counter)
            .map(|(_, _, rule)| *rule)
    }

    /// How many entries an actor has written into the record.
    pub(crate) fn entries_of(&self, actor: &ActorId) -> u32 {
        self.entries.get(actor).copied().unwrap_or(0)
    }

    /// Takes in the maps that a change makes, so that its own later operations find them.
    pub(crate) fn remember_maps(&mut self, change: &ScannedChange<'_>) {
        for (counter, op) in (change.start_op..).zip(&change.ops) {
            if let (Action::Make(_), None, Key::Name(name)) = (op.action, op.object, op.key)
                && let Some(rule) = rule_of(name)
            {
                self.maps.push((change.actor(), counter, rule));
            }
        }
    }

    fn remember(&mut self, change: &ScannedChange<'_>) {
        self.remember_maps(change);
        let is_entry = |op: &&Op<'_>| {
            let rule = op.object.and_then(|object| self.map_of(change, object));
            matches!(rule, Some(MapRule::Entries(_)))
        };
        let written = u32::try_from(change.ops.iter().filter(is_entry).count()).unwrap_or(u32::MAX);
        if written > 0 {
            let count = self.entries.entry(change.actor()).or_default();
            *count = count.saturating_add(written);
        }
    }
}

/// A map's rule by its name, which means the same in every kind of record.
fn rule_of(name: &str) -> Option<MapRule> {
    let entries = EntryMap::ALL
        .into_iter()
        .find(|map| map.name() == name)
        .map(MapRule::Entries);
    let members = [MemberMap::Refs, MemberMap::Phones]
        .into_iter()
        .find(|map| map.name() == name)
        .map(MapRule::Members);
    entries
        .or(members)
        .or((name == PHOTOS).then_some(MapRule::Photos))
}
