//! A small world for tests of this crate and of its users: a district, a community, devices with
//! fixed keys, and authors that write and sign real changes. Nothing here is for production.

use std::collections::BTreeMap;
use std::fmt;

use linli_model::role::Role;
use linli_model::{
    ActorId, BatchId, GridCode, OrgId, RecordId, RecordKind, Scope, StaffId, Timestamp,
};
use linli_records::{
    ChangeNote, Document, FieldValue, NewContent, NewRecord, RawChange, create, write,
};
use linli_trust::{
    BatchDraft, Certificate, CertificateBody, CertificateStore, EditionBody, EntryRef, Parcel,
    ReasonCode, SealedBatch, Signed, SignedEdition, SigningKey, Suite, Tombstone, TombstoneBody,
};

use crate::change::Place;
use crate::control::ControlItem;
use crate::error::StoreError;
use crate::ingest::{Gate, Ingested, Judgement, Proposal};
use crate::ledger::Ledger;
use crate::outbox::Authorship;
use crate::tx::Tx;

/// Why a check failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

macro_rules! failures {
    ($($error:ty),*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self(error.to_string())
            }
        }
    )*};
}

failures!(
    StoreError,
    linli_trust::TrustError,
    linli_records::WriteError,
    linli_records::LoadError,
    linli_model::IdError,
    rusqlite::Error
);

/// The answer of a check.
pub type Check<T = ()> = Result<T, Failure>;

/// Fails with `what` unless it holds.
pub fn ensure(holds: bool, what: &str) -> Check {
    if holds {
        Ok(())
    } else {
        Err(Failure(what.to_owned()))
    }
}

/// Fails unless both are the same, and shows both.
pub fn same<T: PartialEq + fmt::Debug>(found: &T, wanted: &T, what: &str) -> Check {
    if found == wanted {
        Ok(())
    } else {
        Err(Failure(format!(
            "{what}: found {found:?}, wanted {wanted:?}"
        )))
    }
}

/// The value, or a failure that says what was missing.
pub fn some<T>(value: Option<T>, what: &str) -> Check<T> {
    value.ok_or_else(|| Failure(format!("missing: {what}")))
}

/// The end of every certificate here.
const FAR: Timestamp = Timestamp(4_000_000_000_000);

/// A district `d` with the community `d-c1`, its desk, and devices of the grid `g1`.
pub struct World {
    /// The district's desk key: the root.
    pub root: SigningKey,
    /// The community's desk key.
    pub desk: SigningKey,
    /// What is known of keys: the desk and devices 1 to 9.
    pub certificates: CertificateStore,
    items: Vec<ControlItem>,
}

/// Organisations are nested by their codes.
pub fn is_within(upper: &OrgId, lower: &OrgId) -> bool {
    lower == upper
        || lower
            .as_str()
            .strip_prefix(upper.as_str())
            .is_some_and(|rest| rest.starts_with('-'))
}

/// The key of a device by its number.
pub fn device_key(number: u8) -> SigningKey {
    SigningKey::from_seed([number.wrapping_add(100); 32])
}

/// A record id by its number.
pub fn record(number: u16) -> RecordId {
    let [high, low] = number.to_be_bytes();
    RecordId([
        1, 0x9a, high, low, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, high, low,
    ])
}

impl World {
    /// The world with its certificates checked.
    pub fn new() -> Check<Self> {
        let root = SigningKey::from_seed([1; 32]);
        let desk = SigningKey::from_seed([2; 32]);
        let root_certificate = CertificateBody::root(&root, OrgId::new("d")?, Timestamp(0)..FAR)?;
        let mut world = Self {
            certificates: CertificateStore::new(root_certificate)?,
            items: Vec::new(),
            root,
            desk,
        };
        let body = CertificateBody::desk(
            world.desk.public(),
            OrgId::new("d-c1")?,
            1,
            1,
            Timestamp(0)..FAR,
            world.root.id(),
        );
        let certificate = Signed::seal(body, &world.root)?;
        world.certify(certificate)?;
        for number in 1..10 {
            let certificate = world.device_certificate(&device_key(number), 1)?;
            world.certify(certificate)?;
        }
        world.items.push(ControlItem::Edition(world.edition(1)?));
        Ok(world)
    }

    /// A certificate for a device of the grid `g1` and the staff `s1` to `s3`.
    pub fn device_certificate(&self, key: &SigningKey, serial: u64) -> Check<Certificate> {
        let body = CertificateBody::desk(
            key.public(),
            OrgId::new("d-c1")?,
            1,
            serial,
            Timestamp(0)..FAR,
            self.desk.id(),
        );
        let staff = ["s1", "s2", "s3"].map(StaffId::new);
        let staff = staff.into_iter().collect::<Result<Vec<_>, _>>()?;
        let body = body.for_device([GridCode::new("g1")?], staff);
        Ok(Signed::seal(body, &self.desk)?)
    }

    fn certify(&mut self, certificate: Certificate) -> Check {
        self.certificates
            .insert(certificate.clone(), Timestamp(1), &is_within)?;
        self.items.push(ControlItem::Certificate(certificate));
        Ok(())
    }

    /// An edition of the district, signed by the root.
    pub fn edition(&self, number: u32) -> Check<SignedEdition> {
        let body = EditionBody {
            suite: Suite::CURRENT,
            number,
            district: OrgId::new("d")?,
            json: b"{}".to_vec(),
            signer: self.root.id(),
        };
        Ok(Signed::seal(body, &self.root)?)
    }

    /// A tombstone, signed by the community's desk.
    pub fn tombstone(&self, number: u16, kind: RecordKind) -> Check<Tombstone> {
        let body = TombstoneBody {
            suite: Suite::CURRENT,
            record: record(number),
            kind,
            scope: kind.grid_scope(GridCode::new("g1")?),
            reason: ReasonCode::new("erasure")?,
            at: Timestamp(5),
            number: 1,
            signer: self.desk.id(),
        };
        Ok(Signed::seal(body, &self.desk)?)
    }

    /// Puts root, certificates and the first edition into a ledger.
    pub fn settle_in(&self, ledger: &Ledger) -> Check {
        ledger.write(|tx| {
            tx.set_root_certificate(self.certificates.root())?;
            for item in &self.items {
                tx.put_control(item, Timestamp(1))?;
            }
            Ok::<_, Failure>(())
        })
    }

    /// Ingests with everything allowed that signatures and structure allow.
    pub fn ingest(
        &self,
        tx: &mut Tx<'_>,
        as_what: &As<'_>,
        parcels: &[Parcel],
    ) -> Result<Ingested, StoreError> {
        let mut policy = |_: &Proposal<'_>| Ok(());
        let mut gate = self.gate(as_what, &mut policy);
        tx.ingest(&mut gate, parcels)
    }

    /// A gate with the given rules.
    pub fn gate<'a>(&'a self, as_what: &As<'a>, policy: crate::ingest::Policy<'a>) -> Gate<'a> {
        Gate {
            received_at: as_what.at,
            origin: as_what.origin,
            judgement: as_what.judgement,
            feed: as_what.feed,
            certificates: &self.certificates,
            is_within: &is_within,
            policy,
        }
    }
}

/// How parcels arrive in a test.
#[derive(Debug, Clone, Copy)]
pub struct As<'a> {
    /// When.
    pub at: Timestamp,
    /// From whom.
    pub origin: Option<linli_model::KeyId>,
    /// Judged before or not.
    pub judgement: Judgement,
    /// From which feed.
    pub feed: Option<crate::ingest::FromFeed<'a>>,
}

impl As<'_> {
    /// A device pushes its own batches.
    pub fn push_of(key: &SigningKey) -> Self {
        Self {
            at: Timestamp(1_000),
            origin: Some(key.id()),
            judgement: Judgement::FirstHand,
            feed: None,
        }
    }
}

/// What an author wrote.
#[derive(Debug, Clone)]
pub struct Written {
    /// The document that it belongs to.
    pub place: Place,
    /// The change.
    pub change: RawChange,
}

/// A device or desk that writes changes and signs batches, without a ledger.
pub struct Author {
    /// Its key.
    pub key: SigningKey,
    /// Its epoch.
    pub epoch: u64,
    /// Who uses it.
    pub staff: StaffId,
    /// The documents as it knows them.
    pub documents: BTreeMap<RecordId, (Place, Document)>,
    /// Where it makes records.
    pub grid: GridCode,
    chains: BTreeMap<Scope, (u64, BatchId)>,
    clock: i64,
}

impl Author {
    /// The device of a number, used by `s1`.
    pub fn device(number: u8) -> Check<Self> {
        Self::with_key(device_key(number))
    }

    /// Any key, used by `s1`.
    pub fn with_key(key: SigningKey) -> Check<Self> {
        Ok(Self {
            key,
            epoch: 1,
            staff: StaffId::new("s1")?,
            documents: BTreeMap::new(),
            grid: GridCode::new("g1")?,
            chains: BTreeMap::new(),
            clock: 100,
        })
    }

    /// The author of its changes.
    pub fn actor(&self) -> ActorId {
        ActorId::new(&self.key.id(), self.epoch)
    }

    fn note(&self) -> ChangeNote {
        ChangeNote {
            staff: self.staff.clone(),
            basis: None,
        }
    }

    /// Makes a case, a place or a component of the author's grid (`g1` unless changed).
    pub fn create(&mut self, number: u16, kind: RecordKind, text: &str) -> Check<Written> {
        self.clock += 1;
        let first = NewRecord {
            kind,
            home: self.grid.clone(),
            actor: self.actor(),
            note: self.note(),
            at: Timestamp(self.clock),
        };
        let mut fields = BTreeMap::from([("note".to_owned(), Some(FieldValue::from(text)))]);
        if kind == RecordKind::Case {
            fields.insert("edition".to_owned(), Some(FieldValue::Int(1)));
            fields.insert("subject_kind".to_owned(), Some("place".into()));
        }
        let content = NewContent {
            fields,
            ..NewContent::default()
        };
        let (document, change) = create(&first, &content)?;
        let place = Place {
            record: record(number),
            kind,
            home: first.home,
        };
        self.documents
            .insert(place.record, (place.clone(), document));
        Ok(Written { place, change })
    }

    /// Sets the note of a record.
    pub fn edit(&mut self, number: u16, text: &str) -> Check<Written> {
        self.clock += 1;
        let (actor, note, at) = (self.actor(), self.note(), Timestamp(self.clock));
        let (place, document) = some(self.documents.get_mut(&record(number)), "document")?;
        let content = NewContent {
            fields: BTreeMap::from([("note".to_owned(), Some(FieldValue::from(text)))]),
            ..NewContent::default()
        };
        let change = some(write(document, &actor, &content, &note, at)?, "an effect")?;
        Ok(Written {
            place: place.clone(),
            change,
        })
    }

    /// Takes in what others wrote, as a device does when it pulls.
    pub fn learn(&mut self, written: &[&Written]) -> Check {
        for one in written {
            let record = one.place.record;
            let before = self.documents.remove(&record);
            let snapshot = before.map(|(_, document)| document.snapshot());
            let document = Document::load(snapshot.as_deref(), &[&one.change.bytes])?;
            self.documents.insert(record, (one.place.clone(), document));
        }
        Ok(())
    }

    /// Who writes, for [`Tx::save`].
    pub fn authorship(&self, place: &Place) -> Authorship {
        Authorship {
            scope: place.kind.grid_scope(place.home.clone()),
            staff: self.staff.clone(),
            role: Role::GridAssistant,
            edition: 1,
            session: None,
            at: Timestamp(self.clock),
        }
    }

    /// Signs changes of one scope as the next batch of its chain.
    pub fn seal(&mut self, written: &[Written]) -> Check<Parcel> {
        let first = some(written.first(), "a change to seal")?;
        let scope = first.place.kind.grid_scope(first.place.home.clone());
        self.seal_in(&scope, 1, written)
    }

    /// The same with the scope and the edition that the header names.
    pub fn seal_in(&mut self, scope: &Scope, edition: u32, written: &[Written]) -> Check<Parcel> {
        let last = self.chains.get(scope).copied();
        let draft = BatchDraft {
            epoch: self.epoch,
            scope: scope.clone(),
            number: last.map_or(1, |(number, _)| number + 1),
            prev: last.map(|(_, id)| id),
            org: OrgId::new("d-c1")?,
            staff: self.staff.clone(),
            role: Role::GridAssistant,
            edition,
            app: "test".to_owned(),
            at: Timestamp(self.clock),
            session: None,
        };
        let entries = written
            .iter()
            .map(|one| EntryRef {
                record: one.place.record,
                kind: one.place.kind,
                hash: one.change.hash,
            })
            .collect();
        let batch = SealedBatch::seal(draft, entries, &self.key)?;
        self.chains
            .insert(scope.clone(), (batch.header.number, batch.id()));
        let bodies = written
            .iter()
            .map(|one| Some(one.change.bytes.clone()))
            .collect();
        Ok(Parcel::new(batch, bodies)?)
    }

    /// A copy of the device, as a restored image is one.
    #[must_use]
    pub fn cloned(&self) -> Self {
        Self {
            key: self.key.clone(),
            epoch: self.epoch,
            staff: self.staff.clone(),
            documents: self.documents.clone(),
            grid: self.grid.clone(),
            chains: self.chains.clone(),
            clock: self.clock + 50,
        }
    }
}
