-- Files by hash, what refers to them, and the packs that servers make for first installs.

CREATE TABLE blobs (
  hash       BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32), -- blob: SHA-256 of the stored bytes
  size       INTEGER NOT NULL,                                    -- blob: whole size in bytes
  mime       TEXT NOT NULL,                                       -- blob: media type
  state      INTEGER NOT NULL,                                    -- local: 0 wanted, 1 partial, 2 complete
  received   INTEGER NOT NULL DEFAULT 0,                          -- local: bytes that are here
  place      TEXT NOT NULL DEFAULT '',                            -- local: where the file lies, relative to the blob folder; empty while wanted
  updated_at INTEGER NOT NULL                                     -- local: last change of state, ms
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_incomplete ON blobs (state, hash) WHERE state < 2;

CREATE TABLE blob_links (
  record BLOB NOT NULL CHECK (length(record) = 16), -- derived: record that shows the file
  hash   BLOB NOT NULL CHECK (length(hash) = 32),   -- derived: the file
  PRIMARY KEY (record, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_links_by_hash ON blob_links (hash);

CREATE TABLE packs (
  scope      INTEGER NOT NULL REFERENCES scopes,      -- local: scope that the pack holds
  at_seq     INTEGER NOT NULL,                        -- local: feed number up to which it is complete
  hash       BLOB NOT NULL CHECK (length(hash) = 32), -- blob: SHA-256 of the file
  size       INTEGER NOT NULL,                        -- blob: its bytes
  place      TEXT NOT NULL,                           -- local: where the file lies
  created_at INTEGER NOT NULL,                        -- local: when it was made, ms
  PRIMARY KEY (scope, at_seq)
) STRICT, WITHOUT ROWID;
