-- Records: documents, their changes, the signed batches that brought them.
--
-- Each column says its class (ARCHITECTURE.md): shared = replicated inside documents or batches,
-- reference = authored above, derived = can be dropped and rebuilt, local = this ledger only, blob = a file.

CREATE TABLE meta (
  name  TEXT NOT NULL PRIMARY KEY, -- local: which setting or counter
  value BLOB NOT NULL              -- local: its value
) STRICT, WITHOUT ROWID;

CREATE TABLE scopes (
  scope    INTEGER PRIMARY KEY,                  -- local: row number
  name     TEXT NOT NULL UNIQUE,                 -- shared: the scope as text
  last_seq INTEGER NOT NULL DEFAULT 0,           -- local: last number given in this scope's feed
  digest   BLOB NOT NULL DEFAULT (zeroblob(32))  -- derived: XOR over members of SHA-256(record || heads)
    CHECK (length(digest) = 32)
) STRICT;

CREATE TABLE documents (
  document       INTEGER PRIMARY KEY,                              -- local: row number
  record         BLOB NOT NULL UNIQUE CHECK (length(record) = 16), -- shared: record id
  kind           INTEGER NOT NULL,                                 -- shared: number of the record kind
  home           TEXT NOT NULL,                                    -- shared: home grid, never changes
  heads          BLOB NOT NULL CHECK (length(heads) % 32 = 0),     -- derived: hashes of the heads, ascending
  max_op         INTEGER NOT NULL,                                 -- derived: highest operation counter
  change_count   INTEGER NOT NULL,                                 -- derived: changes in the document
  snapshot       BLOB,                                             -- shared: saved document without its tail, packed; NULL before the first fold
  snapshot_codec INTEGER NOT NULL DEFAULT 0,                       -- local: how the snapshot is packed (0 as it is, 1 zstd, 2.. zstd with dictionary)
  snapshot_size  INTEGER NOT NULL DEFAULT 0,                       -- derived: bytes of the unpacked snapshot
  tail_count     INTEGER NOT NULL DEFAULT 0,                       -- derived: changes not yet in the snapshot
  tail_bytes     INTEGER NOT NULL DEFAULT 0                        -- derived: their bytes
) STRICT;
CREATE INDEX documents_by_home ON documents (home, kind);

CREATE TABLE batches (
  batch       INTEGER PRIMARY KEY,                           -- local: order of arrival
  id          BLOB NOT NULL UNIQUE CHECK (length(id) = 32),  -- shared: SHA-256 of the header
  signer      BLOB NOT NULL CHECK (length(signer) = 16),     -- shared: key of the author
  epoch       INTEGER NOT NULL,                              -- shared: the author's epoch
  scope       INTEGER NOT NULL REFERENCES scopes,            -- shared: the one scope of the batch
  number      INTEGER NOT NULL,                              -- shared: place in the chain of (signer, epoch, scope)
  header      BLOB NOT NULL,                                 -- shared: signed bytes
  signature   BLOB NOT NULL CHECK (length(signature) = 64),  -- shared: Ed25519 signature of the header
  entries     BLOB NOT NULL CHECK (length(entries) % 49 = 0),-- shared: record, kind and hash of each change, packed
  origin      BLOB CHECK (length(origin) = 16),              -- local: peer that brought it first; NULL when written here
  vouched     INTEGER NOT NULL,                              -- local: 1 when it came through a feed or a server
  waiting     INTEGER NOT NULL DEFAULT 0,                    -- local: 1 while an earlier batch of the chain is missing
  pulled_to   INTEGER,                                       -- local: the peer's feed number when it was pulled
  received_at INTEGER NOT NULL                               -- local: when it was stored here, ms
) STRICT;
CREATE INDEX batches_by_chain ON batches (signer, epoch, scope, number);
CREATE INDEX batches_by_pull ON batches (scope, pulled_to) WHERE pulled_to IS NOT NULL;

CREATE TABLE changes (
  change      INTEGER PRIMARY KEY,                             -- local: order of storing, which is causal
  hash        BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),  -- shared: SHA-256 of the change
  document    INTEGER NOT NULL REFERENCES documents,           -- shared: its document
  actor       BLOB NOT NULL CHECK (length(actor) = 16),        -- shared: author and epoch
  seq         INTEGER NOT NULL,                                -- shared: the author's running number in the document
  batch       INTEGER REFERENCES batches,                      -- shared: the batch that signed it; NULL before sealing or from a pack
  body        BLOB,                                            -- shared: raw bytes; NULL when only the snapshot holds it
  size        INTEGER NOT NULL,                                -- derived: bytes of the body
  origin      BLOB CHECK (length(origin) = 16),                -- local: peer that brought it; NULL when written here or from a pack
  in_tail     INTEGER NOT NULL,                                -- derived: 1 while the snapshot does not hold it
  received_at INTEGER NOT NULL,                                -- local: when it was stored here, ms
  UNIQUE (document, actor, seq)
) STRICT;
CREATE INDEX changes_in_tail ON changes (document, change) WHERE in_tail = 1;
CREATE INDEX changes_by_batch ON changes (batch) WHERE batch IS NOT NULL;

CREATE TABLE memberships (
  scope    INTEGER NOT NULL REFERENCES scopes,                       -- local: the scope
  document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,  -- local: a document listed or held in it
  bucket   INTEGER NOT NULL CHECK (bucket BETWEEN 0 AND 255),        -- derived: first byte of SHA-256(record)
  PRIMARY KEY (scope, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_document ON memberships (document, scope);
CREATE INDEX memberships_by_bucket ON memberships (scope, bucket);
