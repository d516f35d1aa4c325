-- Tables of a server beside the ledger's own.

CREATE TABLE cases (
  record      BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- shared: record id
  home        TEXT NOT NULL,    -- derived: home grid
  category    TEXT NOT NULL,    -- derived: catalogue code
  state       TEXT NOT NULL,    -- derived: work state by admitted events
  is_open     INTEGER NOT NULL, -- derived: 1 while somebody has something to do
  holder      TEXT NOT NULL,    -- derived: who admits and decides
  short_code  TEXT NOT NULL,    -- derived: lookup hint
  case_number TEXT,             -- derived: number given at filing
  place       TEXT NOT NULL,    -- derived: place in words
  reported_at INTEGER NOT NULL, -- derived: first server's receipt of the report, ms
  due_at      INTEGER,          -- derived: when the nearest limit ends, ms
  waits_for   TEXT,             -- derived: the neighbour whose line custody waits for
  head        TEXT NOT NULL,    -- derived: fields as JSON
  view        TEXT NOT NULL     -- derived: the folded case as JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX cases_by_holder ON cases (holder, is_open);
CREATE INDEX cases_waiting ON cases (waits_for) WHERE waits_for IS NOT NULL;

CREATE TABLE case_members (
  record BLOB NOT NULL REFERENCES cases ON DELETE CASCADE, -- derived: the case
  org    TEXT NOT NULL,                                    -- derived: who gets it
  PRIMARY KEY (org, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE slots (
  slot       BLOB NOT NULL PRIMARY KEY CHECK (length(slot) = 16), -- local: the slot's id
  key        BLOB NOT NULL CHECK (length(key) = 32),              -- local: what proves its secret
  subject    TEXT NOT NULL,                                       -- local: who it is for, JSON
  label      TEXT NOT NULL,                                       -- local: asset tag
  ca_sha256  BLOB NOT NULL CHECK (length(ca_sha256) = 32),        -- local: pin of the authority that the ticket names
  state      TEXT NOT NULL,                                       -- local: open, issued, burnt
  request    BLOB,                                                -- local: the request that was accepted
  answer     BLOB,                                                -- local: its answer, for a repeated request
  opened_at  INTEGER NOT NULL,                                    -- local: ms
  expires_at INTEGER NOT NULL                                     -- local: ms
) STRICT, WITHOUT ROWID;

CREATE TABLE commands (
  staff   TEXT NOT NULL,    -- local: who posted
  key     TEXT NOT NULL,    -- local: the caller's idempotency key
  outcome TEXT NOT NULL,    -- local: the first answer, JSON
  at      INTEGER NOT NULL, -- local: ms
  PRIMARY KEY (staff, key)
) STRICT, WITHOUT ROWID;
