//! What an operator asks about a device: how far it is, and whether it is sound.

use linli_model::RecordId;
use serde::Serialize;

use super::{APP, Device};
use crate::error::{DeviceError, Result};

/// A device as an operator sees it. No personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The device's key id.
    pub device: String,
    /// Program and version.
    pub app: String,
    /// The server's address.
    pub server: String,
    /// The grids.
    pub grids: Vec<GridInspection>,
}

/// One grid's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GridInspection {
    /// The grid.
    pub grid: String,
    /// The organisation whose server is asked.
    pub server_org: String,
    /// The epoch under which this device writes.
    pub epoch: u64,
    /// The newest edition.
    pub edition: u32,
    /// The server's generation, as last seen.
    pub generation: u64,
    /// The server's clock minus ours, as last measured.
    pub clock_offset_ms: Option<i64>,
    /// Records of places, households and cases.
    pub places: u32,
    /// Households.
    pub households: u32,
    /// Cases.
    pub cases: u32,
    /// Own changes without a final answer.
    pub outbox: u64,
    /// Changes kept out for review.
    pub quarantined: u64,
    /// The digest of the grid's cases, hex: equal on two replicas that hold the same.
    pub cases_digest: String,
    /// What a full check found; nothing when it was not asked for.
    pub faults: Option<Vec<String>>,
}

impl Device {
    /// Looks at the open device; with `is_thorough` every page, document and digest is checked.
    pub fn inspect(&self, is_thorough: bool) -> Result<Inspection> {
        let open = self.opened()?;
        let now = self.now();
        let mut grids = Vec::new();
        for engine in open.engines.values() {
            let (server_org, peer) = engine.server(now)?;
            let [places, households, cases] = engine.record_counts()?;
            let [case_scope, _, _] = engine.scopes();
            let ledger = engine.ledger();
            let (outbox, quarantined, digest, generation) = ledger.read(|reader| {
                Ok::<_, DeviceError>((
                    reader.outbox_len()?,
                    reader.quarantine(None, 1_000)?.len(),
                    reader.feed_state(&case_scope)?.digest,
                    reader.peer(&peer)?.generation,
                ))
            })?;
            let faults = if is_thorough {
                let found = ledger.integrity()?;
                let documents = found.documents.iter().map(|id| format!("document {id}"));
                let scopes = found
                    .scopes
                    .iter()
                    .map(|scope| format!("digest of {scope}"));
                Some(
                    found
                        .database
                        .iter()
                        .cloned()
                        .chain(documents)
                        .chain(scopes)
                        .collect(),
                )
            } else {
                None
            };
            grids.push(GridInspection {
                grid: engine.grid().to_string(),
                server_org: server_org.to_string(),
                epoch: engine.epoch()?,
                edition: engine.with_reference(|reference| Ok(reference.newest_number()))?,
                generation,
                clock_offset_ms: engine.clock_offset_ms()?,
                places,
                households,
                cases,
                outbox,
                quarantined: u64::try_from(quarantined).unwrap_or(u64::MAX),
                cases_digest: crate::files::hex(&digest),
                faults,
            });
        }
        Ok(Inspection {
            device: open.key.id().to_string(),
            app: APP.to_owned(),
            server: open.server.url.clone(),
            grids,
        })
    }

    /// The document of a case as a file of the merge engine's own format: any implementation of
    /// automerge opens it.
    pub fn export_document(&self, case_id: &str) -> Result<Vec<u8>> {
        let open = self.opened()?;
        let record: RecordId = case_id.parse().map_err(|_| DeviceError::NotFound("case"))?;
        let engine = open.engine_of(&record)?;
        let document = engine
            .ledger()
            .read(|reader| reader.load_document(&record))?
            .ok_or(DeviceError::NotFound("case"))?;
        Ok(document.snapshot())
    }

    /// Writes a named place of the grid.
    pub fn add_place(&self, name: &str, at: Option<(f64, f64)>) -> Result<RecordId> {
        let open = self.opened()?;
        let engine = open.engine()?;
        let now = self.now();
        let record = engine.add_place(&open.by(engine, now)?, name, at, now)?;
        self.hurry.notify_one();
        Ok(record)
    }
}
