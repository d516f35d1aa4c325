//! A small history with everything that a bad change may want to misuse.

use linli_model::{ActorId, ChangeHash, KeyId};
use linli_records::prescan::scan;
use linli_records::structure::{History, check};

use crate::craft::{Craft, CraftKey, CraftOp, DELETE, MAKE_LIST, MAKE_MAP, PUT, hash, sleb};

pub(crate) fn key_a() -> KeyId {
    KeyId([0xaa; 16])
}

pub(crate) fn key_b() -> KeyId {
    KeyId([0xbb; 16])
}

/// The author of the first two changes, and of the crafted ones.
pub(crate) fn a() -> ActorId {
    ActorId::new(&key_a(), 1)
}

/// The author of a change beside the second.
pub(crate) fn b() -> ActorId {
    ActorId::new(&key_b(), 1)
}

pub(crate) const NAME: u64 = 1;
pub(crate) const MAP: u64 = 2;
pub(crate) const LIST: u64 = 3;
pub(crate) const FIRST: u64 = 4;
pub(crate) const SECOND: u64 = 5;
pub(crate) const COUNT: u64 = 6;
pub(crate) const IN_MAP: u64 = 7;
pub(crate) const OTHER: u64 = 8;
pub(crate) const IN_OTHER: u64 = 9;
pub(crate) const GONE: u64 = 10;
pub(crate) const THEIR_NAME: u64 = 10;
pub(crate) const THEIR_MAP: u64 = 11;

pub(crate) struct Base {
    /// Everything at the root, a map, two lists.
    pub(crate) first: Vec<u8>,
    /// On top of the first, by the same author: deletes a name, counts up.
    pub(crate) second: Vec<u8>,
    /// On top of the first, by another: writes the same name, makes a map.
    pub(crate) beside: Vec<u8>,
}

impl Base {
    pub(crate) fn new() -> Self {
        let first = Craft::new(a(), 1, 1, &[])
            .with(&[
                CraftOp::put("name", "x"),
                CraftOp::make("map", MAKE_MAP),
                CraftOp::make("list", MAKE_LIST),
                CraftOp::insert((0, LIST), CraftKey::Head, "one"),
                CraftOp::insert((0, LIST), CraftKey::Element(0, FIRST), "two"),
                CraftOp::put("count", "").holding((8, sleb(10))),
                CraftOp::put("k", "").holding((4, sleb(7))).on((0, MAP)),
                CraftOp::make("other", MAKE_LIST),
                CraftOp::insert((0, OTHER), CraftKey::Head, "o"),
            ])
            .bytes();
        let second = Craft::new(a(), 2, 10, &[hash(&first)])
            .with(&[
                CraftOp::delete("name").over(&[(0, NAME)]),
                CraftOp::increment("count", 1).over(&[(0, COUNT)]),
            ])
            .bytes();
        let beside = Craft::new(b(), 1, 10, &[hash(&first)])
            .naming(&[a()])
            .with(&[
                CraftOp::put("name", "theirs").over(&[(1, NAME)]),
                CraftOp::make("their map", MAKE_MAP),
                CraftOp::insert((1, LIST), CraftKey::Element(1, SECOND), "three"),
            ])
            .bytes();
        Self {
            first,
            second,
            beside,
        }
    }

    pub(crate) fn all(&self) -> [&[u8]; 3] {
        [&self.first, &self.second, &self.beside]
    }

    pub(crate) fn history(&self) -> History {
        History::rebuild(self.all().into_iter()).unwrap()
    }

    pub(crate) fn tips(&self) -> [ChangeHash; 2] {
        [hash(&self.second), hash(&self.beside)]
    }

    /// The author's next change on top of their own last one.
    pub(crate) fn next(&self) -> Craft {
        Craft::new(a(), 3, 12, &[hash(&self.second)])
    }

    /// The author's next change on top of everything.
    pub(crate) fn merging(&self) -> Craft {
        Craft::new(a(), 3, 13, &self.tips())
    }
}

#[test]
fn the_base_passes_every_rule_and_means_the_same_to_the_engine() {
    let base = Base::new();
    let mut history = History::default();
    for (count, bytes) in base.all().into_iter().enumerate() {
        let change = scan(bytes).unwrap();
        check(&history, &change).unwrap();
        let engine = automerge::Change::from_bytes(bytes.to_vec()).unwrap();
        assert_eq!(engine.hash().0, change.hash.0);
        assert_eq!(
            automerge::Change::from(engine.decode()).hash(),
            engine.hash()
        );
        history = History::rebuild(base.all().into_iter().take(count + 1)).unwrap();
    }
    assert_eq!(history.len(), 3);
    let mut tips = base.tips();
    tips.sort_unstable();
    assert_eq!(history.heads(), tips);
    assert_eq!((history.seq_of(&a()), history.seq_of(&b())), (2, 1));
    assert_eq!((PUT, DELETE), (1, 3));
}
