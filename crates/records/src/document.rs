//! One record, loaded for as long as it is written, merged or read in full.

use std::sync::OnceLock;

use automerge::{Automerge, ROOT, ReadDoc};
use linli_model::{ChangeHash, RecordKind};

use crate::change::RawChange;
use crate::engine;
use crate::known::Known;
use crate::prescan::scan;
use crate::schema::{self, kind_name};

/// One record as a CRDT document.
///
/// A document is a cache of its changes: it costs some 15 KiB of memory, so it is loaded to be
/// written or merged and then dropped. Reading for the screen goes to rows in the database.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) inner: Automerge,
    saved: OnceLock<Vec<u8>>,
    known: OnceLock<Option<Known>>,
}

/// What judging the next change of a document needs to know of the changes before it.
#[derive(Debug, Clone)]
pub struct Knowledge(Known);

impl Knowledge {
    /// Works it out from all changes of a document, in any order: cheaper than asking the document
    /// for them again. `None` when they are not changes of ours.
    pub fn of_changes(changes: &[&[u8]]) -> Option<Self> {
        let mut scanned = Vec::with_capacity(changes.len());
        for bytes in changes {
            scanned.push(scan(bytes).ok()?);
        }
        // A change starts above every operation below it, so this order is causal.
        scanned.sort_by_key(|change| (change.start_op, change.hash));
        let mut known = Known::default();
        for change in &scanned {
            known.remember(change);
        }
        Some(Self(known))
    }
}

/// Why stored bytes do not make a document. The document must be rebuilt from its raw changes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The snapshot cannot be loaded.
    #[error("the snapshot cannot be loaded: {0}")]
    Snapshot(String),
    /// A change after the snapshot cannot be applied.
    #[error("the changes after the snapshot cannot be applied: {0}")]
    Tail(String),
    /// Changes are missing below those that are there.
    #[error("{} changes are missing, first {}", .0.len(), display_first(.0))]
    Gap(Vec<ChangeHash>),
}

fn display_first(hashes: &[ChangeHash]) -> String {
    hashes.first().map(ToString::to_string).unwrap_or_default()
}

impl Document {
    /// A document without a change. Only [`crate::create`] gives it its first one.
    pub fn create() -> Self {
        Self::from_engine(Automerge::new())
    }

    /// Loads a record from its snapshot and the changes that came after it, in any order.
    pub fn load(snapshot: Option<&[u8]>, tail: &[&[u8]]) -> Result<Self, LoadError> {
        let mut inner = match snapshot {
            Some(bytes) => engine::load(bytes).map_err(LoadError::Snapshot)?,
            None => Automerge::new(),
        };
        // The engine does not look at the checksum of a change that it is given by itself.
        if let Some(damaged) = tail.iter().find_map(|bytes| scan(bytes).err()) {
            return Err(LoadError::Tail(damaged.to_string()));
        }
        if !tail.is_empty() {
            inner = engine::apply(inner, tail.iter().copied()).map_err(LoadError::Tail)?;
        }
        let gap = inner.get_missing_deps(&[]);
        if gap.is_empty() {
            Ok(Self::from_engine(inner))
        } else {
            Err(LoadError::Gap(
                gap.iter().map(|hash| ChangeHash(hash.0)).collect(),
            ))
        }
    }

    /// The changes that no other change of this document builds on, ascending.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.inner
            .get_heads()
            .iter()
            .map(|head| ChangeHash(head.0))
            .collect()
    }

    /// The whole document, not deflated; the store compresses it with a dictionary.
    pub fn snapshot(&self) -> Vec<u8> {
        self.saved
            .get_or_init(|| self.inner.save_nocompress())
            .clone()
    }

    /// Every change, each after those it builds on.
    pub fn changes(&self) -> Vec<RawChange> {
        self.inner
            .get_changes(&[])
            .iter()
            .filter_map(RawChange::from_engine)
            .collect()
    }

    /// One change by its hash.
    pub fn change(&self, hash: &ChangeHash) -> Option<RawChange> {
        self.inner
            .get_change_by_hash(&automerge::ChangeHash(hash.0))
            .and_then(|change| RawChange::from_engine(&change))
    }

    /// Whether the document holds this change.
    pub fn has(&self, hash: &ChangeHash) -> bool {
        self.inner
            .get_change_meta_by_hash(&automerge::ChangeHash(hash.0))
            .is_some()
    }

    /// The number of changes. Loading slows down faster than this grows: warn at 500, start a new
    /// document from the current state at 1,000.
    pub fn change_count(&self) -> u64 {
        self.inner.stats().num_changes
    }

    /// The number of operations.
    pub fn op_count(&self) -> u64 {
        self.inner.stats().num_ops
    }

    /// What the record is; `None` only for a document without a change.
    pub fn kind(&self) -> Option<RecordKind> {
        let (value, _) = self.inner.get(ROOT, "kind").ok()??;
        let word = value.as_str()?;
        RecordKind::ALL
            .into_iter()
            .find(|kind| kind_name(*kind) == word)
    }

    /// What the record may hold.
    pub fn schema(&self) -> Option<schema::Schema> {
        self.kind().map(schema::of)
    }

    /// What judging the next change needs to know of this document. Small, and slower to work out
    /// than to keep: a server may hold it for the records that are busy.
    pub fn knowledge(&self) -> Option<Knowledge> {
        self.known().cloned().map(Knowledge)
    }

    /// Gives a loaded document what was known of it before; left out when it is not about exactly
    /// these heads.
    #[must_use]
    pub fn with_knowledge(self, knowledge: Knowledge) -> Self {
        let fits = knowledge.0.history.heads() == self.heads();
        self.with_known(fits.then_some(knowledge.0))
    }

    /// The history and layout, scanned from the changes when first asked for and kept from then
    /// on. `None` when the changes cannot be scanned: the document is not one of ours.
    pub(crate) fn known(&self) -> Option<&Known> {
        self.known.get_or_init(|| self.scan_changes()).as_ref()
    }

    /// The history, if anyone has asked for it before.
    pub(crate) fn known_already(&self) -> Option<&Known> {
        self.known.get().and_then(Option::as_ref)
    }

    fn scan_changes(&self) -> Option<Known> {
        let changes = engine::guarded(|| self.inner.get_changes(&[])).ok()?;
        let mut known = Known::default();
        for change in &changes {
            known.remember(&scan(change.raw_bytes()).ok()?);
        }
        Some(known)
    }

    pub(crate) fn from_engine(inner: Automerge) -> Self {
        Self {
            inner,
            saved: OnceLock::new(),
            known: OnceLock::new(),
        }
    }

    pub(crate) fn with_known(self, known: Option<Known>) -> Self {
        match known {
            Some(known) => Self {
                known: OnceLock::from(Some(known)),
                ..self
            },
            None => self,
        }
    }

    pub(crate) fn with_saved(self, saved: Vec<u8>) -> Self {
        Self {
            saved: OnceLock::from(saved),
            ..self
        }
    }
}
