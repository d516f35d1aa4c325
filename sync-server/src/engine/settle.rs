//! Everything that follows from a change of a case: admissions, automatic steps, receipts, listing.
//!
//! A case is settled when none of the hosted desks has anything left to write about it. Each round
//! writes one change and folds again; every written thing removes its own cause, so it ends.

use std::collections::BTreeSet;

use linli_model::case::automation::{self, Surroundings, Target};
use linli_model::case::{
    CaseLog, CaseView, Editions, EventKind, Receipt, Rules, State, admission, fold,
};
use linli_model::{EntryId, OrgId, RecordId, Scope, Timestamp};
use linli_records::case::read_case;
use linli_store::Tx;

use crate::door::{DoorError, DoorResult};
use crate::engine::author::{Hand, Writing, event_of};
use crate::engine::blobs;
use crate::engine::case_rows;
use crate::engine::core::Core;

/// A case is settled in far fewer rounds; more means that two rules undo each other.
const MAX_ROUNDS: u32 = 64;

/// One thing that a desk writes.
struct Move {
    hand: Hand,
    writing: Writing,
    /// Whether it takes the desk's next receipt number.
    takes_number: bool,
}

impl Move {
    fn by(hand: Hand, writing: Writing) -> Self {
        Self {
            hand,
            writing,
            takes_number: false,
        }
    }
}

impl Core {
    /// Lets every hosted desk do what it has to do about a case, lists the result and renews its
    /// row. `None` when the record is not a case that is stored here.
    pub(crate) fn settle(
        &mut self,
        tx: &mut Tx<'_>,
        record: &RecordId,
        now: Timestamp,
    ) -> DoorResult<Option<CaseView>> {
        for _ in 0..MAX_ROUNDS {
            let Some(mut document) = tx.load_document(record)? else {
                return Ok(None);
            };
            let log = read_case(*record, &document)?.log;
            let reference = self.reference()?;
            if reference.rules(log.head.edition).is_none() {
                return Ok(None);
            }
            let view = fold(&log, reference);
            let Some(next) = self.next_move(tx, &log, &view, now)? else {
                blobs::link(tx, &log, now)?;
                self.list_case(tx, &log, &view)?;
                self.rows_of(tx, &log, &view, now)?;
                self.settle_merged(tx, &view, record, now)?;
                return Ok(Some(view));
            };
            let place = (record, &log.head.home);
            let written =
                self.write_case(tx, place, &mut document, &next.hand, &next.writing, now)?;
            if next.takes_number {
                Self::receipt_given(tx, &next.hand.org)?;
            }
            if written.is_none() {
                return Err(DoorError::Bug(format!(
                    "case {record}: a step that changes nothing"
                )));
            }
        }
        Err(DoorError::Bug(format!(
            "case {record} does not settle in {MAX_ROUNDS} rounds"
        )))
    }

    /// A case that ended without being solved gives back what was merged into it.
    fn settle_merged(
        &mut self,
        tx: &mut Tx<'_>,
        view: &CaseView,
        target: &RecordId,
        now: Timestamp,
    ) -> DoorResult<()> {
        if matches!(view.confirmed.state, State::Declined | State::Voided) {
            for case in case_rows::merged_into(tx, target)? {
                self.settle(tx, &case, now)?;
            }
        }
        Ok(())
    }

    fn next_move(
        &mut self,
        tx: &Tx<'_>,
        log: &CaseLog,
        view: &CaseView,
        now: Timestamp,
    ) -> DoorResult<Option<Move>> {
        if self.is_recovering() {
            return Ok(None);
        }
        if let Some(holder) = view
            .confirmed
            .holder
            .clone()
            .filter(|org| self.host.hosts(org))
        {
            if let Some(next) = self.admissions(tx, log, &holder, now)? {
                return Ok(Some(next));
            }
            if let Some(next) = self.automatic(tx, log, view, &holder, now)? {
                return Ok(Some(next));
            }
        }
        self.receipt(tx, log, view, now)
    }

    /// Everything that waits for the holder's verdict.
    fn admissions(
        &self,
        tx: &Tx<'_>,
        log: &CaseLog,
        holder: &OrgId,
        now: Timestamp,
    ) -> DoorResult<Option<Move>> {
        let desk = self.host.desk(holder)?;
        let reference = self.reference()?;
        let mut failed = None;
        let admits = admission::admit_pending(log, reference, &desk, |_, event| {
            let offset = match event.by.device.map(|device| tx.peer(&device)) {
                Some(Ok(peer)) => peer.clock_offset_ms,
                Some(Err(error)) => {
                    failed = Some(error);
                    0
                }
                None => 0,
            };
            let happened_at = event.at.plus_ms(-offset).min(now);
            admission::Stamps {
                received_at: now,
                happened_at,
            }
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        if admits.is_empty() {
            return Ok(None);
        }
        let mut writing = Writing::default();
        for (_, admit) in &admits {
            writing = writing.admit(admit)?;
        }
        Ok(Some(Move::by(Hand::system(holder)?, writing)))
    }

    /// What the holder's server does by itself.
    fn automatic(
        &self,
        tx: &Tx<'_>,
        log: &CaseLog,
        view: &CaseView,
        holder: &OrgId,
        now: Timestamp,
    ) -> DoorResult<Option<Move>> {
        let reference = self.reference()?;
        let Some(rules) = reference.rules(log.head.edition) else {
            return Ok(None);
        };
        let live = self.reachable(rules);
        let around = Surroundings {
            now,
            live: &live,
            merged_into: self.fate_of_target(tx, view)?,
        };
        let Some(next) = automation::next(view, rules, holder, &around) else {
            return Ok(None);
        };
        let hand = Hand::system(holder)?;
        let event = event_of(
            &hand,
            reference.newest_number(),
            log,
            next.kind,
            next.answers,
            now,
        );
        let desk = self.host.desk(holder)?;
        let id = log.next_entry(desk.actor);
        let Some(admit) = admission::own_admit(log, view, reference, &desk, (id, &event), now)
        else {
            return Ok(None);
        };
        if !admit.verdict.is_effective() {
            tracing::warn!(case.id = %log.id, event = %event.name(), verdict = ?admit.verdict, "an automatic step would have no effect");
            return Ok(None);
        }
        Ok(Some(Move::by(
            hand,
            Writing::default().event(&event)?.admit(&admit)?,
        )))
    }

    /// Desks here, and the neighbour with which an exchange is going on.
    fn reachable(&self, rules: &Rules) -> BTreeSet<OrgId> {
        let mut live: BTreeSet<OrgId> = self.host.desks().map(|(org, _)| org.clone()).collect();
        live.extend(self.live.clone());
        live.retain(|org| {
            rules
                .tree()
                .find(org)
                .is_some_and(|org| org.kind.has_desk())
        });
        live
    }

    fn fate_of_target(&self, tx: &Tx<'_>, view: &CaseView) -> DoorResult<Option<Target>> {
        let Some(target) = view.confirmed.merged_into else {
            return Ok(None);
        };
        if tx.is_erased(&target)? {
            return Ok(Some(Target::Dropped));
        }
        let Some(document) = tx.load_document(&target)? else {
            return Ok(None);
        };
        let log = read_case(target, &document)?.log;
        Ok(Some(Target::In(
            fold(&log, self.reference()?).confirmed.state,
        )))
    }

    /// The receipt of a desk that is a member, does not hold the case, and has new events.
    fn receipt(
        &mut self,
        tx: &Tx<'_>,
        log: &CaseLog,
        view: &CaseView,
        now: Timestamp,
    ) -> DoorResult<Option<Move>> {
        let holder = view.confirmed.holder.as_ref();
        let Some(rules) = self.reference()?.rules(log.head.edition) else {
            return Ok(None);
        };
        let due = view.members.iter().find_map(|org| {
            let found = rules.tree().find(org).filter(|org| org.kind.has_desk())?;
            let is_due = self.host.hosts(org) && holder != Some(org) && has_new_events(log, org);
            is_due.then(|| (org.clone(), found.level))
        });
        let Some((org, level)) = due else {
            return Ok(None);
        };
        // People read the number out on the telephone: a desk has one for a case, however often more comes.
        let mut own = log.receipts.values().filter(|given| given.org == org);
        let given = own.next().map(|first| first.number.clone());
        let is_first = given.is_none();
        let number = match given {
            Some(number) => number,
            None => Self::next_receipt_number(tx, &org)?,
        };
        let receipt = Receipt {
            org: org.clone(),
            level,
            at: now,
            number,
            covers: log.counters(),
        };
        let writing = Writing::default().receipt(&receipt)?;
        Ok(Some(Move {
            hand: Hand::system(&org)?,
            writing,
            takes_number: is_first,
        }))
    }

    /// Lists the whole history of a case in the feed of everybody who gets it.
    fn list_case(&mut self, tx: &mut Tx<'_>, log: &CaseLog, view: &CaseView) -> DoorResult<()> {
        let Some(rules) = self.reference()?.rules(log.head.edition) else {
            return Ok(());
        };
        let mut feeds: Vec<Scope> = Vec::new();
        if rules
            .community(&log.head.home)
            .is_some_and(|org| self.host.hosts(org))
        {
            feeds.push(Scope::Cases(log.head.home.clone()));
        }
        let neighbours = self.host.neighbours(rules);
        let desks = view
            .members
            .iter()
            .filter(|org| self.host.hosts(org) || neighbours.contains(*org));
        feeds.extend(desks.cloned().map(Scope::Desk));
        for feed in feeds {
            if tx.list_history(&feed, &log.id)? > 0 {
                let seq = tx.feed_state(&feed)?.seq;
                self.notice.feeds.insert(feed, seq);
            }
        }
        Ok(())
    }
}

/// Whether the case has events that this organisation neither wrote, admitted nor gave a receipt
/// for. An admission is the holder's receipt; receipts and admissions are not receipted.
fn has_new_events(log: &CaseLog, org: &OrgId) -> bool {
    let is_covered = |id: EntryId| {
        let by_receipt = log
            .receipts
            .values()
            .any(|receipt| receipt.org == *org && receipt.covers(id));
        by_receipt
            || log
                .admits
                .values()
                .any(|admit| admit.org == *org && admit.event == id)
    };
    log.events.iter().any(|(id, event)| {
        let is_own = event.by.org == *org && event.by.device.is_none();
        !is_own && !matches!(event.kind, EventKind::Start) && !is_covered(*id)
    })
}
