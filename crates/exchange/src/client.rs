//! The asking end of an exchange: a handheld towards its server, a server towards its parent.

mod apply;
mod backup;
mod carry;
mod offer;

use std::collections::{BTreeSet, VecDeque};

use linli_model::{BatchId, BlobHash, KeyId, OrgId, RecordId, Scope, Timestamp};
use linli_store::{SealAs, Tx};
use linli_sync::PROTOCOL;
use linli_sync::client::{Event, Request, Response};
use linli_sync::frames::{ErrorFrame, Hello, Personal, Recovery, Want};
use linli_trust::SigningKey;

use crate::error::ExchangeError;
use crate::reference::Reference;

pub use carry::CarriedRequest;
use offer::{Kind, Offered};

/// What this end offers to its peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offering {
    /// A handheld: its own batches that have no final answer yet.
    Outbox,
    /// A server: what it keeps for the peer.
    Feed(FeedOffer),
}

/// What a server offers to the one above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedOffer {
    /// The feed that it keeps for the peer.
    pub scope: Scope,
    /// The generation in which it writes.
    pub generation: u64,
    /// How far it is with its recovery.
    pub recovery: Recovery,
}

/// Who asks whom for what.
pub struct Plan<'a> {
    /// The desk key of the server that is asked.
    pub peer: KeyId,
    /// The key of this end; it seals what waits before it is offered.
    pub key: &'a SigningKey,
    /// The organisation of this end.
    pub org: &'a OrgId,
    /// Program and version.
    pub app: &'a str,
    /// The feeds that are wanted.
    pub wants: Vec<Scope>,
    /// What is offered.
    pub offering: Offering,
    /// Bytes of the answer that are welcome, before compression.
    pub max_bytes: u32,
    /// Whether the peer should name our chains: after a start, when state may have been lost.
    pub ask_chains: bool,
    /// Our clock.
    pub now: Timestamp,
}

/// What one event of the answer did.
#[derive(Debug, Default)]
pub struct Applied {
    /// Records that changed here.
    pub records: BTreeSet<RecordId>,
    /// Whether editions, certificates or erasures came.
    pub has_reference: bool,
    /// Photos that the peer lacks.
    pub blobs_wanted: Vec<BlobHash>,
    /// Items for this device alone.
    pub personal: Option<Personal>,
    /// The peer knows a longer chain of ours than we do: a new epoch was opened.
    pub new_epoch: Option<u64>,
    /// The peer was restored: it is offered everything again.
    pub new_generation: Option<u64>,
    /// The peer re-exchanges with its neighbours after a restore: it keeps what it is given and
    /// decides nothing yet.
    pub is_peer_recovering: bool,
    /// A scope in which both ends hold different things although nothing waits.
    pub diverged: Option<Scope>,
    /// A scope of which both ends hold the same.
    pub in_step: Option<Scope>,
    /// The peer stopped with an error.
    pub failed: Option<ErrorFrame>,
    /// Some changes were refused by the peer: the caller discards them and what builds on them
    /// (`Tx::discard_refused`) before the next exchange.
    pub has_refusals: bool,
    /// The answer is complete; whether another exchange should follow at once.
    pub ended: Option<bool>,
}

/// A running exchange: feed it the answer's bytes, apply each event before asking for the next.
#[expect(
    clippy::struct_excessive_bools,
    reason = "five facts that hold independently"
)]
pub struct Client {
    peer: KeyId,
    offering: Offering,
    response: Response,
    offered: VecDeque<Offered>,
    /// The batches of others that this request gives again.
    given: BTreeSet<BatchId>,
    /// The feeds that are asked for.
    wants: Vec<Scope>,
    generation: u64,
    has_more_to_offer: bool,
    /// The peer is recovering: asking again at once leads nowhere.
    is_peer_recovering: bool,
    /// Something here must go first; pages of this answer are not taken, and are asked for again.
    holds_pages: bool,
    /// Whether the peer was asked to list what we brought ourselves, too.
    is_whole: bool,
    /// The answer comes by hand, hours later, and perhaps after others: it says nothing about clocks,
    /// and what it says about differences is out of date.
    is_carried: bool,
}

impl Client {
    /// Seals what waits and writes the request.
    pub fn begin(
        tx: &mut Tx<'_>,
        reference: &Reference,
        plan: &Plan<'_>,
    ) -> Result<(Vec<u8>, Self), ExchangeError> {
        tx.seal_outbox(&SealAs {
            key: plan.key,
            org: plan.org,
            app: plan.app,
            at: plan.now,
        })?;
        let known = tx.peer(&plan.peer)?;
        let is_whole = known.generation == 0 || tx.meta(&whole_note(&plan.peer))?.is_some();
        let (epoch, recovery) = match &plan.offering {
            Offering::Outbox => (tx.epoch()?, Recovery::None),
            Offering::Feed(feed) => (feed.generation, feed.recovery),
        };
        let hello = Hello {
            protocol: PROTOCOL,
            app: plan.app.to_owned(),
            clock: plan.now,
            epoch,
            generation_seen: (known.generation > 0).then_some(known.generation),
            edition: reference.newest_number(),
            control_since: known.control_since,
            wants: wants(tx, plan, known.generation)?,
            max_bytes: plan.max_bytes,
            ask_chains: plan.ask_chains,
            whole: is_whole,
            recovery,
        };
        let mut request = Request::new(hello)?;
        let mut offered = VecDeque::new();
        let has_more_to_offer = match &plan.offering {
            Offering::Outbox => {
                let is_backup = backup::is_pending(tx, &plan.peer)?;
                is_backup && offer::control(tx, &plan.peer, &mut request)?
                    || offer::outbox(tx, &mut request, &mut offered)?
                    || backup::offer(tx, &plan.peer, &mut request, &mut offered)?
            }
            Offering::Feed(feed) => {
                offer::control(tx, &plan.peer, &mut request)?
                    || offer::feed(tx, &plan.peer, &feed.scope, &mut request, &mut offered)?
            }
        };
        let given = offered.iter().filter(|one| one.kind == Kind::Again);
        let given = given.map(|one| one.batch).collect();
        let (body, response) = request.finish(has_more_to_offer)?;
        let client = Self {
            peer: plan.peer,
            offering: plan.offering.clone(),
            response,
            offered,
            given,
            wants: plan.wants.clone(),
            generation: known.generation,
            has_more_to_offer,
            is_peer_recovering: false,
            holds_pages: false,
            is_whole,
            is_carried: false,
        };
        Ok((body, client))
    }

    /// The next event of the answer, taking from `input` what is needed for it.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Event>, ExchangeError> {
        Ok(self.response.next(input)?)
    }

    /// Checks, when the answer is over, that it was complete.
    pub fn finish(&self) -> Result<(), ExchangeError> {
        Ok(self.response.finish()?)
    }

    /// Compressed and inflated bytes of the answer so far.
    pub fn bytes(&self) -> (u64, u64) {
        self.response.bytes()
    }
}

/// This end may have lost what it brought to a peer itself, or somebody else brings changes under its
/// key: from now on the peer is asked for that, too, until the end of its feeds was reached once.
pub fn ask_for_everything(tx: &mut Tx<'_>, peer: &KeyId) -> Result<(), ExchangeError> {
    Ok(tx.set_meta_number(&whole_note(peer), 1)?)
}

/// A peer may lack what is held here: from now on it is told by hash what that is, and given what it
/// asks for.
pub fn offer_everything(tx: &mut Tx<'_>, peer: &KeyId) -> Result<(), ExchangeError> {
    backup::begin(tx, peer)
}

fn whole_note(peer: &KeyId) -> String {
    format!("whole/{peer}")
}

fn wants(tx: &Tx<'_>, plan: &Plan<'_>, generation: u64) -> Result<Vec<Want>, ExchangeError> {
    let mut wants = Vec::with_capacity(plan.wants.len());
    for scope in &plan.wants {
        let cursor = tx.cursor(&plan.peer, scope)?;
        let since = if cursor.generation == generation {
            cursor.pulled
        } else {
            0
        };
        wants.push(Want {
            scope: scope.clone(),
            since,
            digest: digest(tx, &plan.peer, &plan.offering, scope)?,
        });
    }
    Ok(wants)
}

/// Our digest of a scope, when it can be compared: a handheld that has nothing waiting there.
fn digest(
    tx: &Tx<'_>,
    peer: &KeyId,
    offering: &Offering,
    scope: &Scope,
) -> Result<Option<[u8; 32]>, ExchangeError> {
    let is_quiet = *offering == Offering::Outbox
        && !tx.outbox_scopes()?.contains(scope)
        && !backup::is_pending(tx, peer)?
        && tx.refused_records()?.is_empty();
    Ok(if is_quiet {
        Some(tx.feed_state(scope)?.digest)
    } else {
        None
    })
}
