//! What waits, written for a file that somebody carries (docs/adr/0019).

use linli_exchange::{CarriedRequest, Client};
use linli_model::{OrgId, Timestamp};
use linli_trust::{CarryLabel, CarryWay, PublicKey};

use super::{Engine, Place};
use crate::error::{DeviceError, Result};

/// Bytes of news that the answer may bring: a day of a grid many times over.
const NEWS_BYTES: u32 = 4 * 1024 * 1024;

impl Engine {
    /// Everything that the server has not acknowledged, as requests. What is refused already is dealt
    /// with first; nothing counts as sent.
    pub fn carry_out(&self, now: Timestamp) -> Result<Vec<CarriedRequest>> {
        self.recover(now)?;
        self.write(|tx| {
            let reference = self.reference_now();
            let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
            let place = Place::of(reference, &self.device(), now)?;
            let mut plan = self.exchange_plan(&place, &self.scopes(), now);
            plan.max_bytes = NEWS_BYTES;
            Ok(Client::carry(tx, reference, &plan)?)
        })
    }

    /// The label of a file between this device and its server, and the server's key.
    pub fn carry_label(
        &self,
        way: CarryWay,
        sequence: u64,
        now: Timestamp,
    ) -> Result<(CarryLabel, PublicKey)> {
        self.with_reference(|reference| {
            let place = Place::of(reference, &self.device(), now)?;
            let org: &OrgId = &place.server.org;
            let label = CarryLabel {
                way,
                device: self.device(),
                server: place.server.key.id(),
                org: org.clone(),
                sequence,
            };
            Ok((label, place.server.key))
        })
    }
}
