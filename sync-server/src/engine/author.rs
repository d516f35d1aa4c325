//! Writing as a desk: events, admissions and receipts become one signed change.

use std::collections::BTreeSet;

use linli_model::case::{Admit, Author, CaseLog, Event, EventKind, Receipt};
use linli_model::{
    EntryId, GridCode, OrgId, RecordId, RecordKind, Role, Scope, StaffId, Timestamp,
};
use linli_records::case::{admit_entry, event_entry, receipt_entry};
use linli_records::{ChangeNote, Document, NewContent, RawChange};
use linli_store::{Authorship, Place, SealAs, Tx};

use crate::door::DoorResult;
use crate::engine::core::Core;

/// The staff code of the server acting by itself.
const SYSTEM: &str = "system";

/// Program and version, as batches and answers name them.
pub(crate) const APP: &str = concat!("linli-server/", env!("CARGO_PKG_VERSION"));

/// Who writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hand {
    pub(crate) org: OrgId,
    pub(crate) staff: StaffId,
    pub(crate) role: Role,
    pub(crate) session: Option<String>,
}

impl Hand {
    /// The server itself, at one of its desks.
    pub(crate) fn system(org: &OrgId) -> DoorResult<Self> {
        let staff =
            StaffId::new(SYSTEM).map_err(|error| crate::door::DoorError::Bug(error.to_string()))?;
        Ok(Self {
            org: org.clone(),
            staff,
            role: Role::System,
            session: None,
        })
    }

    /// The author as an event names it.
    pub(crate) fn author(&self) -> Author {
        Author {
            org: self.org.clone(),
            staff: self.staff.clone(),
            role: self.role,
            device: None,
        }
    }
}

/// An event of this hand about a case as it stands now.
pub(crate) fn event_of(
    hand: &Hand,
    edition: u32,
    log: &CaseLog,
    kind: EventKind,
    answers: Option<EntryId>,
    now: Timestamp,
) -> Event {
    Event {
        by: hand.author(),
        edition,
        at: now,
        kind,
        seen: log.frontier(),
        answers,
        again_of: None,
    }
}

/// What goes into one change.
#[derive(Debug, Default)]
pub(crate) struct Writing(pub(crate) NewContent);

impl Writing {
    pub(crate) fn event(mut self, event: &Event) -> DoorResult<Self> {
        self.0.entries.push(event_entry(event)?);
        Ok(self)
    }

    pub(crate) fn admit(mut self, admit: &Admit) -> DoorResult<Self> {
        self.0.entries.push(admit_entry(admit)?);
        Ok(self)
    }

    pub(crate) fn receipt(mut self, receipt: &Receipt) -> DoorResult<Self> {
        self.0.entries.push(receipt_entry(receipt)?);
        Ok(self)
    }
}

impl Core {
    /// Writes into an existing case under a desk's actor. Unsigned until [`Core::seal`].
    pub(crate) fn write_case(
        &mut self,
        tx: &mut Tx<'_>,
        (record, home): (&RecordId, &GridCode),
        document: &mut Document,
        hand: &Hand,
        writing: &Writing,
        now: Timestamp,
    ) -> DoorResult<Option<RawChange>> {
        let actor = self.host.desk(&hand.org)?.actor;
        let note = ChangeNote {
            staff: hand.staff.clone(),
            basis: None,
        };
        let Some(change) = linli_records::write(document, &actor, &writing.0, &note, now)? else {
            return Ok(None);
        };
        self.save_case(tx, (record, home), document, &change, hand, now)?;
        Ok(Some(change))
    }

    /// Stores a change of a desk.
    pub(crate) fn save_case(
        &mut self,
        tx: &mut Tx<'_>,
        (record, home): (&RecordId, &GridCode),
        document: &Document,
        change: &RawChange,
        hand: &Hand,
        now: Timestamp,
    ) -> DoorResult<()> {
        let place = Place {
            record: *record,
            kind: RecordKind::Case,
            home: home.clone(),
        };
        let by = Authorship {
            scope: Scope::Desk(hand.org.clone()),
            staff: hand.staff.clone(),
            role: hand.role,
            edition: self.reference()?.newest_number(),
            session: hand.session.clone(),
            at: now,
        };
        tx.save(&place, document, change, &by)?;
        self.notice.changes = self.notice.changes.saturating_add(1);
        Ok(())
    }

    /// Signs everything that the desks have written. Ends every call that writes.
    pub(crate) fn seal(&mut self, tx: &mut Tx<'_>, now: Timestamp) -> DoorResult<()> {
        let orgs = self.host.desks().map(|(org, _)| org.clone()).collect();
        self.seal_of(tx, &orgs, now)
    }

    /// Signs what these desks have written: each looks through all that waits.
    pub(crate) fn seal_of(
        &mut self,
        tx: &mut Tx<'_>,
        orgs: &BTreeSet<OrgId>,
        now: Timestamp,
    ) -> DoorResult<()> {
        for org in orgs {
            let key = self.host.key(org)?;
            tx.seal_outbox(&SealAs {
                key,
                org,
                app: APP,
                at: now,
            })?;
        }
        Ok(())
    }
}
