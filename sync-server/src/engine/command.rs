//! What people decide: events of a desk, written and admitted in one change, and of a handling unit.

use linli_model::case::table::{Class, Row};
use linli_model::case::{
    Admitting, CaseHead, CaseLog, CaseView, Editions, Event, EventKind, Photo, Proposal, Reason,
    Slot, Standing, Verdict, admission, decide, fold, table,
};
use linli_model::{BlobHash, CaseNumber, EntryId, OrgId, RecordId, RecordKind, Role, Timestamp};
use linli_records::case::{head_content, photo_content, read_case};
use linli_records::{ChangeNote, NewRecord};
use linli_store::rusqlite::{OptionalExtension, params};
use linli_store::{StoreError, Tx};
use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::door::{Acting, Command, CommandOutcome, DoorError, DoorResult};
use crate::engine::author::{Hand, Writing, event_of};
use crate::engine::core::Core;
use crate::engine::recovery::{MAX_SEQUENCE, case_number_note};

fn invalid(code: &str, detail: impl Into<String>) -> DoorError {
    DoorError::Invalid {
        code: code.into(),
        detail: detail.into(),
    }
}

impl Core {
    /// Whether a member of staff may read what an organisation gets.
    pub(crate) fn may_read(&self, by: &Acting) -> DoorResult<()> {
        let rules = self.reference()?.newest();
        let has_role = rules.is_some_and(|rules| {
            Role::ALL
                .iter()
                .any(|role| rules.has_grant_at(&by.staff, *role, &by.org))
        });
        if self.host.hosts(&by.org) && has_role {
            return Ok(());
        }
        Err(DoorError::Refused {
            code: "grant".into(),
            detail: format!("{} has no role at {}", by.staff, by.org),
        })
    }

    /// A desk's event: written and admitted in one change.
    pub(crate) fn desk_command(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        by: &Acting,
        command: &Command,
    ) -> DoorResult<CommandOutcome> {
        self.once(tx, now, by, command, |core, tx| {
            core.run(tx, now, by, command)
        })
    }

    /// A unit's event: written here, admitted by the holder.
    pub(crate) fn unit_command(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        by: &Acting,
        command: &Command,
    ) -> DoorResult<CommandOutcome> {
        self.once(tx, now, by, command, |core, tx| {
            core.run(tx, now, by, command)
        })
    }

    /// The same key of the same staff answers with the first outcome.
    fn once(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        by: &Acting,
        command: &Command,
        run: impl FnOnce(&mut Self, &mut Tx<'_>) -> DoorResult<CommandOutcome>,
    ) -> DoorResult<CommandOutcome> {
        self.must_be_recovered()?;
        let key = command.idempotency_key.as_str();
        if !(8..=64).contains(&key.len()) {
            return Err(invalid("idempotency_key", "needs 8 to 64 characters"));
        }
        let known: Option<String> = tx
            .sql()
            .query_row(
                "SELECT outcome FROM commands WHERE staff = ?1 AND key = ?2",
                params![by.staff.as_str(), key],
                |row| row.get(0),
            )
            .optional()
            .map_err(StoreError::from)?;
        if let Some(known) = known {
            let outcome: CommandOutcome = serde_json::from_str(&known)
                .map_err(|error| DoorError::Storage(error.to_string()))?;
            return Ok(CommandOutcome {
                repeated: true,
                ..outcome
            });
        }
        let outcome = run(self, tx)?;
        let json =
            serde_json::to_string(&outcome).map_err(|error| DoorError::Bug(error.to_string()))?;
        tx.sql()
            .execute(
                "INSERT INTO commands (staff, key, outcome, at) VALUES (?1, ?2, ?3, ?4)",
                params![by.staff.as_str(), key, json, now.0],
            )
            .map_err(StoreError::from)?;
        Ok(outcome)
    }

    fn run(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        by: &Acting,
        command: &Command,
    ) -> DoorResult<CommandOutcome> {
        self.may_read(by)?;
        match command.case {
            Some(case) => self.act(tx, now, by, case, &command.event),
            None => self.intake(tx, now, by, &command.event),
        }
    }

    fn act(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        by: &Acting,
        case: RecordId,
        posted: &Value,
    ) -> DoorResult<CommandOutcome> {
        let unknown = || DoorError::NotFound { what: "case" };
        self.settle(tx, &case, now)?.ok_or_else(unknown)?;
        let mut document = tx.load_document(&case)?.ok_or_else(unknown)?;
        let log = read_case(case, &document)?.log;
        let view = fold(&log, self.reference()?);
        if !view.members.contains(&by.org) {
            return Err(unknown());
        }
        let posted = self.complete(tx, now, by, &view, posted)?;
        let kind = parse_kind(&posted)?;
        let row = table()
            .row(kind.name())
            .ok_or_else(|| invalid("event", "no such event"))?;
        let hand = self.hand(by, row)?;
        let answers = answered(&posted, row, &view.confirmed)?;
        let event = event_of(
            &hand,
            self.reference()?.newest_number(),
            &log,
            kind,
            answers,
            now,
        );
        let desk = self.host.desk(&by.org)?;
        let id = log.next_entry(desk.actor);
        self.refuse_without_effect(tx, &log, &view, id, &event, now)?;
        let mut writing = Writing::default().event(&event)?;
        let is_own = row.is_own(hand.role);
        if is_own {
            let admit =
                admission::own_admit(&log, &view, self.reference()?, &desk, (id, &event), now);
            writing = writing.admit(
                &admit.ok_or_else(|| invalid("edition", "the case's edition is not known here"))?,
            )?;
        }
        writing.0.photos = photo_content(&photos_of(&posted, now)?)?;
        let place = (&case, &log.head.home);
        let change = self.write_case(tx, place, &mut document, &hand, &writing, now)?;
        let change =
            change.ok_or_else(|| DoorError::Bug("an event that changes nothing".into()))?;
        self.outcome(tx, case, id, change.hash, now)
    }

    /// Settles the case and says what became of the event.
    fn outcome(
        &mut self,
        tx: &mut Tx<'_>,
        case: RecordId,
        id: EntryId,
        change: linli_model::ChangeHash,
        now: Timestamp,
    ) -> DoorResult<CommandOutcome> {
        let view = self
            .settle(tx, &case, now)?
            .ok_or(DoorError::NotFound { what: "case" })?;
        self.seal(tx, now)?;
        let entry = view.timeline.iter().find(|entry| entry.event == id);
        let n = entry.and_then(|entry| match entry.place {
            linli_model::case::Place::Admitted { n, .. } => Some(n),
            linli_model::case::Place::Provisional => None,
        });
        let effect = json!({
            "state": view.confirmed.state,
            "verdict": entry.map(|entry| entry.verdict),
            "holder": view.confirmed.holder,
        });
        Ok(CommandOutcome {
            case,
            change,
            n,
            effect,
            repeated: false,
        })
    }

    /// A person is told at once when an event would have no effect; nothing is written then.
    fn refuse_without_effect(
        &self,
        tx: &Tx<'_>,
        log: &CaseLog,
        view: &CaseView,
        id: EntryId,
        event: &Event,
        now: Timestamp,
    ) -> DoorResult<()> {
        let reference = self.reference()?;
        let Some(rules) = reference.rules(log.head.edition) else {
            return Err(invalid("edition", "the case's edition is not known here"));
        };
        let named = if let EventKind::Merge { into } = &event.kind {
            Some(*into)
        } else if let EventKind::Absorb { from } | EventKind::Unmerge { from } = &event.kind {
            Some(*from)
        } else {
            None
        };
        let other = match named {
            Some(case) => Some((case, self.standing_of(tx, case)?)),
            None => None,
        };
        let other = other
            .as_ref()
            .map(|(id, standing)| linli_model::case::OtherCase {
                this: log.id,
                id: *id,
                confirmed: standing,
            });
        let proposal = Proposal {
            id,
            event,
            admitting: Admitting::Authoring { other },
            received_at: now,
            happened_at: now,
        };
        match decide(&view.now, rules, &proposal) {
            Verdict::Effective => Ok(()),
            Verdict::NoEffect(reason) => {
                let state = format!("{:?}", view.now.state);
                Err(no_effect(&event.name().to_string(), &state, reason))
            }
        }
    }

    fn standing_of(&self, tx: &Tx<'_>, case: RecordId) -> DoorResult<Standing> {
        let document = tx
            .load_document(&case)?
            .ok_or(DoorError::NotFound { what: "case" })?;
        Ok(fold(&read_case(case, &document)?.log, self.reference()?).confirmed)
    }

    /// The role in which the person writes this event: one that may and that they have there.
    fn hand(&self, by: &Acting, row: &Row) -> DoorResult<Hand> {
        let rules = self.reference()?.newest();
        let role = rules.and_then(|rules| {
            row.actors
                .iter()
                .copied()
                .find(|role| rules.has_grant_at(&by.staff, *role, &by.org))
        });
        let role = role.ok_or_else(|| DoorError::Refused {
            code: "role".into(),
            detail: format!(
                "{} has no role at {} that may write {}",
                by.staff, by.org, row.event
            ),
        })?;
        Ok(Hand {
            org: by.org.clone(),
            staff: by.staff.clone(),
            role,
            session: Some(by.session.clone()),
        })
    }

    /// Fills in what the server allots: the case number of a filing.
    fn complete(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        by: &Acting,
        view: &CaseView,
        posted: &Value,
    ) -> DoorResult<Value> {
        let mut posted = posted.clone();
        let Some(fields) = posted.as_object_mut() else {
            return Err(invalid("event", "not an object"));
        };
        if fields.get("type").and_then(Value::as_str) == Some("file") {
            let number = self.allot_number(tx, now, &by.org)?;
            fields.insert("case_number".into(), json!(number));
            let standing = &view.confirmed;
            fields
                .entry("category")
                .or_insert_with(|| json!(standing.category));
            fields
                .entry("severity")
                .or_insert_with(|| json!(standing.severity));
            fields.entry("standard").or_insert(Value::Null);
        }
        Ok(posted)
    }

    /// County, day of filing, the organisation's block, the running number of the day.
    fn allot_number(&self, tx: &mut Tx<'_>, now: Timestamp, org: &OrgId) -> DoorResult<CaseNumber> {
        let rules = self
            .reference()?
            .newest()
            .ok_or(DoorError::NotFound { what: "edition" })?;
        let edition = rules.edition();
        let (day, _) = edition.calendar.local_day(now);
        let desks = edition.orgs.iter().filter(|found| found.kind.has_desk());
        let block = desks
            .enumerate()
            .find(|(_, found)| found.id == *org)
            .map(|(index, _)| index);
        let block = block
            .and_then(|index| u16::try_from(index).ok())
            .filter(|block| *block < CaseNumber::BLOCKS);
        let block = block.ok_or_else(|| invalid("org", "no number block for this organisation"))?;
        let (year, month, date) = day.ymd();
        let note = case_number_note(org, (year, month, date));
        let next = tx.meta_number(&note)?.saturating_add(1);
        tx.set_meta_number(&note, next)?;
        let sequence = u32::try_from(next).ok().filter(|_| next <= MAX_SEQUENCE);
        let sequence =
            sequence.ok_or_else(|| invalid("case_number", "all numbers of the day are given"))?;
        CaseNumber::new(edition.district.as_str(), day, block, sequence)
            .map_err(|error| DoorError::Bug(error.to_string()))
    }

    /// A case that a desk takes in: `event` is an intake, `head` beside it says what and where.
    fn intake(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        by: &Acting,
        posted: &Value,
    ) -> DoorResult<CommandOutcome> {
        let kind = parse_kind(posted)?;
        let row = table()
            .row(kind.name())
            .ok_or_else(|| invalid("event", "no such event"))?;
        if row.class != Class::Desk || !kind.creates() {
            return Err(invalid("case", "this event needs a case"));
        }
        let number = self.reference()?.newest_number();
        let mut head = posted
            .get("head")
            .cloned()
            .ok_or_else(|| invalid("head", "an intake needs a head"))?;
        if let Some(fields) = head.as_object_mut() {
            fields.insert("edition".into(), json!(number));
        }
        let head: CaseHead =
            serde_json::from_value(head).map_err(|error| invalid("head", error.to_string()))?;
        self.is_below(&head, &by.org)?;
        let hand = self.hand(by, row)?;
        let id = self.record_id(now);
        let log = CaseLog::new(id, head.clone());
        let desk = self.host.desk(&by.org)?;
        let event = event_of(&hand, number, &log, kind, None, now);
        let entry = log.next_entry(desk.actor);
        let view = fold(&log, self.reference()?);
        let admit =
            admission::own_admit(&log, &view, self.reference()?, &desk, (entry, &event), now);
        let admit = admit.ok_or_else(|| invalid("edition", "no edition"))?;
        if let Verdict::NoEffect(reason) = admit.verdict {
            return Err(no_effect("intake", "none", reason));
        }
        let photos = photos_of(posted, now)?;
        let writing = Writing::default().event(&event)?.admit(&admit)?;
        let mut content = head_content(&head, &photos)?;
        content.entries = writing.0.entries;
        let record = NewRecord {
            kind: RecordKind::Case,
            home: head.home.clone(),
            actor: desk.actor,
            note: ChangeNote {
                staff: hand.staff.clone(),
                basis: None,
            },
            at: now,
        };
        let (document, change) = linli_records::create(&record, &content)?;
        self.save_case(tx, (&id, &head.home), &document, &change, &hand, now)?;
        self.outcome(tx, id, entry, change.hash, now)
    }

    fn is_below(&self, head: &CaseHead, org: &OrgId) -> DoorResult<()> {
        let reference = self.reference()?;
        let community = reference
            .newest()
            .and_then(|rules| rules.community(&head.home));
        if community.is_some_and(|community| reference.is_within(org, community)) {
            return Ok(());
        }
        Err(invalid(
            "grid",
            format!("{} is not a grid of {org}", head.home),
        ))
    }
}

/// A person is told why, and that nothing happened.
fn no_effect(event: &str, state: &str, reason: Reason) -> DoorError {
    DoorError::Conflict {
        code: reason.as_str().to_owned(),
        detail: format!(
            "nothing was changed: {event} would have no effect in state {state}. {} Look at the case \
             again and correct the event",
            reason.about()
        ),
    }
}

fn parse_kind(posted: &Value) -> DoorResult<EventKind> {
    serde_json::from_value(posted.clone()).map_err(|error| invalid("event", error.to_string()))
}

/// What the event answers: as posted, else the one current thing that it can answer.
fn answered(posted: &Value, row: &Row, standing: &Standing) -> DoorResult<Option<EntryId>> {
    if let Some(named) = posted.get("answers").and_then(Value::as_str) {
        return named
            .parse()
            .map(Some)
            .map_err(|error: linli_model::IdError| invalid("answers", error.to_string()));
    }
    let current = |slot: &Slot| standing.current.get(slot).map(|step| step.event);
    Ok(row.answers.iter().find_map(current))
}

/// Photos that the event names, with what is known of them (`photo_facts` beside the event).
fn photos_of(posted: &Value, now: Timestamp) -> DoorResult<BTreeMap<BlobHash, Photo>> {
    let mut photos = BTreeMap::new();
    for list in ["photos", "before", "after", "evidence"] {
        let Some(hashes) = posted.get(list).and_then(Value::as_array) else {
            continue;
        };
        for hash in hashes.iter().filter_map(Value::as_str) {
            let parsed: BlobHash = hash
                .parse()
                .map_err(|error: linli_model::IdError| invalid("photos", error.to_string()))?;
            let facts = posted.get("photo_facts").and_then(|facts| facts.get(hash));
            let photo = match facts {
                Some(facts) => serde_json::from_value(facts.clone())
                    .map_err(|error| invalid("photo_facts", error.to_string()))?,
                None => Photo {
                    at: now,
                    media_type: "image/jpeg".into(),
                    bytes: 0,
                    size: (0, 0),
                    length_ms: None,
                },
            };
            photos.insert(parsed, photo);
        }
    }
    Ok(photos)
}
