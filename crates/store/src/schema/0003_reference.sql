-- Reference data in the order in which it must be sent: certificates, editions, revocations,
-- tombstones, checkpoints. Bytes are signed by their authors.

CREATE TABLE control (
  seq         INTEGER PRIMARY KEY,                               -- local: place in this ledger's control log
  kind        INTEGER NOT NULL,                                  -- reference: 1 certificate, 2 edition, 3 revocation, 4 tombstone, 5 checkpoint
  digest      BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),  -- derived: SHA-256 of kind and bytes
  bytes       BLOB NOT NULL,                                     -- reference: the signed item
  received_at INTEGER NOT NULL                                   -- local: when it was stored here, ms
) STRICT;

CREATE TABLE certificates (
  key    BLOB NOT NULL CHECK (length(key) = 16),  -- reference: key that is certified
  epoch  INTEGER NOT NULL,                        -- reference: a higher epoch replaces a lower one
  serial INTEGER NOT NULL,                        -- reference: within an epoch a higher serial replaces a lower one
  seq    INTEGER NOT NULL REFERENCES control,     -- local: place in the control log
  PRIMARY KEY (key, epoch, serial, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE editions (
  number INTEGER PRIMARY KEY,                     -- reference: number of the edition
  seq    INTEGER NOT NULL REFERENCES control      -- local: place in the control log
) STRICT;

CREATE TABLE revocations (
  key    BLOB NOT NULL CHECK (length(key) = 16),  -- reference: key that is revoked
  number INTEGER NOT NULL,                        -- reference: number of the revocation
  at     INTEGER NOT NULL,                        -- reference: from when on, ms
  seq    INTEGER NOT NULL REFERENCES control,     -- local: place in the control log
  PRIMARY KEY (key, number, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  scope      INTEGER NOT NULL REFERENCES scopes,  -- reference: scope that the checkpoint covers
  generation INTEGER NOT NULL,                    -- reference: generation of the signing server
  feed_seq   INTEGER NOT NULL,                    -- reference: feed number that it covers
  seq        INTEGER NOT NULL REFERENCES control, -- local: place in the control log
  PRIMARY KEY (scope, generation, feed_seq, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  number  INTEGER PRIMARY KEY,                         -- local: running number, without gaps
  at      INTEGER NOT NULL,                            -- local: when, ms
  content BLOB NOT NULL,                               -- local: what happened, in the caller's encoding
  hash    BLOB NOT NULL CHECK (length(hash) = 32)      -- local: over the hash before it and the row
) STRICT;
