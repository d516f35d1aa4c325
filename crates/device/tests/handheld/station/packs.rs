//! The station's packs, made and signed as a server does it.

use linli_device::Clock as _;
use linli_model::Scope;
use linli_sync::pack::{PackEncoder, PackRecord};
use linli_trust::{CheckpointBody, Signed, Suite};

use super::Station;

/// A pack with what proves it.
#[derive(Clone)]
pub(crate) struct StationPack {
    pub(crate) hash: [u8; 32],
    pub(crate) bytes: Vec<u8>,
    pub(crate) checkpoint: Vec<u8>,
}

impl Station {
    /// The pack of a scope as it is now; nothing when its feed is empty.
    pub(crate) fn pack(&self, scope: &Scope) -> Option<StationPack> {
        let now = self.clock.now();
        let stray = self.stray_home.lock().unwrap().clone();
        let stranger = super::key(66);
        let is_stranger = *self.packs_by_stranger.lock().unwrap();
        let key = if is_stranger { &stranger } else { &self.key };
        self.ledger()
            .read(|reader| {
                let state = reader.feed_state(scope)?;
                if state.seq == 0 {
                    return Ok(None);
                }
                let mut encoder = PackEncoder::new(scope.clone(), state.seq, state.generation);
                let mut frames = Vec::new();
                for document in reader.pack_documents(scope) {
                    let document = document?;
                    let record = PackRecord {
                        record: document.record,
                        kind: document.kind,
                        home: stray.clone().unwrap_or(document.home),
                        heads: document.heads,
                        snapshot: document.snapshot,
                    };
                    frames.extend(encoder.push(record).unwrap().unwrap_or_default());
                    // A frame for each record: a download can break between any two of them.
                    frames.extend(encoder.end_frame().unwrap().unwrap_or_default());
                }
                let (last, header) = encoder.finish().unwrap();
                frames.extend(last.unwrap_or_default());
                let hash = header.hash().unwrap();
                let body = CheckpointBody {
                    suite: Suite::CURRENT,
                    scope: scope.clone(),
                    generation: state.generation,
                    seq: state.seq,
                    digest: state.digest,
                    prev: None,
                    pack_hash: Some(hash),
                    at: now,
                    signer: key.id(),
                };
                Ok::<_, linli_store::StoreError>(Some(StationPack {
                    hash,
                    bytes: [header.encode().unwrap(), frames].concat(),
                    checkpoint: Signed::seal(body, key).unwrap().encode().unwrap(),
                }))
            })
            .unwrap()
    }
}
