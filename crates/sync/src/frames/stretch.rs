//! Changes of several batches in one order.

use std::fmt;

use linli_trust::{EntryRef, Parcel, SealedBatch};
use minicbor::{Decode, Encode};

use super::parcel::{self, Forms, ParcelMsg};
use crate::codec::Bounded;
use crate::error::SyncError;
use crate::limits;

/// Changes in an order in which causes come before effects, each batch named once.
///
/// A feed often alternates between batches (an event of a device, its admission by the desk). Here
/// each batch stands once, with bare hashes for the changes that are not in this stretch, and
/// `order` tells how the changes follow each other. A batch that goes on in another stretch is
/// named there again, so that each stretch can be verified by itself.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Stretch {
    parcels: Vec<Parcel>,
    order: Vec<Run>,
}

/// Counts only: what is written in a record does not belong in a log.
impl fmt::Debug for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = self.order.iter().map(|run| run.count).sum::<usize>();
        write!(
            f,
            "Stretch({} batches, {changes} changes)",
            self.parcels.len()
        )
    }
}

/// Changes that follow each other in one parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    parcel: usize,
    first: usize,
    count: usize,
}

/// One change of a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StretchChange<'a> {
    /// The batch that it was signed in.
    pub batch: &'a SealedBatch,
    /// Its place in the batch.
    pub index: usize,
    /// Its record, kind and hash.
    pub entry: &'a EntryRef,
    /// Its bytes.
    pub body: &'a [u8],
}

impl Stretch {
    /// Whole parcels one after the other.
    pub fn of(parcels: Vec<Parcel>) -> Self {
        let order = natural(&parcels);
        Self { parcels, order }
    }

    /// The batches.
    pub fn parcels(&self) -> &[Parcel] {
        &self.parcels
    }

    /// The batches, without their order.
    pub fn into_parcels(self) -> Vec<Parcel> {
        self.parcels
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.parcels.is_empty()
    }

    /// The changes that travel with their bytes, causes before effects.
    pub fn changes(&self) -> impl Iterator<Item = StretchChange<'_>> {
        let places = self.order.iter().flat_map(|run| {
            let indexes = run.first..run.first + run.count;
            indexes.map(|index| (run.parcel, index))
        });
        places.filter_map(|(parcel, index)| {
            let parcel = self.parcels.get(parcel)?;
            Some(StretchChange {
                batch: &parcel.batch,
                index,
                entry: parcel.batch.entries.get(index)?,
                body: parcel.bodies.get(index)?.as_deref()?,
            })
        })
    }

    /// Appends one change. Its batch is added with bare hashes when it is not in the stretch yet.
    /// Nothing happens when the batch has no such entry or the change is in the stretch already.
    pub(crate) fn push(&mut self, batch: &SealedBatch, index: usize, body: Vec<u8>) {
        // A batch is looked for from the end: neighbours are the usual case.
        let found = self
            .parcels
            .iter()
            .rposition(|parcel| parcel.batch.header_bytes == batch.header_bytes);
        let at = found.unwrap_or_else(|| {
            self.parcels.push(Parcel {
                batch: batch.clone(),
                bodies: vec![None; batch.entries.len()],
            });
            self.parcels.len() - 1
        });
        let slot = self
            .parcels
            .get_mut(at)
            .and_then(|parcel| parcel.bodies.get_mut(index));
        let Some(slot @ None) = slot else { return };
        *slot = Some(body);
        match self.order.last_mut() {
            Some(run) if run.parcel == at && run.first + run.count == index => run.count += 1,
            _ => self.order.push(Run {
                parcel: at,
                first: index,
                count: 1,
            }),
        }
    }

    /// Whether a batch is named in it.
    pub(crate) fn names(&self, batch: &SealedBatch) -> bool {
        self.parcels
            .iter()
            .any(|parcel| parcel.batch.header_bytes == batch.header_bytes)
    }

    /// Calls `send` with the wire form.
    pub(super) fn with_msg(
        &self,
        send: impl FnOnce(StretchMsg<'_>) -> Result<Vec<u8>, SyncError>,
    ) -> Result<Vec<u8>, SyncError> {
        let forms: Vec<Forms> = self
            .parcels
            .iter()
            .map(parcel::forms)
            .collect::<Result<_, _>>()?;
        let parcels = self.parcels.iter().zip(&forms);
        let order = self.order.iter().map(|run| RunMsg {
            parcel: small(run.parcel),
            first: small(run.first),
            count: small(run.count),
        });
        let is_natural = self.order == natural(&self.parcels);
        send(StretchMsg {
            parcels: Bounded(
                parcels
                    .map(|(parcel, forms)| parcel::msg(parcel, forms))
                    .collect(),
            ),
            order: (!is_natural).then(|| Bounded(order.collect())),
        })
    }

    /// Reads the wire form: every change with bytes stands in the order exactly once.
    pub(super) fn from_msg(frame: &'static str, msg: StretchMsg<'_>) -> Result<Self, SyncError> {
        let parcels = msg.parcels.0.iter().map(|msg| parcel::parcel(frame, msg));
        let parcels = parcels.collect::<Result<Vec<_>, _>>()?;
        let Some(order) = msg.order else {
            return Ok(Self::of(parcels));
        };
        let order = order.0.iter().map(|run| Run {
            parcel: run.parcel as usize,
            first: run.first as usize,
            count: run.count as usize,
        });
        let order = order.collect::<Vec<_>>();
        if !covers(&parcels, &order) {
            return Err(SyncError::malformed(
                frame,
                "an order that is not of its changes",
            ));
        }
        Ok(Self { parcels, order })
    }
}

#[derive(Encode, Decode)]
pub(super) struct StretchMsg<'b> {
    #[b(0)]
    parcels: Bounded<ParcelMsg<'b>, { limits::PAGE_PARCELS }>,
    /// Absent: whole parcels one after the other.
    #[n(1)]
    order: Option<Bounded<RunMsg, { limits::STRETCH_RUNS }>>,
}

#[derive(Encode, Decode)]
struct RunMsg {
    #[n(0)]
    parcel: u32,
    #[n(1)]
    first: u32,
    #[n(2)]
    count: u32,
}

/// The order of whole parcels one after the other.
fn natural(parcels: &[Parcel]) -> Vec<Run> {
    let mut order: Vec<Run> = Vec::new();
    for (at, parcel) in parcels.iter().enumerate() {
        for (index, body) in parcel.bodies.iter().enumerate() {
            match order.last_mut() {
                _ if body.is_none() => {}
                Some(run) if run.parcel == at && run.first + run.count == index => run.count += 1,
                _ => order.push(Run {
                    parcel: at,
                    first: index,
                    count: 1,
                }),
            }
        }
    }
    order
}

fn covers(parcels: &[Parcel], order: &[Run]) -> bool {
    let mut left: Vec<Vec<bool>> = parcels
        .iter()
        .map(|parcel| parcel.bodies.iter().map(Option::is_some).collect())
        .collect();
    for run in order {
        let slots = left
            .get_mut(run.parcel)
            .and_then(|parcel| parcel.get_mut(run.first..run.first.saturating_add(run.count)));
        let Some(slots) = slots else { return false };
        if slots.is_empty() || !slots.iter().all(|is_left| *is_left) {
            return false;
        }
        slots.fill(false);
    }
    left.iter().flatten().all(|is_left| !is_left)
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
