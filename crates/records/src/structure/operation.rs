//! The rules for one operation after another of a change.

use std::collections::BTreeSet;

use super::fact::{ActorPlace, Fact, Id, Ids, Place, What};
use super::history::History;
use super::{MAX_COUNTER_VALUE, MAX_INCREMENT, StructureRefusal};
use crate::prescan::{Action, Key, Op, ScannedChange, Value};
use crate::rules::{Rule, Rules};

pub(super) struct Checker<'h, 'c, 'a> {
    ids: Ids<'h, 'c, 'a>,
    clock: &'c [u32],
    rules: Rules,
    start: u32,
    facts: Vec<Fact<'a>>,
    written: BTreeSet<(Id, Place<'a>)>,
}

/// What kind of keys an object takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Map,
    List,
}

impl<'h, 'c, 'a> Checker<'h, 'c, 'a> {
    pub(super) fn new(
        history: &'h History,
        change: &'c ScannedChange<'a>,
        clock: &'c [u32],
        author: ActorPlace,
        rules: Rules,
    ) -> Self {
        Self {
            ids: Ids {
                history,
                change,
                author,
            },
            clock,
            rules,
            start: change.start_op,
            facts: Vec::with_capacity(change.ops.len()),
            written: BTreeSet::new(),
        }
    }

    pub(super) fn into_facts(self) -> Vec<Fact<'a>> {
        self.facts
    }

    /// Checks the next operation.
    pub(super) fn check(&mut self, op: &Op<'a>) -> Result<(), StructureRefusal> {
        let done = u32::try_from(self.facts.len()).unwrap_or(u32::MAX);
        let own = self.ids.author.id(self.start.saturating_add(done));
        let fact = self.ids.fact(op, own);
        let shape = self.object(fact.object)?;
        self.key(op, &fact, shape)?;
        self.predecessors(op, &fact, shape)?;
        self.sizes(op)?;
        if !op.insert {
            let first = self.written.insert((fact.object, fact.place));
            self.rules.require(Rule::OncePerKey, first)?;
        }
        self.facts.push(fact);
        Ok(())
    }

    /// The shape of an object that exists where the author could see it.
    fn object(&self, object: Id) -> Result<Option<Shape>, StructureRefusal> {
        if object == Id::ROOT {
            return Ok(Some(Shape::Map));
        }
        let found = self.find(object);
        let shape = found.and_then(|(fact, _)| match fact.what {
            What::MakeMap => Some(Shape::Map),
            What::MakeList => Some(Shape::List),
            What::Put | What::PutCounter | What::Delete | What::Increment => None,
        });
        self.rules.require(Rule::ObjectExists, shape.is_some())?;
        let visible = found.is_none_or(|(_, visible)| visible);
        self.rules.require(Rule::ObjectInHistory, visible)?;
        Ok(shape)
    }

    fn key(
        &self,
        op: &Op<'_>,
        fact: &Fact<'_>,
        shape: Option<Shape>,
    ) -> Result<(), StructureRefusal> {
        let fits = match (op.key, shape) {
            (_, None) => true,
            (Key::Name(_), Some(shape)) => shape == Shape::Map && !op.insert,
            (Key::Head, Some(shape)) => shape == Shape::List && op.insert,
            (Key::Element(_), Some(shape)) => shape == Shape::List,
        };
        self.rules.require(Rule::KeyKind, fits)?;
        if let Key::Element(id) = op.key {
            let element = self.find(self.ids.id(id));
            let stands = element.is_some_and(|(element, visible)| {
                visible && element.insert && element.object == fact.object
            });
            self.rules.require(Rule::ElementExists, stands)?;
        }
        Ok(())
    }

    fn predecessors(
        &self,
        op: &Op<'_>,
        fact: &Fact<'_>,
        shape: Option<Shape>,
    ) -> Result<(), StructureRefusal> {
        let preds = self.ids.change.preds(op);
        let any = !preds.is_empty();
        self.rules.require(Rule::InsertNoPred, !op.insert || !any)?;
        let written = self.ids.written_place(op);
        let mut counters = 0;
        for pred in preds {
            let found = self.find(self.ids.id(*pred));
            self.rules.require(Rule::PredExists, found.is_some())?;
            let Some((pred, visible)) = found else {
                continue;
            };
            self.rules.require(Rule::PredInHistory, visible)?;
            let same = pred.object == fact.object && pred.place == written;
            self.rules.require(Rule::PredSamePlace, same)?;
            let value = !matches!(pred.what, What::Delete | What::Increment);
            self.rules.require(Rule::PredIsValue, value)?;
            counters += usize::from(pred.what == What::PutCounter);
        }
        match op.action {
            Action::Delete => self.rules.require(Rule::DeleteNeedsPred, any)?,
            Action::Increment => {
                self.rules.require(Rule::IncrementNeedsPred, any)?;
                self.rules
                    .require(Rule::IncrementOfCounter, !any || counters > 0)?;
            }
            Action::Put | Action::Make(_) => {
                let update = shape == Some(Shape::List) && !op.insert;
                self.rules.require(Rule::UpdateNeedsPred, any || !update)?;
            }
        }
        Ok(())
    }

    fn sizes(&self, op: &Op<'_>) -> Result<(), StructureRefusal> {
        match (op.action, op.value) {
            (Action::Increment, Value::Int(by)) => {
                let fits = by.unsigned_abs() <= MAX_INCREMENT;
                self.rules.require(Rule::IncrementSize, fits)?;
            }
            (_, Value::Counter(start)) => {
                let fits = start.unsigned_abs() <= MAX_COUNTER_VALUE;
                self.rules.require(Rule::CounterSize, fits)?;
            }
            (_, _) => {}
        }
        Ok(())
    }

    /// An operation of the history or earlier in this change, and whether the author could see it.
    fn find(&self, id: Id) -> Option<(Fact<'_>, bool)> {
        if id.actor == self.ids.author && id.counter >= self.start {
            let at = (id.counter - self.start) as usize;
            return self.facts.get(at).map(|fact| (*fact, true));
        }
        let (fact, seq) = self.ids.history.fact(id)?;
        let included = self.clock.get(id.actor.index()).copied().unwrap_or(0);
        Some((fact, seq <= included))
    }
}
