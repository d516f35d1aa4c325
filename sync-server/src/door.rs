//! The calls that the shell (HTTP, command line, timers) makes to the merge engine.
//!
//! [`Door`] is implemented by `crate::engine::Engine`; the shell knows nothing else of it. One
//! writer thread owns the engine and runs every call, so no method needs a lock. The thread groups
//! calls:
//!
//! ```text
//! Door::group                one transaction (Ledger::write): one fsync for all of them
//!   Group::part              a request (Tx::savepoint): when it fails, its own writes go
//!     Calls::exchange ...    what the request does
//!   Group::part ...
//! ```
//!
//! Answers leave only after `group` has returned, so nothing is told that is not on the disk.
//! Whatever the engine keeps in memory has to follow the savepoint and the transaction. Every call
//! gets `now`, the server's clock. Bodies are opaque here: their meaning is the engine's and the
//! `sync` crate's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use linli_model::{
    BlobHash, CategoryCode, ChangeHash, GridCode, KeyId, OrgId, RecordId, Scope, StaffId, Timestamp,
};
use linli_sync::blob::UploadMetadata;
use linli_trust::{PublicKey, SigningKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

mod base_data;
mod error;
mod forgetting;

pub use base_data::{
    ExportOf, ExportRow, ImportRows, Person, PersonRequest, RowOutcome, RowRefusal,
};
pub use error::{Class, DoorError};
pub use forgetting::{
    EraseRequest, Erasure, ForgetRun, Forgetting, Holder, HolderKind, Holders,
    Person as HolderStaff,
};

/// What became of a carried request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The answer for the device.
    pub answer: Vec<u8>,
    /// How many of its changes ended how.
    pub tally: CarriedTally,
}

/// How many changes ended how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedTally {
    /// Stored now.
    pub stored: usize,
    /// Here already, or of records that were erased for ever.
    pub known: usize,
    /// Waiting for something else.
    pub waiting: usize,
    /// In quarantine, by the code of the reason.
    pub refused: BTreeMap<String, usize>,
}

/// The result of every call.
pub type DoorResult<T> = Result<T, DoorError>;

/// What the engine is opened with. The shell has already taken the lock of the data folder.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The SQLCipher database, `<data>/linli.db`.
    pub database: PathBuf,
    /// The raw 32-byte key of the database.
    pub database_key: Zeroizing<[u8; 32]>,
    /// The folder in which the engine writes packs, `<data>/packs`.
    pub packs: PathBuf,
    /// The organisations whose desks this server hosts. One: federated; several: one box.
    pub orgs: Vec<OrgId>,
    /// The level of the first organisation in `orgs`.
    pub level: Level,
    /// How long a pack stays readable after a newer one exists, in milliseconds.
    pub pack_retention_ms: i64,
}

/// The place of an organisation in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A community station.
    Community,
    /// A street sub-centre.
    Street,
    /// The district centre; its desk key is the root of trust.
    District,
}

/// A device's or a child server's desk's public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerKey {
    /// Names the key; it is derived from the key, so the pair never changes.
    pub id: KeyId,
    /// The public key.
    pub key: PublicKey,
}

/// What a commit made visible.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// Feeds that grew, with their newest place: devices that listen for one of them are woken.
    pub feeds: BTreeMap<Scope, u64>,
    /// The newest place of the control log, when it grew.
    pub control: Option<u64>,
    /// Changes that this commit stored for the first time.
    pub changes: u64,
    /// Code and count of every change refused or quarantined in this commit.
    pub refusals: Vec<(String, u64)>,
}

/// A pack file ready to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFile {
    /// Where it lies; complete, verified, never changed afterwards.
    pub path: PathBuf,
    /// SHA-256 of the file, named by the signed checkpoint.
    pub hash: [u8; 32],
    /// Its length in bytes.
    pub size: u64,
    /// The place in the feed that it covers, inclusive.
    pub at_seq: u64,
    /// The desk's signed checkpoint that names the pack, encoded: whoever installs it believes it by
    /// this.
    pub checkpoint: Vec<u8>,
}

/// Who holds an enrolment slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "subject")]
pub enum SlotSubject {
    /// A handheld for these grids, used by these staff.
    Device {
        /// The organisation that the handheld belongs to.
        org: OrgId,
        /// The grids it may hold.
        grids: Vec<GridCode>,
        /// The staff who may use it.
        staff: Vec<StaffId>,
    },
    /// The server of an organisation below this one.
    Server {
        /// The organisation that the child server hosts.
        org: OrgId,
    },
}

/// A wish to open an enrolment slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotRequest {
    /// Who the slot is for.
    pub subject: SlotSubject,
    /// What stands on the handset, for the list of slots: an asset tag, never a person's name.
    pub label: String,
    /// How long the slot may be redeemed, in milliseconds. Default 8 h.
    pub ttl_ms: i64,
    /// The address that the ticket names.
    pub url: String,
    /// SHA-256 of the server's CA certificate (DER), the pin in the ticket.
    pub ca_sha256: [u8; 32],
}

/// An opened slot. The ticket is shown once and never stored in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedSlot {
    /// The slot's id, for `confirm_slot`.
    pub slot: String,
    /// The ticket as text (`LINLI1:...`): for a QR code or a file.
    pub ticket: String,
    /// When it stops being redeemable.
    pub expires_at: Timestamp,
}

/// A slot in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotRow {
    /// The slot's id.
    pub slot: String,
    /// The label it was opened with.
    pub label: String,
    /// Who it is for.
    pub subject: SlotSubject,
    /// `open`, `awaiting_confirm`, `issued`, `burnt` or `expired`.
    pub state: String,
    /// When it stops being redeemable.
    pub expires_at: Timestamp,
}

/// Where a join to a parent stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum JoinState {
    /// The parent's administrator has to type this code; ask again afterwards.
    AwaitingConfirm {
        /// Six digits, shown on both sides.
        check_code: String,
    },
    /// The parent issued a certificate and the link works.
    Joined {
        /// The parent's organisation.
        parent: OrgId,
    },
}

/// A member of staff acting through the console or a unit's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acting {
    /// Who acts.
    pub staff: StaffId,
    /// For which organisation. The engine checks the grant in the current edition.
    pub org: OrgId,
    /// The session, for the batch header: never the token itself.
    pub session: String,
}

/// A desk's or a unit's event, as posted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The case; none when the event creates one (a console intake).
    pub case: Option<RecordId>,
    /// Chosen by the caller, 8 to 64 characters: the same key of the same staff answers with the
    /// first outcome and does nothing again.
    pub idempotency_key: String,
    /// The event of the case workflow as JSON (`model::case` names and fields).
    pub event: serde_json::Value,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandOutcome {
    /// The case that it acted on or created.
    pub case: RecordId,
    /// The change that holds it.
    pub change: ChangeHash,
    /// Its number in the case's line, when it was admitted here.
    pub n: Option<u32>,
    /// The state of the case afterwards, or why the event has no effect.
    pub effect: serde_json::Value,
    /// Whether this answer repeats an earlier one for the same idempotency key.
    pub repeated: bool,
}

/// Which cases to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CaseFilter {
    /// Only these states.
    pub state: Option<String>,
    /// Only cases whose home is this grid.
    pub grid: Option<GridCode>,
    /// Only cases held by this organisation.
    pub holder: Option<OrgId>,
    /// Short code or part of the place's text.
    pub text: Option<String>,
    /// Continue after this case of the previous page.
    pub after: Option<RecordId>,
    /// At most this many rows, 1 to 200; 50 when absent.
    pub limit: Option<u32>,
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseRow {
    /// The record.
    pub id: RecordId,
    /// The lookup hint such as `K7M-42Q`.
    pub short_code: String,
    /// The case number, once filed.
    pub number: Option<String>,
    /// Home grid.
    pub grid: GridCode,
    /// Catalogue code.
    pub category: CategoryCode,
    /// Work state.
    pub state: String,
    /// Holder organisation.
    pub holder: OrgId,
    /// When the first server received it.
    pub reported_at: Timestamp,
    /// When the current step is due.
    pub due_at: Option<Timestamp>,
    /// Further columns of the engine's row (urgency, place, photos, severity).
    pub more: serde_json::Value,
}

/// A page of cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CasePage {
    /// The rows, newest first.
    pub rows: Vec<CaseRow>,
    /// Whether another page follows; ask with `after` = the last row's id.
    pub more: bool,
}

/// A case with its timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseDetail {
    /// The row.
    pub row: CaseRow,
    /// The folded view: events in order with verdicts, receipts, members, photos, open orders.
    pub view: serde_json::Value,
}

/// What the engine knows of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobState {
    /// No accepted change names it: an upload is refused.
    Unknown,
    /// A change names it and its bytes are missing.
    Wanted,
    /// Its bytes are here.
    Stored,
}

/// A request to the parent that the shell has to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRequest {
    /// The organisation whose desk key signs the request.
    pub org: OrgId,
    /// The parent's organisation, named in the signature as the audience.
    pub audience: OrgId,
    /// The parent's address as its ticket names it.
    pub url: String,
    /// SHA-256 of the parent's CA, from the ticket.
    pub ca_sha256: [u8; 32],
    /// The body of `POST /sync/v1/exchange`.
    pub body: Vec<u8>,
}

/// What the parent's answer led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkOutcome {
    /// Ask again at once: either side has more.
    pub more: bool,
    /// Photos that the parent wants and that are stored here.
    pub wanted_by_parent: Vec<UploadMetadata>,
    /// Photos that we want from the parent.
    pub wanted_here: Vec<BlobHash>,
}

/// How a round of the link failed, for the status page and the back-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkFailure {
    /// A code such as `unreachable`, `clock`, `refused`.
    pub code: String,
    /// One line for the operator.
    pub detail: String,
}

/// What the timers did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Whether something due is left: others may go first, then `tick` is called again.
    pub more: bool,
    /// How many timer events were written.
    pub events: u32,
}

/// How the engine is doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EngineStatus {
    /// The store's generation: grows with every restore.
    pub generation: u64,
    /// Why this server does not admit anything yet (recovery after a restore, no edition); empty
    /// when it works normally.
    pub not_ready: Vec<String>,
    /// Newest edition.
    pub edition: Option<u32>,
    /// Changes in the ledger.
    pub changes: u64,
    /// Changes in quarantine, parked, and photos missing.
    pub quarantined: u64,
    /// Changes that wait for others.
    pub parked: u64,
    /// Photos that a change names and that are not here.
    pub blobs_wanted: u64,
    /// Entries of feeds that a peer has not taken yet: peer and count, largest first, at most 50.
    pub lag: Vec<(KeyId, u64)>,
    /// Devices and servers with a valid certificate.
    pub peers: u64,
    /// The parent link: last success, and the failure since.
    pub link_at: Option<Timestamp>,
    /// The last failure of the link since `link_at`.
    pub link_failure: Option<LinkFailure>,
}

/// One thing that a check of the whole store found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// `signature`, `chain`, `digest`, `document`, `feed`, `blob`, `database`.
    pub what: String,
    /// Which item, and what is wrong with it.
    pub detail: String,
}

/// The result of a check of the whole store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// What was looked at, with counts, for the operator: `("batches", 1234)`.
    pub checked: Vec<(String, u64)>,
    /// What is wrong; empty when all is well.
    pub findings: Vec<Finding>,
}

/// The engine as the writer thread owns it.
pub trait Door: Send {
    /// Runs requests in one transaction and returns after its fsync. `work` is called once.
    ///
    /// A part that failed with [`DoorError::spoils_group`] rolls the whole group back and is
    /// returned here as well; so is a failed commit.
    fn group(&mut self, work: &mut dyn FnMut(&mut dyn Group)) -> DoorResult<Committed>;
    /// The desk keys that this server holds, by organisation. They sign requests to the parent and
    /// the server's time. Asked once after opening.
    fn desk_keys(&mut self) -> DoorResult<Vec<(OrgId, SigningKey)>>;
    /// Checks signatures, chains, documents, feeds and digests of the whole store. Writes nothing.
    fn verify(&mut self) -> DoorResult<Verified>;
    /// Writes the database anew when something was erased since the last time, so that no copy of it
    /// is left in gaps of pages. Everything else waits, and the whole is in memory meanwhile. Answers
    /// whether it was due.
    fn compact(&mut self) -> DoorResult<bool>;
    /// How many bytes that would copy; nothing when it is not due.
    fn compact_due(&mut self) -> DoorResult<Option<u64>>;
}

/// An open group.
pub trait Group {
    /// Runs one request in a savepoint of its own. `work` is called once; its error undoes what
    /// the request wrote, in the database and in memory, and is handed back.
    fn part(&mut self, work: &mut dyn FnMut(&mut dyn Calls) -> DoorResult<()>) -> DoorResult<()>;
}

/// What a request can ask for.
pub trait Calls {
    /// The public key of a peer that was ever certified here, also of a revoked one: the engine
    /// itself answers a revoked peer (and may only send it a wipe order).
    fn peer(&mut self, id: &KeyId) -> DoorResult<Option<PeerKey>>;
    /// The feeds that the peer may listen to now; empty when it is revoked.
    fn peer_scopes(&mut self, now: Timestamp, peer: &KeyId) -> DoorResult<BTreeSet<Scope>>;

    /// One exchange. `peer` is the key that signed the request; the body was capped by the shell.
    fn exchange(&mut self, now: Timestamp, peer: &KeyId, body: &[u8]) -> DoorResult<Vec<u8>>;
    /// The same for a request that came in a file which a device's holder has carried here.
    fn carried(&mut self, now: Timestamp, peer: &KeyId, body: &[u8]) -> DoorResult<Carried>;
    /// The key of a desk that is hosted here, to open and seal carried files.
    fn desk_key(&mut self, id: &KeyId) -> DoorResult<Option<SigningKey>>;
    /// A heartbeat of at most 1 KiB.
    fn heartbeat(&mut self, now: Timestamp, peer: &KeyId, body: &[u8]) -> DoorResult<Vec<u8>>;
    /// A pack of a scope that the peer may read: the newest, or the one with this hash, which a
    /// broken download goes on with.
    fn pack(
        &mut self,
        now: Timestamp,
        peer: &KeyId,
        scope: &Scope,
        hash: Option<&[u8; 32]>,
    ) -> DoorResult<PackFile>;

    /// One step of enrolment, from a key that nobody certified yet. All refusals look alike from
    /// outside; the shell limits the rate by address.
    fn enrol(&mut self, now: Timestamp, body: &[u8]) -> DoorResult<Vec<u8>>;
    /// Opens a slot.
    fn open_slot(&mut self, now: Timestamp, slot: &SlotRequest) -> DoorResult<OpenedSlot>;
    /// Slots of the last days, newest first.
    fn slots(&mut self, now: Timestamp) -> DoorResult<Vec<SlotRow>>;
    /// The administrator typed the code read from the other side. A wrong code burns the slot.
    fn confirm_slot(&mut self, now: Timestamp, slot: &str, code: &str) -> DoorResult<KeyId>;
    /// Revokes a key, effective from now.
    fn revoke(&mut self, now: Timestamp, key: &KeyId, reason: &str) -> DoorResult<()>;

    /// Begins or continues a join with the parent named by the ticket: the body for its enrol call.
    fn join_request(&mut self, now: Timestamp, ticket: &str) -> DoorResult<Vec<u8>>;
    /// Takes the parent's answer.
    fn join_apply(&mut self, now: Timestamp, answer: &[u8]) -> DoorResult<JoinState>;
    /// What to send to the parent now, or nothing when this server has no parent.
    fn link_request(&mut self, now: Timestamp) -> DoorResult<Option<LinkRequest>>;
    /// Takes the parent's answer.
    fn link_apply(&mut self, now: Timestamp, answer: &[u8]) -> DoorResult<LinkOutcome>;
    /// The round failed: kept for the status page.
    fn link_failed(&mut self, now: Timestamp, failure: &LinkFailure) -> DoorResult<()>;

    /// Takes an edition (JSON of `model::edition::Edition`), signs it and makes it current. Only on
    /// the server that hosts the district. Returns its number.
    fn import_edition(&mut self, now: Timestamp, json: &[u8]) -> DoorResult<u32>;
    /// The JSON of the newest edition, as it was signed.
    fn newest_edition(&mut self) -> DoorResult<Option<Vec<u8>>>;

    /// Base data from a file: looks at rows, or writes them when that was confirmed. One outcome for
    /// each row, in order.
    fn import_rows(&mut self, now: Timestamp, ask: &ImportRows) -> DoorResult<Vec<RowOutcome>>;
    /// A page of an export in order of record ids; empty after the last one.
    fn export_page(&mut self, of: ExportOf, after: Option<&RecordId>)
    -> DoorResult<Vec<ExportRow>>;
    /// What is held about a person who asked for it, with an entry in the audit log.
    fn export_person(
        &mut self,
        now: Timestamp,
        ask: &PersonRequest,
    ) -> DoorResult<serde_json::Value>;

    /// Shows what an erasure on request would take, or erases it when that was confirmed, with an
    /// entry in the audit log.
    fn erase(&mut self, now: Timestamp, ask: &EraseRequest) -> DoorResult<Erasure>;
    /// What the retention job has done, and by which terms.
    fn forgetting(&mut self) -> DoorResult<Forgetting>;
    /// Who holds a household's data, or may still hold it; asking is noted in the audit log.
    fn holders(&mut self, now: Timestamp, record: &RecordId) -> DoorResult<Holders>;
    /// Asks a handheld to give back a grid: it hands in what waits, erases its copy and proves it.
    fn withdraw_grid(&mut self, now: Timestamp, device: &KeyId, grid: &GridCode) -> DoorResult<()>;
    /// A handheld's signed proof that it has erased what it was told to erase, at most 16 KiB.
    fn erased(&mut self, now: Timestamp, body: &[u8]) -> DoorResult<()>;
    /// Photos that no record shows any more, at most 100: their bytes are to be removed.
    fn blobs_orphaned(&mut self, now: Timestamp) -> DoorResult<Vec<BlobHash>>;
    /// The bytes of such a photo are removed.
    fn blob_removed(&mut self, now: Timestamp, hash: &BlobHash) -> DoorResult<()>;

    /// A desk's event: written and admitted in one change.
    fn desk_command(
        &mut self,
        now: Timestamp,
        by: &Acting,
        command: &Command,
    ) -> DoorResult<CommandOutcome>;
    /// A unit's event.
    fn unit_command(
        &mut self,
        now: Timestamp,
        by: &Acting,
        command: &Command,
    ) -> DoorResult<CommandOutcome>;
    /// Cases that the organisation may see.
    fn cases(&mut self, by: &Acting, filter: &CaseFilter) -> DoorResult<CasePage>;
    /// One case, or [`DoorError::NotFound`] also when the organisation may not see it.
    fn case(&mut self, by: &Acting, id: &RecordId) -> DoorResult<CaseDetail>;

    /// What is known of a photo, and whether the peer may upload it (a peer that may not is told
    /// [`DoorError::NotFound`]).
    fn blob_state(&mut self, peer: &KeyId, hash: &BlobHash) -> DoorResult<BlobState>;
    /// Whether a peer may read a photo.
    fn blob_readable(&mut self, peer: &KeyId, hash: &BlobHash) -> DoorResult<bool>;
    /// Whether a member of staff may see a photo.
    fn blob_visible(&mut self, by: &Acting, hash: &BlobHash) -> DoorResult<bool>;
    /// The bytes are in the store, hashed, checked and synced.
    fn blob_stored(&mut self, now: Timestamp, hash: &BlobHash, size: u64) -> DoorResult<()>;
    /// The bytes of a stored photo are gone or damaged: it is wanted again.
    fn blob_lost(&mut self, now: Timestamp, hash: &BlobHash) -> DoorResult<()>;
    /// Every photo that the ledger says is stored, with its size, in order of hash, after `after`,
    /// at most 1,000: for backup and verify.
    fn blobs_stored(&mut self, after: Option<&BlobHash>) -> DoorResult<Vec<(BlobHash, u64)>>;

    /// Runs what is due: reminders, resumed holds, evaluations, expiry, packs, checkpoints.
    fn tick(&mut self, now: Timestamp) -> DoorResult<Ticked>;

    /// A value that the shell keeps in the same database (staff tokens, audit of admin commands).
    /// Keys are at most 128 characters.
    fn note(&mut self, key: &str) -> DoorResult<Option<Vec<u8>>>;
    /// Writes or removes such a value.
    fn set_note(&mut self, key: &str, value: Option<&[u8]>) -> DoorResult<()>;
    /// All such values whose key starts with the prefix, in order, at most 1,000.
    fn notes(&mut self, prefix: &str) -> DoorResult<Vec<(String, Vec<u8>)>>;

    /// Counters and reasons for `/readyz`, `/metrics` and `admin status`.
    fn status(&mut self, now: Timestamp) -> DoorResult<EngineStatus>;
    /// The store was copied back from a backup: opens a new generation with new actors, voids open
    /// slots, and waits for its neighbours before it decides anything (docs/sync.md). Called once
    /// before the first serve.
    fn restored(&mut self, now: Timestamp) -> DoorResult<u64>;
    /// An administrator decides that a restored server does not wait for this neighbour any longer;
    /// recorded in the audit log. Answers who is still waited for.
    fn declare_unreachable(&mut self, now: Timestamp, org: &OrgId) -> DoorResult<Vec<OrgId>>;
}
