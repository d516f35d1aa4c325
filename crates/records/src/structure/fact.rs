//! What is remembered of one operation, and how the ids of a change become those of a history.

use super::history::History;
use crate::prescan::{Action, Key, ObjectType, Op, OpId, ScannedChange, Value};

/// An actor's place in a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ActorPlace(pub(super) u32);

impl ActorPlace {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }

    /// The id of one of this actor's operations.
    pub(super) fn id(self, counter: u32) -> Id {
        Id {
            counter,
            actor: self,
        }
    }
}

/// The id of an operation within a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    pub(super) counter: u32,
    pub(super) actor: ActorPlace,
}

impl Id {
    pub(super) const ROOT: Self = Self {
        counter: 0,
        actor: ActorPlace(0),
    };
}

/// What is remembered of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fact<'a> {
    pub(super) object: Id,
    pub(super) place: Place<'a>,
    pub(super) what: What,
    pub(super) insert: bool,
}

/// Where in its object an operation works; an insert works on the element that it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place<'a> {
    Name(&'a str),
    Element(Id),
}

/// What an operation did, as far as later ones ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    MakeMap,
    MakeList,
    Put,
    PutCounter,
    Delete,
    Increment,
}

/// Turns the ids of one change into those of a history.
pub(super) struct Ids<'h, 'c, 'a> {
    pub(super) history: &'h History,
    pub(super) change: &'c ScannedChange<'a>,
    pub(super) author: ActorPlace,
}

impl<'a> Ids<'_, '_, 'a> {
    /// The id in the history; one of an actor that the history does not know resolves to nothing.
    pub(super) fn id(&self, id: OpId) -> Id {
        let unknown = ActorPlace(u32::MAX);
        let actor = match self.change.actors.get(usize::from(id.actor)) {
            Some(_) if id.actor == 0 => self.author,
            Some(actor) => self.history.known_place(actor).unwrap_or(unknown),
            None => unknown,
        };
        Id {
            counter: id.counter,
            actor,
        }
    }

    /// The key or element as it is written in the operation.
    pub(super) fn written_place(&self, op: &Op<'a>) -> Place<'a> {
        match op.key {
            Key::Name(name) => Place::Name(name),
            Key::Head => Place::Element(Id::ROOT),
            Key::Element(id) => Place::Element(self.id(id)),
        }
    }

    /// What to remember of an operation whose own id is given.
    pub(super) fn fact(&self, op: &Op<'a>, own: Id) -> Fact<'a> {
        let place = if op.insert {
            Place::Element(own)
        } else {
            self.written_place(op)
        };
        let what = match (op.action, op.value) {
            (Action::Make(ObjectType::Map), _) => What::MakeMap,
            (Action::Make(ObjectType::List | ObjectType::Text), _) => What::MakeList,
            (Action::Put, Value::Counter(_)) => What::PutCounter,
            (Action::Put, _) => What::Put,
            (Action::Delete, _) => What::Delete,
            (Action::Increment, _) => What::Increment,
        };
        let object = op.object.map_or(Id::ROOT, |id| self.id(id));
        Fact {
            object,
            place,
            what,
            insert: op.insert,
        }
    }
}
