//! Orders to erase: what they name goes, and the server gets the device's signed proof (docs/trust.md).
//!
//! The proof is written down first, then the wrapped keys go together with the note that the order was
//! obeyed: that replaces one file and is the moment. A proof counts, and is given out, only after it.
//! Files that a crash has left behind are removed at the next start.

use std::path::Path;

use linli_trust::{ErasureProof, ErasureProofBody, Signed, WipeOrder};
use serde::{Deserialize, Serialize};

use super::open::{self, Open};
use super::{Device, State};
use crate::dto::change_set::Noun;
use crate::error::Result;
use crate::files::{self, hex, unhex};
use crate::net::{Call, Method, ServerAddress};

const NAME: &str = "proofs.json";
const ERASED: &str = "/sync/v1/erased";

/// A proof that waits to be given to a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Proof {
    /// Who is told. The device's own database may be gone.
    server: ServerAddress,
    /// The signed item as hex.
    proof: String,
}

impl Proof {
    fn item(&self) -> Option<ErasureProof> {
        ErasureProof::decode(&unhex(&self.proof)?).ok()
    }
}

impl Device {
    /// Erases what a signed order names: the wrapped keys first, then the files. A grid that is taken
    /// from the device stays while something of it waits to be sent. Answers whether it was erased.
    pub(super) fn obey(&self, open: &Open, order: &WipeOrder) -> Result<bool> {
        let taken = open.engines.iter();
        let taken = || taken.clone().filter(|(grid, _)| order.grids.contains(grid));
        for (_, engine) in taken() {
            if !engine.leave()? {
                taken().try_for_each(|(_, engine)| engine.stay())?;
                return Ok(false);
            }
        }
        let erased = self.erase(open, order);
        if !matches!(erased, Ok(true)) && self.state().open.is_some() {
            // Nothing is gone, because the disk is full for example: work goes on until the next order.
            taken().try_for_each(|(_, engine)| engine.stay())?;
        }
        erased
    }

    fn erase(&self, open: &Open, order: &WipeOrder) -> Result<bool> {
        let named = |grid| order.grids.is_empty() || order.grids.contains(grid);
        let mut state = self.state();
        let Some(vault) = state.vault.as_mut() else {
            return Ok(false);
        };
        if !order.concerns(&open.key.id(), vault.obeyed()) {
            return Ok(false);
        }
        tracing::warn!(grids = order.grids.len(), "an order to erase is obeyed");
        let body = ErasureProofBody::of(order.body(), self.now());
        let proof = Signed::seal(body, &open.key)?;
        keep(&self.folder, &proof, &open.server)?;
        let is_all = open.engines.keys().all(named);
        if is_all {
            vault.erase(&[], Some(order.nonce))?;
        } else {
            vault.erase(&order.grids, Some(order.nonce))?;
        }
        state.open = None;
        if is_all {
            self.remove_all(&mut state)?;
        } else {
            for grid in &order.grids {
                open::remove_grid(&self.folder, grid)?;
            }
            let stays = open.engines.iter().find(|(grid, _)| !named(grid));
            let grid = stays.map(|(_, engine)| engine.grid_dto()).transpose()?;
            state.face.change(|face| face.grid = grid)?;
        }
        drop(state);
        self.tell(&[Noun::Device], []);
        self.hurry.notify_one();
        Ok(true)
    }

    /// Finishes what a crash has interrupted after the keys were gone.
    pub(super) fn finish_erasing(&self) -> Result<()> {
        let mut state = self.state();
        for proof in counting(&self.folder, &state)? {
            let is_this_device = state.vault.as_ref().is_some_and(|vault| {
                let is_obeyed = vault.obeyed().any(|nonce| nonce == proof.nonce);
                vault.device() == proof.device && is_obeyed
            });
            if !is_this_device {
                continue;
            }
            if state
                .vault
                .as_ref()
                .is_some_and(|vault| vault.people().next().is_none())
            {
                self.remove_all(&mut state)?;
                break;
            }
            for grid in &proof.grids {
                open::remove_grid(&self.folder, grid)?;
            }
        }
        Ok(())
    }

    fn remove_all(&self, state: &mut State) -> Result<()> {
        open::remove_grids(&self.folder)?;
        self.clear(state)
    }

    /// Gives every proof to its server. What a server does not want, because it does not know the order
    /// any more, is not offered again.
    pub(super) async fn hand_in_proofs(&self) -> Result<()> {
        let counting = counting(&self.folder, &self.state())?;
        for waiting in load(&self.folder)? {
            let Some(item) = waiting.item().filter(|item| counting.contains(item)) else {
                continue;
            };
            let line = self.parts.connect.connect(&waiting.server)?;
            let call = Call::new(Method::Post, ERASED, item.encode()?)
                .with("content-type", "application/cbor");
            let answer = line.call(call).await?;
            let is_final = answer.is_success() || matches!(answer.status, 400 | 403 | 404);
            tracing::info!(status = answer.status, "a proof of erasure was handed in");
            if is_final {
                // Another order may be obeyed meanwhile: its proof is written under the same lock.
                let _state = self.state();
                let mut rest = load(&self.folder)?;
                rest.retain(|other| *other != waiting);
                store(&self.folder, &rest)?;
            }
        }
        Ok(())
    }
}

/// The proofs whose erasure has happened: the vault says so, or is gone, or is another binding's.
fn counting(folder: &Path, state: &State) -> Result<Vec<ErasureProof>> {
    let all = load(folder)?.into_iter().filter_map(|proof| proof.item());
    let is_done = |proof: &ErasureProof| match &state.vault {
        Some(vault) if vault.device() == proof.device => {
            vault.obeyed().any(|nonce| nonce == proof.nonce)
        }
        Some(_) | None => true,
    };
    Ok(all.filter(is_done).collect())
}

/// Notes a proof in place of an earlier one of the same order.
fn keep(folder: &Path, proof: &ErasureProof, server: &ServerAddress) -> Result<()> {
    let mut all = load(folder)?;
    all.retain(|other| other.item().is_some_and(|item| item.nonce != proof.nonce));
    all.push(Proof {
        server: server.clone(),
        proof: hex(&proof.encode()?),
    });
    store(folder, &all)
}

fn load(folder: &Path) -> Result<Vec<Proof>> {
    let Some(bytes) = files::read(&folder.join(NAME))? else {
        return Ok(Vec::new());
    };
    Ok(serde_json::from_slice(&bytes).unwrap_or_else(|error| {
        tracing::error!(%error, "the proofs of erasure cannot be read and begin anew");
        Vec::new()
    }))
}

fn store(folder: &Path, all: &[Proof]) -> Result<()> {
    let path = folder.join(NAME);
    if all.is_empty() {
        return Ok(files::remove(&path)?);
    }
    Ok(files::replace(&path, &serde_json::to_vec_pretty(all)?)?)
}
