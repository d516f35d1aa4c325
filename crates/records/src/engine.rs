//! Calls into the merge engine, with its panics turned into values.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::Automerge;

#[cfg(not(panic = "unwind"))]
compile_error!("the gate catches panics of the merge engine: build with `panic = \"unwind\"`");

/// The engine panicked. What it worked on must be dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the merge engine panicked")]
pub(crate) struct EnginePanic;

/// Runs work that owns everything it changes, so that a panic leaves nothing half done behind.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, EnginePanic> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| EnginePanic)
}

/// Loads a saved document and compares its heads with those written in it.
pub(crate) fn load(bytes: &[u8]) -> Result<Automerge, String> {
    match guarded(|| Automerge::load(bytes)) {
        Ok(Ok(doc)) => Ok(doc),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => Err(panic.to_string()),
    }
}

/// Parses changes and applies them in one call; one call per change would be quadratic.
pub(crate) fn apply<'a>(
    mut doc: Automerge,
    changes: impl Iterator<Item = &'a [u8]>,
) -> Result<Automerge, String> {
    let work = || {
        let parsed = changes
            .map(|bytes| automerge::Change::from_bytes(bytes.to_vec()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| error.to_string())?;
        doc.apply_changes(parsed)
            .map_err(|error| error.to_string())?;
        Ok(doc)
    };
    guarded(work).unwrap_or_else(|panic| Err(panic.to_string()))
}
