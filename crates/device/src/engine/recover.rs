//! After a refusal: the record goes back to what the server has, and what the person wanted is
//! written again under a new epoch, as a repetition of the first event (docs/sync.md). What cannot be
//! written again is shown with its words until the person has dealt with it.

use linli_exchange::Reference;
use linli_model::{RecordId, Timestamp};
use linli_store::Tx;
use linli_store::rusqlite::params;

use super::intent::Intent;
use super::save::{NewEvent, Save};
use super::wish::Wanted;
use super::{Engine, Records, notes, rows};
use crate::error::{DeviceError, Result};

/// A thing that was refused so often is not written again without a person.
const MOST_REFUSALS: u32 = 2;

/// The server's code for what a revoked key has signed: writing it again would lead nowhere.
const REVOKED: &str = "SIGNER_REVOKED";

/// Something that the server refused and that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The case, or the record of the register.
    pub record: RecordId,
    /// The server's code.
    pub code: String,
    /// When.
    pub at: Timestamp,
    /// The person's words in it.
    pub words: Vec<String>,
}

impl Engine {
    /// Deals with everything that was refused. Answers the records that changed.
    pub(super) fn recover(&self, now: Timestamp) -> Result<Records> {
        let refused = self.read(|reader| Ok(reader.refused_records()?))?;
        let mut records = Records::new();
        for (record, code) in refused {
            self.write(|tx| {
                let reference = self.reference_now();
                let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
                self.recover_one(tx, reference, &record, &code, now)
            })?;
            records.insert(record);
        }
        Ok(records)
    }

    fn recover_one(
        &self,
        tx: &mut Tx<'_>,
        reference: &Reference,
        record: &RecordId,
        code: &str,
        now: Timestamp,
    ) -> Result<()> {
        let Some(discarded) = tx.discard_refused(record, now)? else {
            return Ok(());
        };
        tracing::warn!(record.id = %record, code, changes = discarded.hashes.len(), epoch = discarded.epoch, "the server refused changes of this device");
        let mut kept = 0u32;
        for (_, body) in &discarded.intents {
            let mut wanted = Wanted::decode(body)?;
            let again = if wanted.refuse() < MOST_REFUSALS && code != REVOKED {
                // A part of its own: what fails here must leave nothing behind.
                tx.savepoint(|tx| match &wanted {
                    Wanted::Case(intent) => self.write_again(tx, reference, record, intent, now),
                    Wanted::Record(wish) => self.grant_again(tx, reference, record, wish, now),
                })
            } else {
                Err(DeviceError::Refused(code.to_owned()))
            };
            let is_settled = match again {
                Ok(()) => true,
                Err(
                    DeviceError::Refused(_)
                    | DeviceError::InputInvalid(_)
                    | DeviceError::NotFound(_),
                ) => false,
                Err(error) => return Err(error),
            };
            keep(tx, record, code, &wanted, is_settled, now)?;
            kept += u32::from(!is_settled);
        }
        if tx.document_info(record)?.is_some() || kept == 0 {
            rows::refresh(tx, reference, [record], now)?;
        }
        notes::settle(tx)
    }

    fn write_again(
        &self,
        tx: &mut Tx<'_>,
        reference: &Reference,
        record: &RecordId,
        intent: &Intent,
        now: Timestamp,
    ) -> Result<()> {
        let by = intent.by();
        let mut head = intent.head.clone();
        if let Some(head) = &mut head {
            // A case pins the edition under which it is created; the old one may be what was wrong.
            head.edition = reference.newest_number();
        }
        let events = intent.events.iter().map(|written| NewEvent {
            kind: written.event.kind.clone(),
            answers: written.event.answers,
            at: written.event.at,
            again_of: Some(written.event.again_of.unwrap_or(written.id)),
        });
        let save = Save {
            by: &by,
            record: *record,
            head,
            photos: intent.photos.clone(),
            events: events.collect(),
            now,
            refused_before: intent.refused_before,
        };
        self.save(tx, reference, save)
    }

    /// What waits for a person because the server refused it, oldest first.
    pub fn refused(&self) -> Result<Vec<Refused>> {
        self.read(|reader| {
            let mut list = reader.sql().prepare_cached(
                "SELECT record, code, intent, at FROM refusals WHERE settled = 0 ORDER BY refusal",
            )?;
            let found = list.query_map([], |row| {
                Ok((
                    RecordId(row.get("record")?),
                    row.get::<_, String>("code")?,
                    row.get::<_, String>("intent")?,
                    Timestamp(row.get("at")?),
                ))
            })?;
            let mut refused = Vec::new();
            for row in found {
                let (record, code, json, at) = row?;
                let words = match Wanted::decode(json.as_bytes())? {
                    Wanted::Case(intent) => words(&intent),
                    Wanted::Record(wish) => wish.words(),
                };
                refused.push(Refused {
                    record,
                    code,
                    at,
                    words,
                });
            }
            Ok(refused)
        })
    }

    /// A person has seen what was refused of a case: it is not shown any more.
    pub fn settle_refused(&self, record: &RecordId, now: Timestamp) -> Result<()> {
        self.write(|tx| {
            let settled = tx.sql().execute(
                "UPDATE refusals SET settled = 1 WHERE record = ?1 AND settled = 0",
                [record.0],
            )?;
            if settled == 0 {
                return Err(DeviceError::NotFound("refusal"));
            }
            let reference = self.reference_now();
            let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
            rows::refresh(tx, reference, [record], now)
        })
    }
}

fn keep(
    tx: &mut Tx<'_>,
    record: &RecordId,
    code: &str,
    wanted: &Wanted,
    is_settled: bool,
    now: Timestamp,
) -> Result<()> {
    tx.sql().execute(
        "INSERT INTO refusals (record, code, intent, at, settled) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            record.0,
            code,
            serde_json::to_string(wanted)?,
            now.0,
            is_settled
        ],
    )?;
    Ok(())
}

fn words(intent: &Intent) -> Vec<String> {
    let head = intent
        .head
        .iter()
        .flat_map(|head| [head.place.clone(), head.note.clone()]);
    let events = intent
        .events
        .iter()
        .filter_map(|written| super::texts::note_of(&written.event.kind).map(ToOwned::to_owned));
    head.chain(events).filter(|text| !text.is_empty()).collect()
}
