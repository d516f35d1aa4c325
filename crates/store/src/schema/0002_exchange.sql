-- Exchange with peers: feeds, cursors, the outbox, refused and waiting changes, erasures.

CREATE TABLE feeds (
  scope  INTEGER NOT NULL REFERENCES scopes,                     -- local: the feed
  seq    INTEGER NOT NULL,                                       -- local: place in the feed, never crosses a link
  change INTEGER NOT NULL REFERENCES changes ON DELETE CASCADE,  -- local: the change that is listed
  until  INTEGER NOT NULL,                                       -- local: last number of the group listed together
  PRIMARY KEY (scope, seq),
  UNIQUE (scope, change)
) STRICT, WITHOUT ROWID;
CREATE INDEX feeds_by_change ON feeds (change);

CREATE TABLE peers (
  peer            BLOB NOT NULL PRIMARY KEY CHECK (length(peer) = 16), -- local: key of the peer
  control_since   INTEGER NOT NULL DEFAULT 0,                          -- local: last control number taken from it
  generation      INTEGER NOT NULL DEFAULT 0,                          -- local: highest generation seen of it
  clock_offset_ms INTEGER NOT NULL DEFAULT 0,                          -- local: its clock minus ours
  contact_at      INTEGER NOT NULL DEFAULT 0                           -- local: last complete exchange, ms
) STRICT, WITHOUT ROWID;

CREATE TABLE cursors (
  peer       BLOB NOT NULL CHECK (length(peer) = 16),  -- local: key of the peer
  scope      INTEGER NOT NULL REFERENCES scopes,       -- local: the scope
  pulled     INTEGER NOT NULL DEFAULT 0,               -- local: the peer's feed number up to which we hold everything
  generation INTEGER NOT NULL DEFAULT 0,               -- local: the peer's generation that `pulled` belongs to
  pushed     INTEGER NOT NULL DEFAULT 0,               -- local: our feed number up to which the peer has acknowledged
  PRIMARY KEY (peer, scope)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  position   INTEGER PRIMARY KEY,                            -- local: order of writing
  hash       BLOB NOT NULL UNIQUE CHECK (length(hash) = 32), -- shared: an own change
  record     BLOB NOT NULL CHECK (length(record) = 16),      -- shared: its record
  kind       INTEGER NOT NULL,                               -- shared: number of the record kind
  scope      INTEGER NOT NULL REFERENCES scopes,             -- shared: the scope that it is written to
  actor      BLOB NOT NULL CHECK (length(actor) = 16),       -- shared: author and epoch
  staff      TEXT NOT NULL,                                  -- shared: who wrote it
  role       TEXT NOT NULL,                                  -- shared: in which role
  edition    INTEGER NOT NULL,                               -- shared: edition of the reference data that was in force
  session    TEXT,                                           -- shared: console session; NULL on a device
  written_at INTEGER NOT NULL,                               -- shared: when, by our clock, ms
  batch      INTEGER REFERENCES batches,                     -- shared: the batch that signed it; NULL before sealing
  result     INTEGER NOT NULL DEFAULT 0,                     -- local: answer of the peer (0 none, 1 stored, 2 duplicate, 3 gone, 4 need, 5 parked, 6 quarantined)
  result_seq INTEGER,                                        -- local: the peer's feed number, when stored
  code       TEXT,                                           -- local: code of a refusal
  result_at  INTEGER                                         -- local: when the answer came, ms
) STRICT;
CREATE INDEX outbox_waiting ON outbox (scope, position) WHERE result IN (0, 4, 5);
CREATE INDEX outbox_unsealed ON outbox (position) WHERE batch IS NULL;
CREATE INDEX outbox_by_record ON outbox (record);

CREATE TABLE intents (
  intent INTEGER PRIMARY KEY,                         -- local: row number
  hash   BLOB NOT NULL CHECK (length(hash) = 32),     -- local: the own change that it became
  record BLOB NOT NULL CHECK (length(record) = 16),   -- local: its record
  body   BLOB NOT NULL                                -- local: what the user wanted, field by field
) STRICT;
CREATE INDEX intents_by_hash ON intents (hash);

CREATE TABLE quarantine (
  item        INTEGER PRIMARY KEY,                        -- local: row number
  hash        BLOB NOT NULL CHECK (length(hash) = 32),    -- shared: hash that the sender claims
  record      BLOB NOT NULL CHECK (length(record) = 16),  -- shared: record that the sender claims
  kind        INTEGER NOT NULL,                           -- shared: number of the record kind
  scope       INTEGER NOT NULL REFERENCES scopes,         -- shared: scope of the batch
  batch_id    BLOB NOT NULL CHECK (length(batch_id) = 32),-- shared: the batch
  signer      BLOB NOT NULL CHECK (length(signer) = 16),  -- shared: key that signed, or is said to have signed
  staff       TEXT NOT NULL,                              -- shared: staff id of the header
  authentic   INTEGER NOT NULL,                           -- local: 1 when signature and hash were right
  code        TEXT NOT NULL,                              -- local: reason, a stable code
  detail      TEXT NOT NULL,                              -- local: reason for a person
  body        BLOB NOT NULL,                              -- shared: raw bytes of the change
  body_digest BLOB NOT NULL CHECK (length(body_digest) = 32), -- derived: SHA-256 of the body
  received_at INTEGER NOT NULL,                           -- local: when it came, ms
  state       INTEGER NOT NULL DEFAULT 0,                 -- local: 0 held, 1 released, 2 dismissed
  decided_by  TEXT,                                       -- local: staff id of who decided
  decided_at  INTEGER,                                    -- local: when, ms
  UNIQUE (hash, batch_id, body_digest, authentic)
) STRICT;
CREATE INDEX quarantine_by_record ON quarantine (record);
CREATE INDEX quarantine_by_signer ON quarantine (signer, authentic);

CREATE TABLE parked (
  hash      BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32), -- shared: a change that cannot be judged yet
  record    BLOB NOT NULL CHECK (length(record) = 16),           -- shared: its record
  kind      INTEGER NOT NULL,                                    -- shared: number of the record kind
  batch     INTEGER NOT NULL REFERENCES batches,                 -- shared: its batch
  signer    BLOB NOT NULL CHECK (length(signer) = 16),           -- shared: author of the batch
  body      BLOB NOT NULL,                                       -- shared: raw bytes
  origin    BLOB CHECK (length(origin) = 16),                    -- local: peer that brought it
  vouched   INTEGER NOT NULL,                                    -- local: 1 when it came through a feed or a server
  reason    INTEGER NOT NULL,                                    -- local: 1 waits for changes, 2 for an edition, 3 for an earlier batch, 4 for a certificate
  parked_at INTEGER NOT NULL                                     -- local: since when, ms
) STRICT, WITHOUT ROWID;
CREATE INDEX parked_by_record ON parked (record);
CREATE INDEX parked_by_signer ON parked (signer, parked_at);
CREATE INDEX parked_by_batch ON parked (batch);

CREATE TABLE parked_waits (
  waits_for BLOB NOT NULL CHECK (length(waits_for) = 32),            -- shared: hash of a change that is missing
  hash      BLOB NOT NULL REFERENCES parked ON DELETE CASCADE,       -- shared: the parked change
  PRIMARY KEY (waits_for, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX parked_waits_by_hash ON parked_waits (hash);

CREATE TABLE tombstones (
  record   BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- reference: the record that is gone for ever
  kind     INTEGER NOT NULL,                                      -- reference: number of the record kind
  bytes    BLOB NOT NULL,                                         -- reference: the signed tombstone
  at       INTEGER NOT NULL,                                      -- local: when it was stored here, ms
  mirrored INTEGER NOT NULL DEFAULT 0                             -- local: 1 when the file outside backups holds it too
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstones_unmirrored ON tombstones (record) WHERE mirrored = 0;

CREATE TABLE inbox (
  item        INTEGER PRIMARY KEY,                       -- local: order of arrival
  peer        BLOB NOT NULL CHECK (length(peer) = 16),   -- local: who pushed it
  body        BLOB NOT NULL,                             -- shared: the push as it came, kept while recovering
  received_at INTEGER NOT NULL                           -- local: when, ms
) STRICT;
