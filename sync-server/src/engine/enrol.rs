//! Enrolment of devices and child servers by one-time slots, and our own enrolment with the parent.

use linli_exchange::enrolment::EnrolAnswer;
use linli_model::{KeyId, OrgId, RecordId, Timestamp};
use linli_store::rusqlite::{OptionalExtension, params};
use linli_store::{ControlItem, StoreError, Tx};
use linli_trust::enrolment::{EnrolRequest, Slot, SlotId, SlotKey, SlotState, Ticket, Transcript};
use linli_trust::{Certificate, CertificateBody, Secret, Signed, Subject, Suite};

use crate::door::{
    DoorError, DoorResult, JoinState, OpenedSlot, SlotRequest, SlotRow, SlotSubject,
};
use crate::engine::author::APP;
use crate::engine::core::Core;
use crate::engine::editions::{DEVICE_DAYS, next_serial, valid_for};
use crate::engine::link::{self, ParentAddress};

/// Where the join to the parent is remembered while it is not finished.
const JOIN: &str = "join";

struct StoredSlot {
    key: SlotKey,
    subject: SlotSubject,
    ca_sha256: [u8; 32],
    state: String,
    request: Option<Vec<u8>>,
    answer: Option<Vec<u8>>,
    expires_at: Timestamp,
}

/// All refusals look alike from outside (docs/trust.md).
fn refused() -> DoorError {
    DoorError::Refused {
        code: "enrolment".into(),
        detail: "the ticket is not valid here; ask for a new one".into(),
    }
}

impl Core {
    /// Opens a slot and makes its ticket.
    pub(crate) fn open_slot(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        wish: &SlotRequest,
    ) -> DoorResult<OpenedSlot> {
        self.check_subject(&wish.subject)?;
        let ticket = Ticket {
            url: wish.url.clone(),
            ca_sha256: wish.ca_sha256,
            next_ca_sha256: None,
            slot: SlotId(self.random()),
            secret: Secret::new(self.random()),
        };
        let text = ticket.to_text().map_err(|error| DoorError::Invalid {
            code: "url".into(),
            detail: error.to_string(),
        })?;
        let subject = serde_json::to_string(&wish.subject)
            .map_err(|error| DoorError::Bug(error.to_string()))?;
        let expires_at = now.plus_ms(wish.ttl_ms);
        tx.sql()
            .execute(
                "INSERT INTO slots (slot, key, subject, label, ca_sha256, state, opened_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7)",
                params![
                    ticket.slot.0,
                    ticket.slot_key().expose(),
                    subject,
                    wish.label,
                    wish.ca_sha256,
                    now.0,
                    expires_at.0
                ],
            )
            .map_err(StoreError::from)?;
        Ok(OpenedSlot {
            slot: hex(&ticket.slot.0),
            ticket: text.to_string(),
            expires_at,
        })
    }

    fn check_subject(&self, subject: &SlotSubject) -> DoorResult<()> {
        let reference = self.reference()?;
        let Some(rules) = reference.newest() else {
            return Err(DoorError::NotFound { what: "edition" });
        };
        let invalid = |code: &str, detail: String| {
            Err(DoorError::Invalid {
                code: code.into(),
                detail,
            })
        };
        match subject {
            SlotSubject::Device { org, grids, staff } => {
                if !self.host.hosts(org) {
                    return invalid("org", format!("{org} is not hosted here"));
                }
                for grid in grids {
                    if rules.community(grid) != Some(org) {
                        return invalid("grid", format!("{grid} is not a grid of {org}"));
                    }
                }
                for person in staff {
                    if rules.staff(person).is_none() {
                        return invalid(
                            "staff",
                            format!("{person} is not in edition {}", reference.newest_number()),
                        );
                    }
                }
                if grids.is_empty() || staff.is_empty() {
                    return invalid(
                        "slot",
                        "a device needs at least one grid and one member of staff".into(),
                    );
                }
                Ok(())
            }
            SlotSubject::Server { org } => {
                let is_child = rules
                    .tree()
                    .parent(org)
                    .is_some_and(|above| self.host.hosts(above));
                if is_child {
                    Ok(())
                } else {
                    invalid("org", format!("{org} is not directly below this server"))
                }
            }
        }
    }

    /// A key presents itself. The slot is confirmed at once: whoever holds the paper holds the right.
    pub(crate) fn enrol(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        body: &[u8],
    ) -> DoorResult<Vec<u8>> {
        let request = EnrolRequest::decode(body).map_err(|_| refused())?;
        let id = request.transcript().slot;
        let stored = load(tx, &id)?;
        let decoy = SlotKey::from_stored(self.random());
        let ca = stored.as_ref().map_or([0; 32], |slot| slot.ca_sha256);
        let slot = stored.as_ref().map(|stored| as_slot(id, stored));
        let redeemed =
            Slot::redeem(slot.as_ref(), &decoy, &request, &ca, now).map_err(|refusal| {
                tracing::warn!(reason = ?refusal.reason(), "an enrolment was refused");
                refused()
            })?;
        let stored = stored.ok_or_else(refused)?;
        if let Some(answer) = stored.answer {
            return Ok(answer);
        }
        let certificate = self.certify(tx, &stored.subject, &request, now)?;
        let answer = self
            .enrol_answer(tx, &certificate, now)?
            .seal(&request, &redeemed.key)?;
        tx.sql()
            .execute(
                "UPDATE slots SET state = 'issued', request = ?2, answer = ?3 WHERE slot = ?1",
                params![id.0, body, answer],
            )
            .map_err(StoreError::from)?;
        Ok(answer)
    }

    fn certify(
        &mut self,
        tx: &mut Tx<'_>,
        subject: &SlotSubject,
        request: &EnrolRequest,
        now: Timestamp,
    ) -> DoorResult<Certificate> {
        let key = request.transcript().key;
        match subject {
            SlotSubject::Server { org } => {
                let above = self
                    .reference()?
                    .newest()
                    .and_then(|rules| rules.tree().parent(org))
                    .cloned();
                let above = above.ok_or(DoorError::NotFound { what: "desk" })?;
                self.certify_desk(tx, &above, org, key, now)
            }
            SlotSubject::Device { org, grids, staff } => {
                let serial = next_serial(tx)?;
                let issuer = self.host.key(org)?;
                let valid = valid_for(now, DEVICE_DAYS);
                let body = CertificateBody::desk(key, org.clone(), 1, serial, valid, issuer.id())
                    .for_device(grids.clone(), staff.clone());
                let certificate = Signed::seal(body, issuer)?;
                self.keep(tx, &ControlItem::Certificate(certificate.clone()), now)?;
                Ok(certificate)
            }
        }
    }

    /// Gives a device of ours a new certificate for the same key once half of its time is over. The
    /// signature of its request has shown that it holds the key; the answer's control log brings the
    /// certificate to it. Answers whether one was given.
    pub(crate) fn renew(
        &mut self,
        tx: &mut Tx<'_>,
        old: &Certificate,
        now: Timestamp,
    ) -> DoorResult<bool> {
        let half = old.not_after.ms_since(old.not_before) / 2;
        let is_due = now.ms_since(old.not_before) > half;
        let is_ours = old.subject == Subject::Device && self.host.hosts(&old.org);
        if !is_due || !is_ours || self.is_recovering() {
            return Ok(false);
        }
        let serial = next_serial(tx)?;
        let issuer = self.host.key(&old.org)?;
        let valid = valid_for(now, DEVICE_DAYS);
        let (org, key) = (old.org.clone(), old.key);
        let body = CertificateBody::desk(key, org, old.epoch, serial, valid, issuer.id())
            .for_device(old.grids.clone(), old.staff.clone());
        let renewed = Signed::seal(body, issuer)?;
        self.keep(tx, &ControlItem::Certificate(renewed), now)?;
        Ok(true)
    }

    fn enrol_answer(
        &self,
        tx: &Tx<'_>,
        certificate: &Certificate,
        now: Timestamp,
    ) -> DoorResult<EnrolAnswer> {
        let reference = self.reference()?;
        let certificates = reference.certificates();
        let root = certificates.root().clone();
        let mut chain = vec![certificate.clone()];
        let mut issuer = certificate.issuer;
        while issuer != root.key.id() {
            let next = certificates.find(&issuer).ok_or(DoorError::NotFound {
                what: "certificate",
            })?;
            issuer = next.issuer;
            chain.push(next.clone());
        }
        chain.reverse();
        let mut editions = Vec::new();
        for number in 1..=reference.newest_number() {
            editions.extend(tx.edition(number)?);
        }
        Ok(EnrolAnswer {
            root,
            chain,
            editions,
            generation: self.host.generation(),
            clock: now,
        })
    }

    /// Slots, newest first.
    pub(crate) fn slots(tx: &Tx<'_>, now: Timestamp) -> DoorResult<Vec<SlotRow>> {
        let list = tx.sql().prepare_cached(
            "SELECT slot, label, subject, state, expires_at FROM slots ORDER BY opened_at DESC LIMIT 500",
        );
        let mut list = list.map_err(StoreError::from)?;
        let found = list
            .query_map([], |row| {
                let slot: [u8; 16] = row.get(0)?;
                Ok((
                    slot,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, String>(3)?,
                    row.get::<_, i64>(4)?,
                ))
            })
            .map_err(StoreError::from)?;
        let mut rows = Vec::new();
        for row in found {
            let (slot, label, subject, state, expires_at) = row.map_err(StoreError::from)?;
            let is_over = state == "open" && expires_at <= now.0;
            rows.push(SlotRow {
                slot: hex(&slot),
                label,
                subject: serde_json::from_str(&subject)
                    .map_err(|error| DoorError::Storage(error.to_string()))?,
                state: if is_over { "expired".into() } else { state },
                expires_at: Timestamp(expires_at),
            });
        }
        Ok(rows)
    }

    /// Slots are confirmed by their ticket alone, so there is never one that waits for a code.
    pub(crate) fn confirm_slot(
        tx: &Tx<'_>,
        _now: Timestamp,
        slot: &str,
        _code: &str,
    ) -> DoorResult<KeyId> {
        let rows = Self::slots(tx, Timestamp(0))?;
        if rows.iter().any(|row| row.slot == slot) {
            return Err(DoorError::Conflict {
                code: "nothing_to_confirm".into(),
                detail: "the slot does not wait for a code".into(),
            });
        }
        Err(DoorError::NotFound { what: "slot" })
    }

    /// The body of our own enrolment with the parent that the ticket names.
    pub(crate) fn join_request(
        &mut self,
        tx: &mut Tx<'_>,
        _now: Timestamp,
        ticket: &str,
    ) -> DoorResult<Vec<u8>> {
        let parsed = parse_ticket(ticket)?;
        let org = self
            .host
            .orgs()
            .first()
            .cloned()
            .ok_or(DoorError::NotFound { what: "desk" })?;
        if !self.host.hosts(&org) {
            let seed = self.random();
            self.host.add_desk(tx, &org, seed)?;
        }
        let nonce: [u8; 16] = self.random();
        let note = [nonce.as_slice(), ticket.as_bytes()].concat();
        tx.set_meta(JOIN, &note)?;
        self.own_request(&parsed, &org, nonce)?
            .encode()
            .map_err(Into::into)
    }

    fn own_request(
        &self,
        ticket: &Ticket,
        org: &OrgId,
        nonce: [u8; 16],
    ) -> DoorResult<EnrolRequest> {
        let key = self.host.key(org)?;
        let transcript = Transcript {
            suite: Suite::Ed25519Sha256,
            slot: ticket.slot,
            ca_sha256: ticket.ca_sha256,
            key: key.public(),
            nonce,
            has_hardware_store: false,
            model: "linli-server".into(),
            app: APP.into(),
        };
        Ok(EnrolRequest::prove(transcript, &ticket.slot_key(), key)?)
    }

    /// Takes the parent's answer: root, editions and our certificate.
    pub(crate) fn join_apply(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        answer: &[u8],
    ) -> DoorResult<JoinState> {
        let note = tx.meta(JOIN)?.ok_or(DoorError::NotFound { what: "join" })?;
        let (nonce, ticket) = note
            .split_first_chunk::<16>()
            .ok_or(DoorError::NotFound { what: "join" })?;
        let parsed = parse_ticket(&String::from_utf8_lossy(ticket))?;
        let org = self
            .host
            .orgs()
            .first()
            .cloned()
            .ok_or(DoorError::NotFound { what: "desk" })?;
        let request = self.own_request(&parsed, &org, *nonce)?;
        let answer = EnrolAnswer::open(answer, &request, &parsed.slot_key())?;
        let own = answer
            .certificate()
            .filter(|certificate| certificate.org == org);
        let Some(own_epoch) = own.map(|certificate| certificate.epoch) else {
            return Err(DoorError::Refused {
                code: "enrolment".into(),
                detail: format!("the ticket is not for {org}"),
            });
        };
        let parent = answer.server().org.clone();
        if answer.install(tx, now)?.is_none() {
            return Err(DoorError::Refused {
                code: "enrolment".into(),
                detail: "the parent's answer is not believed".into(),
            });
        }
        tx.remove_meta(JOIN)?;
        link::set_parent_address(
            tx,
            &ParentAddress {
                url: parsed.url.clone(),
                ca_sha256: parsed.ca_sha256,
            },
        )?;
        self.forget();
        self.refresh(tx)?;
        let rules = self.reference()?.newest().cloned();
        if let Some(rules) = rules {
            self.certify_hosted(tx, &rules, now)?;
        }
        if own_epoch > 1 {
            // Another server had this desk before: this is a restore from nothing.
            self.restored(tx, now)?;
        }
        Ok(JoinState::Joined { parent })
    }
}

fn parse_ticket(text: &str) -> DoorResult<Ticket> {
    Ticket::parse(text).map_err(|error| DoorError::Invalid {
        code: "ticket".into(),
        detail: error.to_string(),
    })
}

fn as_slot(id: SlotId, stored: &StoredSlot) -> Slot {
    let request = stored
        .request
        .as_deref()
        .and_then(|bytes| EnrolRequest::decode(bytes).ok());
    let state = match (stored.state.as_str(), request) {
        ("open", _) => SlotState::Open,
        ("issued", Some(request)) => SlotState::Confirmed {
            request: Box::new(request),
        },
        _ => SlotState::Burnt,
    };
    Slot {
        id,
        key: SlotKey::from_stored(*stored.key.expose()),
        expires_at: stored.expires_at,
        state,
    }
}

fn load(tx: &Tx<'_>, id: &SlotId) -> DoorResult<Option<StoredSlot>> {
    let found = tx
        .sql()
        .query_row(
            "SELECT key, subject, ca_sha256, state, request, answer, expires_at FROM slots WHERE slot = ?1",
            [id.0],
            |row| {
                let subject: String = row.get(1)?;
                Ok((row.get::<_, [u8; 32]>(0)?, subject, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
            },
        )
        .optional()
        .map_err(StoreError::from)?;
    let Some((key, subject, ca_sha256, state, request, answer, expires_at)) = found else {
        return Ok(None);
    };
    Ok(Some(StoredSlot {
        key: SlotKey::from_stored(key),
        subject: serde_json::from_str(&subject)
            .map_err(|error| DoorError::Storage(error.to_string()))?,
        ca_sha256,
        state,
        request,
        answer,
        expires_at: Timestamp(expires_at),
    }))
}

/// A slot's id as people see it: 32 hex characters, like every 16-byte id.
fn hex(bytes: &[u8; 16]) -> String {
    RecordId(*bytes).to_string()
}
