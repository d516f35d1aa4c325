//! One exchange with the server, without a network: begin gives the body to send, the answer is fed
//! in pieces, each event in a transaction of its own.

use std::sync::atomic::Ordering;

use linli_exchange::{
    Applied, Client, Offering, Plan, Reference, ask_for_everything, offer_everything, retry,
};
use linli_model::{BlobHash, KeyId, OrgId, RecordId, Scope, Timestamp};
use linli_store::{StoreError, Tx};
use linli_sync::client::{Event, RequestNote};
use linli_sync::frames::{ErrorFrame, Personal};
use linli_sync::limits;
use linli_trust::{Lease, LeaseClock, WipeOrder};

use super::outgoing::note_delivered;
use super::{Engine, Place, Records, forgotten, notes, packs, raise_epoch, rows};
use crate::error::{DeviceError, Result};

const LEASE: &str = "device/lease";
const HEARD: &str = "device/heard";
const SEEN: &str = "device/seen";
const OFFSET: &str = "device/offset";
const REPULLED: &str = "device/repulled";
const FIRST_DONE: &str = "device/first_sync_done";
/// A scope that differs is pulled anew at most once in this time, 24 hours, unless both ends held the
/// same in between or the server was restored.
const REPULL_MS: i64 = 24 * 60 * 60 * 1000;

/// A running exchange.
pub struct Exchange {
    client: Client,
    /// The server that is asked.
    pub peer: KeyId,
    /// The body to send.
    pub body: Vec<u8>,
    began_at: Timestamp,
    /// Nothing is asked for, only sent.
    is_push: bool,
    /// The answer came in a file that somebody carried.
    is_carried: bool,
    /// A scope differed and is pulled anew with the next exchange.
    pulls_anew: bool,
    synced: Synced,
}

/// What an exchange did so far.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four facts that hold independently"
)]
pub struct Synced {
    /// Records that changed here.
    pub records: Records,
    /// Whether editions, certificates or erasures came.
    pub has_reference: bool,
    /// Photos that the server lacks, most urgent first.
    pub wanted: Vec<BlobHash>,
    /// Orders to erase grids, or everything, checked and meant for this device.
    pub wipes: Vec<WipeOrder>,
    /// Whether the server refused something of ours, and it was dealt with.
    pub has_refusals: bool,
    /// The server stopped with an error.
    pub failed: Option<ErrorFrame>,
    /// Whether another exchange should follow at once.
    pub more: bool,
    /// Whether the answer came to its end.
    pub is_complete: bool,
    /// Compressed bytes of the answer.
    pub received_bytes: u64,
}

impl Engine {
    /// The organisation whose server is asked, and that server's key.
    pub fn server(&self, now: Timestamp) -> Result<(OrgId, KeyId)> {
        self.with_reference(|reference| {
            let place = Place::of(reference, &self.device(), now)?;
            Ok((place.server.org.clone(), place.server.key.id()))
        })
    }

    /// Seals what waits and writes the request. What the server refused in an exchange that broke is
    /// dealt with first.
    pub fn begin_sync(&self, now: Timestamp) -> Result<Exchange> {
        self.begin(&self.scopes(), now)
    }

    /// The same without asking for anything: text goes before a pack is fetched.
    pub fn begin_push(&self, now: Timestamp) -> Result<Exchange> {
        self.begin(&[], now)
    }

    fn begin(&self, wants: &[Scope], now: Timestamp) -> Result<Exchange> {
        let recovered = self.recover(now)?;
        let mut exchange = self.write(|tx| {
            let reference = self.reference_now();
            let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
            let place = Place::of(reference, &self.device(), now)?;
            let peer = place.server.key.id();
            notes::count_try(tx)?;
            let mut plan = self.exchange_plan(&place, wants, now);
            // A server names the chains of the scopes that are asked for.
            plan.ask_chains = !wants.is_empty() && self.ask_chains.load(Ordering::Relaxed);
            let (body, client) = Client::begin(tx, reference, &plan)?;
            Ok(Exchange {
                client,
                peer,
                body,
                began_at: now,
                is_push: wants.is_empty(),
                is_carried: false,
                pulls_anew: false,
                synced: Synced::default(),
            })
        })?;
        exchange.synced.records = recovered;
        Ok(exchange)
    }

    pub(super) fn exchange_plan<'p>(
        &'p self,
        place: &Place<'p>,
        wants: &[Scope],
        now: Timestamp,
    ) -> Plan<'p> {
        Plan {
            peer: place.server.key.id(),
            key: &self.plan.key,
            org: place.org(),
            app: &self.plan.app,
            wants: wants.to_vec(),
            offering: Offering::Outbox,
            max_bytes: limits::USUAL_RESPONSE_BYTES,
            ask_chains: false,
            now,
        }
    }

    /// Takes a piece of the answer: every event that it completes is made durable before the next.
    pub fn apply_sync(&self, exchange: &mut Exchange, piece: &[u8], now: Timestamp) -> Result<()> {
        let mut input = piece;
        while let Some(event) = exchange.client.next(&mut input)? {
            let applied = self.apply_event(&mut exchange.client, event, now);
            let applied = match applied {
                Ok(applied) => applied,
                Err(error) => {
                    self.reload_reference()?;
                    return Err(error);
                }
            };
            self.note_applied(exchange, applied, now)?;
        }
        exchange.synced.received_bytes = exchange.client.bytes().0;
        Ok(())
    }

    /// Ends an exchange whose answer is over, and deals with what the server refused.
    pub fn end_sync(&self, exchange: Exchange, now: Timestamp) -> Result<Synced> {
        exchange.client.finish()?;
        let mut synced = exchange.synced;
        synced.more |= exchange.pulls_anew;
        let is_pull = !exchange.is_push;
        if synced.is_complete && is_pull {
            self.ask_chains.store(false, Ordering::Relaxed);
        }
        if synced.has_refusals {
            synced.records.extend(self.recover(now)?);
            synced.more = true;
        }
        self.write(|tx| {
            notes::answered(tx)?;
            notes::set_moment(tx, notes::CONTACT_AT, now)?;
            if synced.is_complete && !synced.more && is_pull {
                notes::set_moment(tx, notes::DOWNLOADED_AT, now)?;
                tx.set_meta_number(FIRST_DONE, 1)?;
            }
            note_delivered(tx, now)
        })?;
        Ok(synced)
    }

    /// Takes the answer to a request that was carried: as after an exchange, but for what only a line
    /// can say (clocks, the last contact, whether both ends hold the same).
    pub fn carry_back(&self, note: &RequestNote, answer: &[u8], now: Timestamp) -> Result<Synced> {
        let (client, peer) = self.write(|tx| {
            let reference = self.reference_now();
            let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
            let place = Place::of(reference, &self.device(), now)?;
            let plan = self.exchange_plan(&place, &self.scopes(), now);
            Ok((Client::carried(tx, &plan, note)?, plan.peer))
        })?;
        let mut exchange = Exchange {
            client,
            peer,
            body: Vec::new(),
            began_at: now,
            is_push: false,
            is_carried: true,
            pulls_anew: false,
            synced: Synced::default(),
        };
        self.apply_sync(&mut exchange, answer, now)?;
        exchange.client.finish()?;
        let mut synced = exchange.synced;
        if synced.has_refusals {
            synced.records.extend(self.recover(now)?);
        }
        self.write(|tx| note_delivered(tx, now))?;
        Ok(synced)
    }

    /// Notes that an exchange broke. What was applied stays; what was not is asked for again.
    pub fn fail_sync(
        &self,
        exchange: &Exchange,
        may_have_arrived: bool,
        now: Timestamp,
    ) -> Result<()> {
        tracing::debug!(
            began_at = exchange.began_at.0,
            may_have_arrived,
            "an exchange broke"
        );
        self.write(|tx| {
            if may_have_arrived {
                notes::broke(tx, now)?;
            }
            Ok(())
        })
    }

    /// Whether everything of the grid has been here once.
    pub fn is_first_sync_done(&self) -> Result<bool> {
        self.read(|reader| Ok(reader.meta_number(FIRST_DONE)? == 1))
    }

    /// The server's clock minus ours, as last measured; nothing before the first answer.
    pub fn clock_offset_ms(&self) -> Result<Option<i64>> {
        self.read(|reader| {
            let clock = lease_clock(reader)?;
            Ok((clock != LeaseClock::unheard()).then_some(clock.offset_ms))
        })
    }

    fn apply_event(&self, client: &mut Client, event: Event, now: Timestamp) -> Result<Applied> {
        let is_relaxed = matches!(event, Event::PageReady(_) | Event::Fetched(_));
        let work = |tx: &mut Tx<'_>| -> Result<Applied> {
            let mut reference = self.reference_mut();
            let reference = reference.as_mut().ok_or(DeviceError::NotBound)?;
            forgotten::note(tx, &event, now)?;
            let applied = client.apply(tx, reference, event, now)?;
            if applied.has_reference {
                retry(tx, reference, now)?;
                if let Some(own) = reference.certificates().find(&self.device()) {
                    raise_epoch(tx, own.epoch)?;
                }
            }
            if applied.new_epoch.is_some() {
                packs::want(tx, &self.scopes())?;
            }
            notes::wait_again(tx)?;
            refresh_touched(tx, reference, now)?;
            notes::settle(tx)?;
            Ok(applied)
        };
        if is_relaxed {
            self.ledger.write_relaxed(work)
        } else {
            self.ledger.write(work)
        }
    }

    fn note_applied(
        &self,
        exchange: &mut Exchange,
        applied: Applied,
        now: Timestamp,
    ) -> Result<()> {
        if let Some(epoch) = applied.new_epoch {
            tracing::warn!(
                epoch,
                "the server knows a life of this device that is lost here"
            );
        }
        if let Some(generation) = applied.new_generation {
            tracing::warn!(
                generation,
                "the server was restored; everything is offered again"
            );
            for scope in self.scopes() {
                self.forget_repulled(&scope)?;
            }
        }
        if let Some(scope) = &applied.diverged {
            exchange.pulls_anew |= self.pull_anew(&exchange.peer, scope, now)?;
        }
        if let Some(scope) = &applied.in_step {
            self.forget_repulled(scope)?;
        }
        if exchange.is_carried {
            if let Some(personal) = applied.personal {
                self.take_carried_personal(&personal)?;
            }
        } else if let Some(personal) = applied.personal {
            self.take_personal(personal, &mut exchange.synced, now)?;
        }
        let synced = &mut exchange.synced;
        synced.records.extend(applied.records);
        synced.has_reference |= applied.has_reference;
        synced.has_refusals |= applied.has_refusals;
        if !exchange.is_carried {
            // Photos that follow in the same file are wanted when its text is answered.
            synced.wanted.extend(applied.blobs_wanted);
        }
        synced.failed = synced.failed.take().or(applied.failed);
        if let Some(more) = applied.ended {
            synced.is_complete = true;
            synced.more |= more;
        }
        synced.more |= applied.new_generation.is_some() || applied.new_epoch.is_some();
        Ok(())
    }

    /// Both ends hold different things although nothing waits: the scope's pack is fetched and its
    /// feed is pulled from the beginning, which brings what is missing here, and the server is told
    /// what is held here, which brings what is missing there. It costs bytes. An incident. Answers
    /// whether that is to be done now.
    fn pull_anew(&self, peer: &KeyId, scope: &Scope, now: Timestamp) -> Result<bool> {
        tracing::error!(%scope, "this device and the server hold different things; the scope is pulled anew");
        let name = repulled_note(scope);
        self.write(|tx| {
            let last = notes::moment(tx, &name)?;
            if last.is_some_and(|at| now.ms_since(at) < REPULL_MS) {
                return Ok(false);
            }
            notes::set_moment(tx, &name, now)?;
            let mut cursor = tx.cursor(peer, scope)?;
            cursor.pulled = 0;
            tx.set_cursor(peer, scope, &cursor)?;
            packs::want(tx, std::slice::from_ref(scope))?;
            // A twin may write under our key and epoch; what it brings would be taken for ours.
            ask_for_everything(tx, peer)?;
            offer_everything(tx, peer)?;
            tx.open_epoch(0)?;
            Ok(true)
        })
    }

    /// Should both ends differ again, that is another incident.
    fn forget_repulled(&self, scope: &Scope) -> Result<()> {
        let name = repulled_note(scope);
        if self.read(|reader| notes::moment(reader, &name))?.is_some() {
            self.write(|tx| Ok(tx.remove_meta(&name)?))?;
        }
        Ok(())
    }

    fn take_personal(&self, item: Personal, synced: &mut Synced, now: Timestamp) -> Result<()> {
        match item {
            Personal::Lease(lease) => self.take_lease(&lease, now),
            Personal::Wipe(order) => {
                let key = self.with_reference(|reference| {
                    Ok(reference.certificates().public_key(&order.signer).copied())
                })?;
                let is_signed = key.is_some_and(|key| order.verify(&key).is_ok());
                if is_signed && order.device == self.device() {
                    synced.wipes.push(order);
                } else {
                    tracing::warn!("an order to erase is not believed and ignored");
                }
                Ok(())
            }
            Personal::Time(time) => {
                let key = self.with_reference(|reference| {
                    Ok(reference.certificates().public_key(&time.signer).copied())
                })?;
                if key.is_some_and(|key| time.verify(&key).is_ok()) {
                    self.write(|tx| set_lease_clock(tx, lease_clock(tx)?.heard(time.at, now)))?;
                }
                Ok(())
            }
        }
    }

    fn take_lease(&self, lease: &Lease, now: Timestamp) -> Result<()> {
        if !self.is_own_lease(lease)? {
            return Ok(());
        }
        self.write(|tx| {
            keep_lease(tx, lease)?;
            set_lease_clock(tx, lease_clock(tx)?.heard(lease.at, now))
        })
    }

    /// What a carried answer holds for this device alone: a lease, which is as old as the file and so
    /// tells nothing about this device's clock. An order to erase is obeyed only over a line, where
    /// nothing can have been written in between.
    fn take_carried_personal(&self, item: &Personal) -> Result<()> {
        let Personal::Lease(lease) = item else {
            tracing::warn!("a carried answer holds what only a line may bring; it is ignored");
            return Ok(());
        };
        if !self.is_own_lease(lease)? {
            return Ok(());
        }
        self.write(|tx| {
            let clock = lease_clock(tx)?;
            if clock == LeaseClock::unheard() {
                return Ok(());
            }
            keep_lease(tx, lease)?;
            let seen = clock.seen.max(lease.at);
            set_lease_clock(tx, LeaseClock { seen, ..clock })
        })
    }

    fn is_own_lease(&self, lease: &Lease) -> Result<bool> {
        let key = self.with_reference(|reference| {
            Ok(reference.certificates().public_key(&lease.signer).copied())
        })?;
        let is_ours = lease.device == self.device();
        let is_believed = is_ours && key.is_some_and(|key| lease.verify(&key).is_ok());
        if !is_believed {
            tracing::warn!("a lease is not believed and ignored");
        }
        Ok(is_believed)
    }

    /// Takes notice of the device's clock, so that turning it back later does not lengthen a lease, and
    /// takes what has expired out of sight.
    pub fn tick(&self, now: Timestamp) -> Result<()> {
        self.write(|tx| {
            super::register::rows::expire(tx, now)?;
            super::shifts::forget(tx, now)?;
            if let Some(reference) = self.reference_now().as_ref() {
                forgotten::prune_log(tx, reference, now)?;
            }
            set_lease_clock(tx, lease_clock(tx)?.tick(now, 0))
        })
    }

    /// Forgets what people's own records say about days that are long over.
    pub fn forget_shifts(&self, now: Timestamp) -> Result<()> {
        self.write(|tx| super::shifts::forget(tx, now))
    }

    /// Whether household data may be shown: a lease was given and is not over.
    pub fn may_show_households(&self, now: Timestamp) -> Result<bool> {
        self.read(|reader| {
            let Some(bytes) = reader.meta(LEASE)? else {
                return Ok(false);
            };
            let clock = lease_clock(reader)?.tick(now, 0);
            let lease = Lease::decode(&bytes)?;
            Ok(!clock.is_over(&lease))
        })
    }
}

/// Rows follow every record that this transaction has changed.
pub(super) fn refresh_touched(
    tx: &mut Tx<'_>,
    reference: &Reference,
    now: Timestamp,
) -> Result<()> {
    let touched: Vec<RecordId> = tx.touched().iter().copied().collect();
    rows::refresh(tx, reference, &touched, now)
}

/// Keeps the newest lease.
fn keep_lease(tx: &mut Tx<'_>, lease: &Lease) -> Result<()> {
    let known = tx.meta(LEASE)?.and_then(|bytes| Lease::decode(&bytes).ok());
    if known.is_none_or(|known| known.at <= lease.at) {
        tx.set_meta(LEASE, &lease.encode()?)?;
    }
    Ok(())
}

fn repulled_note(scope: &Scope) -> String {
    format!("{REPULLED}/{scope}")
}

/// What the server's clock shows now, as far as it is known: what servers wrote, and what they are given for
/// it, is judged by theirs and not by a device's.
pub(super) fn server_now(reader: &linli_store::Reader<'_>, now: Timestamp) -> Result<Timestamp> {
    Ok(now.plus_ms(lease_clock(reader)?.offset_ms))
}

fn lease_clock(reader: &linli_store::Reader<'_>) -> Result<LeaseClock> {
    let number = |name: &str| -> Result<Option<i64>, StoreError> {
        let bytes = reader.meta(name)?;
        Ok(bytes.and_then(|bytes| Some(i64::from_be_bytes(bytes.try_into().ok()?))))
    };
    Ok(match (number(SEEN)?, number(OFFSET)?) {
        (Some(seen), Some(offset_ms)) => LeaseClock {
            heard: Timestamp(number(HEARD)?.unwrap_or(i64::MIN)),
            seen: Timestamp(seen),
            offset_ms,
        },
        (None, _) | (_, None) => LeaseClock::unheard(),
    })
}

fn set_lease_clock(tx: &mut Tx<'_>, clock: LeaseClock) -> Result<()> {
    tx.set_meta(HEARD, &clock.heard.0.to_be_bytes())?;
    tx.set_meta(SEEN, &clock.seen.0.to_be_bytes())?;
    tx.set_meta(OFFSET, &clock.offset_ms.to_be_bytes())?;
    Ok(())
}
