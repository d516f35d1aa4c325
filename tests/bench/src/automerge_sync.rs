//! The baseline of syncing: automerge's own protocol, one document and one session for each record.

use automerge::Automerge;
use automerge::sync::{State, SyncDoc as _};

/// What sessions have moved.
#[derive(Debug, Default, Clone)]
pub(crate) struct Said {
    pub(crate) messages: usize,
    pub(crate) bytes: usize,
    /// Everything that was said in order, to be packed as one stream would.
    stream: Vec<u8>,
}

impl Said {
    /// The bytes if everything went through one zstd stream of level 3.
    pub(crate) fn packed(&self) -> usize {
        crate::rows::packed(&self.stream)
    }
}

/// Two ends of the session of one document, which remember it from one meeting to the next.
pub(crate) struct Pair {
    pub(crate) ours: Automerge,
    pub(crate) theirs: Automerge,
    memory: (Vec<u8>, Vec<u8>),
}

impl Pair {
    /// One end knows the document, the other one does not.
    pub(crate) fn from_snapshot(snapshot: &[u8]) -> Self {
        Self {
            ours: Automerge::new(),
            theirs: Automerge::load(snapshot).unwrap(),
            memory: (State::new().encode(), State::new().encode()),
        }
    }

    /// Changes that one end has made meanwhile.
    pub(crate) fn write(doc: &mut Automerge, changes: &[Vec<u8>]) {
        let changes = changes
            .iter()
            .map(|bytes| automerge::Change::from_bytes(bytes.clone()));
        doc.apply_changes(changes.collect::<Result<Vec<_>, _>>().unwrap())
            .unwrap();
    }

    /// A session until both are silent.
    pub(crate) fn meet(&mut self, said: &mut Said) {
        let mut a = State::decode(&self.memory.0).unwrap();
        let mut b = State::decode(&self.memory.1).unwrap();
        loop {
            let mut silent = true;
            if let Some(message) = self.ours.generate_sync_message(&mut a) {
                silent = false;
                note(said, message.clone().encode());
                self.theirs.receive_sync_message(&mut b, message).unwrap();
            }
            if let Some(message) = self.theirs.generate_sync_message(&mut b) {
                silent = false;
                note(said, message.clone().encode());
                self.ours.receive_sync_message(&mut a, message).unwrap();
            }
            if silent {
                break;
            }
        }
        self.memory = (a.encode(), b.encode());
    }
}

fn note(said: &mut Said, message: Vec<u8>) {
    said.messages += 1;
    said.bytes += message.len();
    said.stream.extend(message);
}
