//! A community's station: enrols, takes batches through the real gate, admits, decides, answers.
//! What a server does, as far as a handheld can see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard};

use linli_device::Clock as _;
use linli_exchange::enrolment::EnrolAnswer;
use linli_exchange::{Incoming, Reference, ingest};
use linli_model::case::admission::{self, Desk, Stamps};
use linli_model::case::{CaseLog, CaseView, Event, fold};
use linli_model::{
    ActorId, BlobHash, EntryId, GridCode, KeyId, OrgId, RecordId, RecordKind, Role, Scope, StaffId,
    Timestamp,
};
use linli_records::case::{admit_entry, read_case};
use linli_records::{ChangeNote, NewContent, write};
use linli_store::ingest::{Judgement, Verdict};
use linli_store::{
    Authorship, ControlItem, Ledger, Options, PageRequest, Place, Profile, SealAs, Tx,
};
use linli_sync::frames::{
    ChainSeen, Digest, ErrorFrame, OfferMode, Outcome, Page, Personal, Stretch, Welcome,
};
use linli_sync::server::{Answer, Input, RequestReader};
use linli_sync::{Code, Fit, PROTOCOL};
use linli_trust::enrolment::{EnrolRequest, Slot, SlotId, Ticket};
use linli_trust::{
    CertificateBody, EditionBody, LeaseBody, Parcel, Revocation, Secret, Signed, SignedEdition,
    SigningKey, Suite, WipeOrderBody,
};

use crate::world::{COMMUNITY, DISTRICT, GRID, STREET, TestClock, edition};

#[path = "station/desk.rs"]
mod desk;
#[path = "station/packs.rs"]
mod packs;

const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A station with its ledger.
pub(crate) struct Station {
    pub(crate) clock: Arc<TestClock>,
    ledger: RwLock<Ledger>,
    reference: Mutex<Reference>,
    district: SigningKey,
    pub(crate) key: SigningKey,
    org: OrgId,
    slots: Mutex<BTreeMap<SlotId, (Slot, Vec<StaffId>)>>,
    /// Whether an administrator has to confirm devices.
    pub(crate) must_confirm: Mutex<bool>,
    pub(crate) files: Mutex<BTreeMap<BlobHash, Vec<u8>>>,
    /// With which code the next batch is refused.
    pub(crate) refuse_next: Mutex<Option<Code>>,
    /// With which error the next answer ends.
    pub(crate) fail_next: Mutex<Option<Code>>,
    /// How many of the next batches are refused.
    pub(crate) refuse_times: Mutex<u32>,
    /// With which code those are refused.
    pub(crate) refuse_with: Mutex<Code>,
    pub(crate) wipe_next: Mutex<Option<KeyId>>,
    /// The grids that the next order names; none for everything.
    pub(crate) wipe_grids: Mutex<Vec<GridCode>>,
    /// How long a lease lasts, in days.
    pub(crate) lease_days: Mutex<i64>,
    /// The home that packs name for every record, in place of the right one.
    pub(crate) stray_home: Mutex<Option<GridCode>>,
    /// Whether packs are signed with a key that nobody certified.
    pub(crate) packs_by_stranger: Mutex<bool>,
}

impl Station {
    pub(crate) fn new() -> Arc<Self> {
        let clock = TestClock::new();
        let now = clock.now();
        let valid = now.plus_ms(-DAY_MS)..now.plus_ms(10 * YEAR_MS);
        let (district, street, key) = (key(1), key(2), key(3));
        let ledger = Ledger::open_in_memory(Profile::Server, Options::default()).unwrap();
        let root =
            CertificateBody::root(&district, DISTRICT.parse().unwrap(), valid.clone()).unwrap();
        let desk = |key: &SigningKey, org: &str, issuer: &SigningKey| {
            let body = CertificateBody::desk(
                key.public(),
                org.parse().unwrap(),
                1,
                1,
                valid.clone(),
                issuer.id(),
            );
            Signed::seal(body, issuer).unwrap()
        };
        let street_desk = desk(&street, STREET, &district);
        let own = desk(&key, COMMUNITY, &street);
        let first = signed_edition(&district, 1);
        let reference = ledger
            .write(|tx| {
                tx.set_root_certificate(&root)?;
                let mut reference = Reference::load(tx).unwrap().unwrap();
                for item in [
                    ControlItem::Edition(first),
                    ControlItem::Certificate(street_desk),
                    ControlItem::Certificate(own),
                ] {
                    reference.keep(tx, &item, now).unwrap();
                }
                Ok::<_, linli_store::StoreError>(reference)
            })
            .unwrap();
        Arc::new(Self {
            clock,
            ledger: RwLock::new(ledger),
            reference: Mutex::new(reference),
            district,
            key,
            org: COMMUNITY.parse().unwrap(),
            slots: Mutex::default(),
            must_confirm: Mutex::new(false),
            files: Mutex::default(),
            refuse_next: Mutex::default(),
            fail_next: Mutex::default(),
            refuse_times: Mutex::default(),
            refuse_with: Mutex::new(Code::ChangeForbidden),
            wipe_next: Mutex::default(),
            wipe_grids: Mutex::default(),
            lease_days: Mutex::new(7),
            stray_home: Mutex::default(),
            packs_by_stranger: Mutex::default(),
        })
    }

    /// A ticket for a device of these people.
    pub(crate) fn ticket(&self, staff: &[&str]) -> String {
        let mut slots = self.slots.lock().unwrap();
        let number = u8::try_from(slots.len()).unwrap() + 1;
        let ticket = Ticket {
            url: "http://127.0.0.1:9".into(),
            ca_sha256: [7; 32],
            next_ca_sha256: None,
            slot: SlotId([number; 16]),
            secret: Secret::new([number; 16]),
        };
        let slot = Slot::open(
            ticket.slot,
            ticket.slot_key(),
            self.clock.now().plus_ms(DAY_MS),
        );
        let staff = staff.iter().map(|id| id.parse().unwrap()).collect();
        slots.insert(ticket.slot, (slot, staff));
        ticket.to_text().unwrap().to_string()
    }

    /// One step of an enrolment; nothing when it is refused.
    pub(crate) fn enrol(&self, body: &[u8]) -> Option<Vec<u8>> {
        let now = self.clock.now();
        let request = EnrolRequest::decode(body).ok()?;
        let mut slots = self.slots.lock().unwrap();
        let (slot, staff) = slots.get_mut(&request.transcript().slot)?;
        *slot = Slot::redeem(Some(slot), &slot.key.clone(), &request, &[7; 32], now).ok()?;
        let mut reference = self.reference.lock().unwrap();
        let store = reference.certificates();
        let root = store.root().clone();
        let own = store.find(&self.key.id())?.clone();
        let street = store.find(&own.issuer)?.clone();
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method is not general enough for a reader of any life"
        )]
        let mut answer = EnrolAnswer {
            root,
            chain: vec![street, own],
            editions: self.editions(),
            generation: self.ledger().read(|reader| reader.generation()).ok()?,
            clock: now,
        };
        if !*self.must_confirm.lock().unwrap() {
            let valid = now.plus_ms(-DAY_MS)..now.plus_ms(YEAR_MS);
            let serial = u64::try_from(now.0).unwrap();
            let body = CertificateBody::desk(
                request.transcript().key,
                self.org.clone(),
                1,
                serial,
                valid,
                self.key.id(),
            )
            .for_device([GRID.parse().unwrap()], staff.clone());
            let certificate = Signed::seal(body, &self.key).unwrap();
            let item = ControlItem::Certificate(certificate.clone());
            let known = reference
                .certificates()
                .find(&request.transcript().key.id())
                .cloned();
            let certificate = if let Some(known) = known {
                known
            } else {
                self.ledger()
                    .write(|tx| {
                        Ok::<_, linli_store::StoreError>(reference.keep(tx, &item, now).unwrap())
                    })
                    .unwrap();
                certificate
            };
            answer.chain.push(certificate);
        }
        Some(answer.seal(&request, &slot.key).unwrap())
    }

    fn editions(&self) -> Vec<SignedEdition> {
        self.ledger()
            .read(|reader| {
                let newest = reader.newest_edition()?;
                let mut all = Vec::new();
                for number in 1..=newest {
                    all.extend(reader.edition(number)?);
                }
                Ok::<_, linli_store::StoreError>(all)
            })
            .unwrap()
    }

    /// Publishes the next edition.
    pub(crate) fn publish(&self, number: u32) {
        self.keep(&ControlItem::Edition(signed_edition(
            &self.district,
            number,
        )));
    }

    pub(crate) fn keep(&self, item: &ControlItem) {
        let now = self.clock.now();
        let mut reference = self.reference.lock().unwrap();
        let kept = self
            .ledger()
            .write(|tx| Ok::<_, linli_store::StoreError>(reference.keep(tx, item, now).unwrap()))
            .unwrap();
        assert_eq!(kept, linli_exchange::Kept::New);
    }

    /// The public key of a device.
    pub(crate) fn device_key(&self, id: &KeyId) -> Option<linli_trust::PublicKey> {
        self.reference
            .lock()
            .unwrap()
            .certificates()
            .public_key(id)
            .copied()
    }

    /// A restore from a backup: the station begins a new generation.
    pub(crate) fn open_generation(&self) {
        self.ledger().write(|tx| tx.open_generation(0)).unwrap();
    }

    fn ledger(&self) -> RwLockReadGuard<'_, Ledger> {
        self.ledger.read().unwrap()
    }

    /// A restore from a backup that was made before anything was reported: keys and editions are
    /// there, records are not, and a new generation and epoch begin.
    pub(crate) fn lose_every_record(&self) {
        let now = self.clock.now();
        let (root, items) = self
            .ledger()
            .read(|reader| {
                let page = reader.control_page(0, u64::MAX)?;
                let known = Reference::load(reader).unwrap().unwrap();
                let root = known.certificates().root().clone();
                Ok::<_, linli_store::StoreError>((root, page.entries))
            })
            .unwrap();
        let ledger = Ledger::open_in_memory(Profile::Server, Options::default()).unwrap();
        let reference = ledger.write(|tx| {
            tx.set_root_certificate(&root)?;
            let mut reference = Reference::load(tx).unwrap().unwrap();
            for entry in items {
                reference.keep(tx, &entry.item, now).unwrap();
            }
            tx.open_generation(1)?;
            tx.open_epoch(1)?;
            Ok::<_, linli_store::StoreError>(reference)
        });
        *self.reference.lock().unwrap() = reference.unwrap();
        *self.ledger.write().unwrap() = ledger;
    }

    /// The whole of one exchange.
    pub(crate) fn exchange(&self, peer: &KeyId, body: &[u8]) -> Vec<u8> {
        let now = self.clock.now();
        let mut reference = self.reference.lock().unwrap();
        self.ledger()
            .write(|tx| {
                Ok::<_, linli_store::StoreError>(self.answer(tx, &mut reference, peer, body, now))
            })
            .unwrap()
    }

    fn answer(
        &self,
        tx: &mut Tx<'_>,
        reference: &mut Reference,
        peer: &KeyId,
        body: &[u8],
        now: Timestamp,
    ) -> Vec<u8> {
        if let Some(code) = self.fail_next.lock().unwrap().take() {
            return Answer::refuse(ErrorFrame::of(code)).unwrap();
        }
        let mut reader = RequestReader::new().unwrap();
        let (mut piece, mut acks, mut touched) = (body, Vec::new(), BTreeSet::new());
        let mut chains = Vec::new();
        while let Some(input) = reader.next(&mut piece).unwrap() {
            match input {
                Input::Hello(hello) if hello.ask_chains => {
                    for want in &hello.wants {
                        let last = tx.last_batch(peer, hello.epoch, &want.scope).unwrap();
                        chains.extend(last.map(|last| ChainSeen {
                            scope: want.scope.clone(),
                            number: last.number,
                            batch: last.id,
                        }));
                    }
                }
                Input::Offer(offer) => {
                    let scope = offer.scope.clone();
                    let mode = offer.mode;
                    let parcels = offer.changes.into_parcels();
                    if mode == OfferMode::Have {
                        acks.extend(parcels.iter().map(|parcel| haves(tx, parcel)));
                        continue;
                    }
                    let mut times = self.refuse_times.lock().unwrap();
                    let is_refused = *times > 0;
                    *times = times.saturating_sub(1);
                    let by_count = is_refused.then_some(*self.refuse_with.lock().unwrap());
                    if let Some(code) = self.refuse_next.lock().unwrap().take().or(by_count) {
                        let count = parcels.iter().map(|parcel| parcel.bodies.len()).sum();
                        acks.push(vec![Outcome::Quarantined(code); count]);
                        continue;
                    }
                    let incoming = Incoming {
                        parcels: &parcels,
                        origin: *peer,
                        judgement: Judgement::FirstHand,
                        feed: None,
                        received_at: now,
                    };
                    let done = ingest(tx, reference, &incoming, &mut |_| Ok(())).unwrap();
                    touched.extend(done.stored.iter().map(|change| change.place.record));
                    for change in &done.stored {
                        tx.list(&scope, &[change.facts.hash]).unwrap();
                    }
                    for report in done.batches {
                        let outcomes = report.verdicts.into_iter().map(|verdict| match verdict {
                            Verdict::Bare => Outcome::Bare,
                            Verdict::Stored => Outcome::Stored { seq: 0 },
                            Verdict::Duplicate => Outcome::Duplicate,
                            Verdict::Gone => Outcome::Gone,
                            Verdict::Need(hashes) => Outcome::Need(hashes),
                            Verdict::Parked => Outcome::Parked,
                            Verdict::Quarantined { .. } => {
                                Outcome::Quarantined(Code::ChangeForbidden)
                            }
                        });
                        acks.push(outcomes.collect());
                    }
                }
                _ => {}
            }
        }
        let asked = reader.finish().unwrap();
        for record in touched {
            self.settle(tx, reference, &record, now);
        }
        let welcome = Welcome {
            protocol: PROTOCOL,
            generation: tx.generation().unwrap(),
            clock: now,
            edition: reference.newest_number(),
            control_taken: 0,
            recovering: false,
            app: "station".into(),
            chains,
        };
        let mut answer = Answer::to(asked, welcome).unwrap();
        answer
            .personal(Personal::Lease(self.lease(peer, tx, now)))
            .unwrap();
        if let Some(device) = self.wipe_next.lock().unwrap().take() {
            let order = WipeOrderBody {
                suite: Suite::CURRENT,
                device,
                nonce: [5; 16],
                grids: self.wipe_grids.lock().unwrap().clone(),
                at: now,
                signer: self.key.id(),
            };
            let order = Signed::seal(order, &self.key).unwrap();
            answer.personal(Personal::Wipe(order)).unwrap();
        }
        for outcomes in acks {
            answer.ack(outcomes).unwrap();
        }
        let mut more = false;
        if !answer.is_void() {
            more = control(tx, &mut answer) || pages(tx, &mut answer, peer);
        }
        answer.blobs_wanted(self.wanted(tx)).unwrap();
        answer.finish(more).unwrap()
    }

    fn lease(&self, device: &KeyId, tx: &Tx<'_>, now: Timestamp) -> linli_trust::Lease {
        let days = *self.lease_days.lock().unwrap();
        let body = LeaseBody {
            suite: Suite::CURRENT,
            device: *device,
            at: now,
            until: now.plus_ms(days * DAY_MS),
            generation: tx.generation().unwrap(),
            signer: self.key.id(),
        };
        Signed::seal(body, &self.key).unwrap()
    }

    fn wanted(&self, tx: &Tx<'_>) -> Vec<BlobHash> {
        let files = self.files.lock().unwrap();
        let mut wanted = Vec::new();
        for record in tx.records(None, 1_000).unwrap() {
            let document = tx.load_document(&record).unwrap().unwrap();
            if document.kind() == Some(RecordKind::Case) {
                let log = read_case(record, &document).unwrap().log;
                wanted.extend(
                    log.photos
                        .into_keys()
                        .filter(|hash| !files.contains_key(hash)),
                );
            }
        }
        wanted
    }

    fn desk(&self, tx: &Tx<'_>) -> Desk {
        Desk {
            org: self.org.clone(),
            generation: tx.generation().unwrap(),
            actor: ActorId::new(&self.key.id(), tx.epoch().unwrap()),
        }
    }

    /// Admits what waits.
    fn settle(&self, tx: &mut Tx<'_>, reference: &Reference, record: &RecordId, now: Timestamp) {
        let Some(document) = tx.load_document(record).unwrap() else {
            return;
        };
        if document.kind() != Some(RecordKind::Case) {
            return;
        }
        let log = read_case(*record, &document).unwrap().log;
        let stamps = |_: EntryId, event: &Event| Stamps {
            received_at: now,
            happened_at: event.at.min(now),
        };
        let admits = admission::admit_pending(&log, reference, &self.desk(tx), stamps);
        let entries = admits.iter().map(|(_, admit)| admit_entry(admit).unwrap());
        let content = NewContent {
            entries: entries.collect(),
            ..NewContent::default()
        };
        if !content.entries.is_empty() {
            self.write(tx, record, &content, ("system", Role::System), now);
        }
    }

    fn write(
        &self,
        tx: &mut Tx<'_>,
        record: &RecordId,
        content: &NewContent,
        (staff, role): (&str, Role),
        now: Timestamp,
    ) {
        let mut document = tx.load_document(record).unwrap().unwrap();
        let staff: StaffId = staff.parse().unwrap();
        let note = ChangeNote {
            staff: staff.clone(),
            basis: None,
        };
        let actor = self.desk(tx).actor;
        let change = write(&mut document, &actor, content, &note, now)
            .unwrap()
            .unwrap();
        let place = Place {
            record: *record,
            kind: RecordKind::Case,
            home: GRID.parse().unwrap(),
        };
        let by = Authorship {
            scope: Scope::Desk(self.org.clone()),
            staff,
            role,
            edition: 1,
            session: None,
            at: now,
        };
        tx.save(&place, &document, &change, &by).unwrap();
        tx.list(&Scope::Cases(GRID.parse().unwrap()), &[change.hash])
            .unwrap();
        let with = SealAs {
            key: &self.key,
            org: &self.org,
            app: "station",
            at: now,
        };
        tx.seal_outbox(&with).unwrap();
    }

    /// A case as the station has it.
    pub(crate) fn case(&self, case: &str) -> (CaseLog, CaseView) {
        let record: RecordId = case.parse().unwrap();
        let reference = self.reference.lock().unwrap();
        let document = self
            .ledger()
            .read(|reader| reader.load_document(&record))
            .unwrap();
        let log = read_case(record, &document.expect("the case is at the station"))
            .unwrap()
            .log;
        let view = fold(&log, &*reference);
        (log, view)
    }

    /// The station revokes a device.
    pub(crate) fn revoke(&self, device: KeyId) {
        let body = linli_trust::RevocationBody {
            suite: Suite::CURRENT,
            key: device,
            at: self.clock.now(),
            number: 1,
            reason: "lost".parse().unwrap(),
            signer: self.key.id(),
        };
        let revocation: Revocation = Signed::seal(body, &self.key).unwrap();
        self.keep(&ControlItem::Revocation(revocation));
    }

    /// A case erased for ever.
    pub(crate) fn erase(&self, case: &str) {
        let body = linli_trust::TombstoneBody {
            suite: Suite::CURRENT,
            record: case.parse().unwrap(),
            kind: RecordKind::Case,
            scope: Scope::Cases(GRID.parse().unwrap()),
            reason: "expired".parse().unwrap(),
            at: self.clock.now(),
            number: 1,
            signer: self.key.id(),
        };
        self.keep(&ControlItem::Tombstone(
            Signed::seal(body, &self.key).unwrap(),
        ));
    }
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed([number; 32])
}

fn signed_edition(district: &SigningKey, number: u32) -> SignedEdition {
    let body = EditionBody {
        suite: Suite::CURRENT,
        number,
        district: DISTRICT.parse().unwrap(),
        json: serde_json::to_vec(&edition(number)).unwrap(),
        signer: district.id(),
    };
    Signed::seal(body, district).unwrap()
}

fn control(tx: &Tx<'_>, answer: &mut Answer) -> bool {
    use linli_sync::frames::ControlItem as Wire;
    let mut since = answer.hello().control_since;
    loop {
        let page = tx.control_page(since, 256 * 1024).unwrap();
        for entry in &page.entries {
            let item = match &entry.item {
                ControlItem::Certificate(item) => Wire::Certificate(item.clone()),
                ControlItem::Edition(item) => Wire::Edition(item.clone()),
                ControlItem::Revocation(item) => Wire::Revocation(item.clone()),
                ControlItem::Tombstone(item) => Wire::Tombstone(item.clone()),
                ControlItem::Checkpoint(item) => Wire::Checkpoint(item.clone()),
            };
            if answer.control(entry.seq, &item).unwrap() == Fit::Full {
                return true;
            }
        }
        if !page.more {
            return false;
        }
        since = page.to;
    }
}

/// What of a batch that was only named is here.
fn haves(tx: &Tx<'_>, parcel: &Parcel) -> Vec<Outcome> {
    let entries = parcel.batch.entries.iter();
    let outcome = |hash| {
        if tx.has_change(hash).unwrap() {
            Outcome::Duplicate
        } else {
            Outcome::Need(vec![*hash])
        }
    };
    entries.map(|entry| outcome(&entry.hash)).collect()
}

fn pages(tx: &Tx<'_>, answer: &mut Answer, peer: &KeyId) -> bool {
    let wants: Vec<_> = answer
        .hello()
        .wants
        .iter()
        .map(|want| (want.scope.clone(), want.since))
        .collect();
    for (scope, since) in wants {
        let mut from = since;
        loop {
            let asked = PageRequest {
                since: from,
                max_bytes: 256 * 1024,
                skip_origin: Some(*peer),
                skip_actor: None,
            };
            let page = tx.page(&scope, &asked).unwrap();
            if page.to > from {
                let wire = Page {
                    scope: scope.clone(),
                    from,
                    to: page.to,
                    changes: Stretch::of(page.parcels),
                };
                if answer.page(wire).unwrap() == Fit::Full {
                    return true;
                }
                from = page.to;
            }
            if !page.more {
                break;
            }
        }
        let state = tx.feed_state(&scope).unwrap();
        let digest = Digest {
            scope,
            seq: from,
            digest: Some(state.digest),
        };
        answer.digest(digest).unwrap();
    }
    false
}
