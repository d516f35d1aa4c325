//! The control log: certificates, editions, revocations, tombstones and checkpoints in the order in
//! which they came, which is the order in which they are sent on, before what needs them.

use linli_model::{KeyId, Scope, Timestamp};
use linli_trust::{
    Certificate, CertificateStore, Checkpoint, IsWithin, Revocation, Signed, SignedBody,
    SignedEdition, Tombstone, TrustError,
};
use rusqlite::{OptionalExtension, Row, params};
use sha2::{Digest as _, Sha256};

use crate::error::{Result, StoreError};
use crate::sql;
use crate::tombstone::Erased;
use crate::tx::{Reader, Tx};

/// The name under which the district's root certificate is kept.
const ROOT: &str = "root_certificate";

/// One signed item of the control log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlItem {
    /// A key is certified.
    Certificate(Certificate),
    /// Reference data.
    Edition(SignedEdition),
    /// A key is revoked.
    Revocation(Revocation),
    /// A record is erased for ever.
    Tombstone(Tombstone),
    /// The signed head of a feed.
    Checkpoint(Checkpoint),
}

impl ControlItem {
    /// Its number on the wire and in the database.
    pub fn number(&self) -> u8 {
        match self {
            Self::Certificate(_) => 1,
            Self::Edition(_) => 2,
            Self::Revocation(_) => 3,
            Self::Tombstone(_) => 4,
            Self::Checkpoint(_) => 5,
        }
    }

    /// The signed item as one byte string.
    pub fn encode(&self) -> Result<Vec<u8>, TrustError> {
        match self {
            Self::Certificate(item) => item.encode(),
            Self::Edition(item) => item.encode(),
            Self::Revocation(item) => item.encode(),
            Self::Tombstone(item) => item.encode(),
            Self::Checkpoint(item) => item.encode(),
        }
    }

    /// Reads an item of a kind.
    pub fn decode(number: u8, bytes: &[u8]) -> Result<Self, TrustError> {
        Ok(match number {
            1 => Self::Certificate(Signed::decode(bytes)?),
            2 => Self::Edition(Signed::decode(bytes)?),
            3 => Self::Revocation(Signed::decode(bytes)?),
            4 => Self::Tombstone(Signed::decode(bytes)?),
            5 => Self::Checkpoint(Signed::decode(bytes)?),
            other => {
                return Err(TrustError::Malformed {
                    what: "control item",
                    reason: format!("unknown kind {other}"),
                });
            }
        })
    }
}

/// An item with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlEntry {
    /// Its number in this ledger's control log.
    pub seq: u64,
    /// The item.
    pub item: ControlItem,
    /// When it was stored here.
    pub received_at: Timestamp,
}

/// A page of the control log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlPage {
    /// After this page the reader holds everything up to this number.
    pub to: u64,
    /// Whether there is more.
    pub more: bool,
    /// The items in order.
    pub entries: Vec<ControlEntry>,
}

fn read(row: &Row<'_>) -> Result<ControlEntry> {
    let bytes: Vec<u8> = row.get("bytes")?;
    let seq = sql::uint(row, "seq")?;
    let item = ControlItem::decode(row.get("kind")?, &bytes)
        .map_err(|error| StoreError::Damaged(format!("control item {seq}: {error}")))?;
    Ok(ControlEntry {
        seq,
        item,
        received_at: Timestamp(row.get("received_at")?),
    })
}

impl Reader<'_> {
    /// The items above `since`, about `max_bytes` and at least one.
    pub fn control_page(&self, since: u64, max_bytes: u64) -> Result<ControlPage> {
        self.control_page_for(since, max_bytes, &|_| true)
    }

    /// The same for a reader whom not every tombstone concerns: those of other scopes are left out.
    pub fn control_page_for(
        &self,
        since: u64,
        max_bytes: u64,
        concerns: &dyn Fn(&Scope) -> bool,
    ) -> Result<ControlPage> {
        let mut list = self.sql().prepare_cached(
            "SELECT c.seq AS seq, c.kind AS kind, c.bytes AS bytes, length(c.bytes) AS size,
               c.received_at AS received_at, s.name AS about
             FROM control c LEFT JOIN drops d ON d.seq = c.seq LEFT JOIN scopes s ON s.scope = d.scope
             WHERE c.seq > ?1 ORDER BY c.seq",
        )?;
        let mut rows = list.query([sql::int(since)?])?;
        let mut page = ControlPage {
            to: since,
            more: false,
            entries: Vec::new(),
        };
        let mut bytes = 0u64;
        while let Some(row) = rows.next()? {
            let about: Option<Scope> = row
                .get::<_, Option<String>>("about")?
                .and_then(|name| name.parse().ok());
            if about.is_some_and(|scope| !concerns(&scope)) {
                page.to = sql::uint(row, "seq")?;
                continue;
            }
            bytes = bytes.saturating_add(sql::uint(row, "size")?);
            if bytes > max_bytes && !page.entries.is_empty() {
                page.more = true;
                break;
            }
            let entry = read(row)?;
            page.to = entry.seq;
            page.entries.push(entry);
        }
        Ok(page)
    }

    /// The place and the number of the newest tombstone of a scope: a reader that has taken the log
    /// up to there has erased everything that was to be erased in it.
    pub fn last_drop(&self, scope: &Scope) -> Result<Option<(u64, u64)>> {
        let mut find = self.sql().prepare_cached(
            "SELECT d.seq AS seq, d.number AS number FROM scopes s JOIN drops d ON d.scope = s.scope
             WHERE s.name = ?1 ORDER BY d.seq DESC LIMIT 1",
        )?;
        let found = find.query_row([scope.to_string()], |row| {
            Ok((sql::uint(row, "seq")?, sql::uint(row, "number")?))
        });
        Ok(found.optional()?)
    }

    /// The number of the newest tombstone of a scope up to a place of the log.
    pub fn drop_number_at(&self, scope: &Scope, seq: u64) -> Result<Option<u64>> {
        let mut find = self.sql().prepare_cached(
            "SELECT d.number AS number FROM scopes s JOIN drops d ON d.scope = s.scope
             WHERE s.name = ?1 AND d.seq <= ?2 ORDER BY d.seq DESC LIMIT 1",
        )?;
        let params = params![scope.to_string(), sql::int(seq)?];
        let found = find.query_row(params, |row| sql::uint(row, "number"));
        Ok(found.optional()?)
    }

    /// The highest running number under which a desk key has signed a tombstone, as far as is known here.
    pub fn last_drop_number(&self, signer: &KeyId) -> Result<u64> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT max(number) AS number FROM drops WHERE signer = ?1")?;
        let found = find.query_row([signer.0], |row| sql::uint_opt(row, "number"))?;
        Ok(found.unwrap_or(0))
    }

    /// The last number of the control log.
    pub fn control_seq(&self) -> Result<u64> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT max(seq) AS seq FROM control")?;
        Ok(find
            .query_row([], |row| sql::uint_opt(row, "seq"))?
            .unwrap_or(0))
    }

    /// The district's root certificate, once it is set.
    pub fn root_certificate(&self) -> Result<Option<Certificate>> {
        let damaged = |error: TrustError| StoreError::Damaged(format!("root: {error}"));
        self.meta(ROOT)?
            .map(|bytes| Certificate::decode(&bytes).map_err(damaged))
            .transpose()
    }

    /// The certificate of a key with the highest epoch, then the highest serial.
    pub fn certificate(&self, key: &KeyId) -> Result<Option<Certificate>> {
        let found = self.control_item(
            "SELECT l.seq, l.kind, l.bytes, l.received_at FROM certificates c
             JOIN control l ON l.seq = c.seq WHERE c.key = ?1 ORDER BY c.epoch DESC, c.serial DESC, c.seq LIMIT 1",
            params![key.0],
        )?;
        Ok(found.and_then(|entry| match entry.item {
            ControlItem::Certificate(item) => Some(item),
            ControlItem::Edition(_)
            | ControlItem::Revocation(_)
            | ControlItem::Tombstone(_)
            | ControlItem::Checkpoint(_) => None,
        }))
    }

    /// An edition by its number.
    pub fn edition(&self, number: u32) -> Result<Option<SignedEdition>> {
        let found = self.control_item(
            "SELECT l.seq, l.kind, l.bytes, l.received_at FROM editions e
             JOIN control l ON l.seq = e.seq WHERE e.number = ?1",
            params![number],
        )?;
        Ok(found.and_then(|entry| match entry.item {
            ControlItem::Edition(item) => Some(item),
            ControlItem::Certificate(_)
            | ControlItem::Revocation(_)
            | ControlItem::Tombstone(_)
            | ControlItem::Checkpoint(_) => None,
        }))
    }

    /// The highest number of an edition; 0 when there is none.
    pub fn newest_edition(&self) -> Result<u32> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT max(number) AS number FROM editions")?;
        let found: Option<u32> = find.query_row([], |row| row.get("number"))?;
        Ok(found.unwrap_or(0))
    }

    /// Whether an edition is stored here.
    pub fn has_edition(&self, number: u32) -> Result<bool> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT 1 FROM editions WHERE number = ?1")?;
        Ok(find.exists([number])?)
    }

    /// The newest checkpoint of a scope: highest generation, then highest feed number.
    pub fn last_checkpoint(&self, scope: &Scope) -> Result<Option<Checkpoint>> {
        let found = self.control_item(
            "SELECT l.seq, l.kind, l.bytes, l.received_at FROM checkpoints c
             JOIN scopes s ON s.scope = c.scope
             JOIN control l ON l.seq = c.seq
             WHERE s.name = ?1 ORDER BY c.generation DESC, c.feed_seq DESC, c.seq DESC LIMIT 1",
            params![scope.to_string()],
        )?;
        Ok(found.and_then(|entry| match entry.item {
            ControlItem::Checkpoint(item) => Some(item),
            ControlItem::Certificate(_)
            | ControlItem::Edition(_)
            | ControlItem::Revocation(_)
            | ControlItem::Tombstone(_) => None,
        }))
    }

    /// Everything known about keys, checked again in the order in which it came. `None` before the
    /// root is set. To be kept in memory by the caller and extended as items arrive.
    ///
    /// An item that no longer passes (another tree, a missing issuer) is left out and logged.
    pub fn certificate_store(&self, is_within: IsWithin<'_>) -> Result<Option<CertificateStore>> {
        let Some(root) = self.root_certificate()? else {
            return Ok(None);
        };
        let mut store = CertificateStore::new(root)
            .map_err(|error| StoreError::Damaged(format!("root: {error}")))?;
        let mut list = self.sql().prepare_cached(
            "SELECT seq, kind, bytes, received_at FROM control WHERE kind IN (1, 3) ORDER BY seq",
        )?;
        let mut rows = list.query([])?;
        while let Some(row) = rows.next()? {
            let entry = read(row)?;
            let outcome = match entry.item {
                ControlItem::Certificate(item) => store.insert(item, entry.received_at, is_within),
                ControlItem::Revocation(item) => store.revoke(item, entry.received_at, is_within),
                ControlItem::Edition(_)
                | ControlItem::Tombstone(_)
                | ControlItem::Checkpoint(_) => continue,
            };
            if let Err(error) = outcome {
                tracing::warn!(control.seq = entry.seq, %error, "a stored key item is left out");
            }
        }
        Ok(Some(store))
    }

    fn control_item(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<Option<ControlEntry>> {
        let mut find = self.sql().prepare_cached(sql)?;
        let mut rows = find.query(params)?;
        rows.next()?.map(read).transpose()
    }
}

impl Tx<'_> {
    /// Sets the district's root certificate. Once only: another root is another ledger.
    pub fn set_root_certificate(&mut self, root: &Certificate) -> Result<()> {
        match self.root_certificate()? {
            Some(known) if known == *root => Ok(()),
            Some(_) => Err(StoreError::Refused(
                "the ledger has another root".to_owned(),
            )),
            None => self.set_meta(ROOT, &encoded(root)?),
        }
    }

    /// Stores a signed item that the caller has verified, and does what it says: a tombstone erases
    /// its record. Answers its number, or `None` when it was known.
    pub fn put_control(
        &mut self,
        item: &ControlItem,
        received_at: Timestamp,
    ) -> Result<Option<u64>> {
        let bytes = item
            .encode()
            .map_err(|error| StoreError::bug(format!("control item: {error}")))?;
        let digest: [u8; 32] = Sha256::new()
            .chain_update([item.number()])
            .chain_update(&bytes)
            .finalize()
            .into();
        let added = self.sql().execute(
            "INSERT OR IGNORE INTO control (kind, digest, bytes, received_at)
             VALUES (?1, ?2, ?3, ?4)",
            params![item.number(), digest, bytes, received_at.0],
        )?;
        if added == 0 {
            return Ok(None);
        }
        let seq = self.sql().last_insert_rowid();
        self.index_control(item, bytes, seq, received_at)?;
        Ok(u64::try_from(seq).ok())
    }

    fn index_control(
        &mut self,
        item: &ControlItem,
        bytes: Vec<u8>,
        seq: i64,
        received_at: Timestamp,
    ) -> Result<()> {
        match item {
            ControlItem::Certificate(item) => {
                self.sql().execute(
                    "INSERT INTO certificates (key, epoch, serial, seq) VALUES (?1, ?2, ?3, ?4)",
                    params![
                        item.key.id().0,
                        sql::int(item.epoch)?,
                        sql::int(item.serial)?,
                        seq
                    ],
                )?;
            }
            ControlItem::Edition(item) => self.index_edition(item, seq)?,
            ControlItem::Revocation(item) => {
                self.sql().execute(
                    "INSERT INTO revocations (key, number, at, seq) VALUES (?1, ?2, ?3, ?4)",
                    params![item.key.0, sql::int(item.number)?, item.at.0, seq],
                )?;
            }
            ControlItem::Tombstone(item) => {
                let scope = self.scope_row_or_new(&item.scope)?;
                self.sql().execute(
                    "INSERT INTO drops (seq, scope, number, signer) VALUES (?1, ?2, ?3, ?4)",
                    params![seq, scope.0, sql::int(item.number)?, item.signer.0],
                )?;
                self.erase(&Erased {
                    record: item.record,
                    kind: item.kind,
                    bytes,
                    at: received_at,
                })?;
            }
            ControlItem::Checkpoint(item) => {
                let scope = self.scope_row_or_new(&item.scope)?;
                self.sql().execute(
                    "INSERT INTO checkpoints (scope, generation, feed_seq, seq)
                     VALUES (?1, ?2, ?3, ?4)",
                    params![
                        scope.0,
                        sql::int(item.generation)?,
                        sql::int(item.seq)?,
                        seq
                    ],
                )?;
            }
        }
        Ok(())
    }

    /// An edition is immutable: another one with its number is refused, never stored.
    fn index_edition(&self, item: &SignedEdition, seq: i64) -> Result<()> {
        if self.has_edition(item.number)? {
            return Err(StoreError::Refused(format!(
                "edition {} exists with other content",
                item.number
            )));
        }
        self.sql().execute(
            "INSERT INTO editions (number, seq) VALUES (?1, ?2)",
            params![item.number, seq],
        )?;
        Ok(())
    }
}

fn encoded<B: SignedBody>(item: &Signed<B>) -> Result<Vec<u8>> {
    item.encode()
        .map_err(|error| StoreError::bug(format!("encoding: {error}")))
}
