-- What only a handheld needs beside the ledger, in the same file and transaction: rows for lists,
-- photos, drafts, and notes about delivery.

CREATE TABLE case_rows (
  record      BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- derived: the case
  code        TEXT NOT NULL,                                         -- derived: short code without its hyphen
  case_no     TEXT,                                                  -- derived: number given at filing
  home        TEXT NOT NULL,                                         -- derived: home grid
  category    TEXT NOT NULL,                                         -- derived: catalogue code
  place       TEXT NOT NULL,                                         -- derived: place in words
  urgency     INTEGER NOT NULL,                                      -- derived: 0 ordinary, 1 urgent, 2 danger
  state       TEXT NOT NULL,                                         -- derived: work state, events not admitted yet included
  is_open     INTEGER NOT NULL,                                      -- derived: 1 while somebody has something to do
  reported_at INTEGER NOT NULL,                                      -- derived: when it was reported, ms
  reporter    TEXT NOT NULL,                                         -- derived: staff id, empty when a desk took it in
  due_at      INTEGER,                                               -- derived: when the present step is due, ms
  lon         REAL,                                                  -- derived: longitude, degrees
  lat         REAL,                                                  -- derived: latitude, degrees
  facts       TEXT NOT NULL                                          -- derived: JSON of receipts, tasks, photos and conflicts
) STRICT, WITHOUT ROWID;
CREATE INDEX case_rows_by_time ON case_rows (reported_at);

CREATE TABLE case_notes (
  record         BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- local: a case that was written here
  saved_at       INTEGER NOT NULL,                                      -- local: last save on this device, ms
  tries_before   INTEGER NOT NULL,                                      -- local: tries to send that came before that save
  waiting        INTEGER NOT NULL,                                      -- local: own changes without a final answer
  taken_at       INTEGER,                                               -- local: when the server last took an own change, ms
  unsure_at      INTEGER                                                -- local: when a sending broke before its answer, ms
) STRICT, WITHOUT ROWID;
CREATE INDEX case_notes_waiting ON case_notes (record) WHERE waiting > 0;

CREATE TABLE refusals (
  refusal  INTEGER PRIMARY KEY,                              -- local: row number
  record   BLOB NOT NULL CHECK (length(record) = 16),        -- local: the case
  code     TEXT NOT NULL,                                    -- local: the server's code
  intent   TEXT NOT NULL,                                    -- local: JSON of what the person wanted, words included
  at       INTEGER NOT NULL,                                 -- local: when it was refused, ms
  settled  INTEGER NOT NULL DEFAULT 0                        -- local: 1 once it was written again
) STRICT;
CREATE INDEX refusals_open ON refusals (record) WHERE settled = 0;

CREATE TABLE photos (
  hash         BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32), -- blob: SHA-256 of the full bytes
  full         BLOB NOT NULL,                                       -- blob: the working copy, a bare JPEG
  small        BLOB NOT NULL,                                       -- derived: a small copy for lists
  kind         INTEGER NOT NULL,                                    -- local: 0 wide, 1 close, 2 after, 3 not told
  width        INTEGER NOT NULL,                                    -- derived: pixels across
  height       INTEGER NOT NULL,                                    -- derived: pixels down
  taken_at     INTEGER NOT NULL,                                    -- local: when it was added, ms
  lon          REAL,                                                -- local: where the person stood, degrees
  lat          REAL,                                                -- local: where the person stood, degrees
  is_own       INTEGER NOT NULL,                                    -- local: 1 when it was taken on this device
  sent         INTEGER NOT NULL DEFAULT 0,                          -- local: bytes that the server has
  delivered_at INTEGER,                                             -- local: when the server had all of it, ms
  refused      TEXT                                                 -- local: the server's code when it does not take it
) STRICT, WITHOUT ROWID;
CREATE INDEX photos_to_send ON photos (taken_at) WHERE is_own = 1 AND delivered_at IS NULL;

CREATE TABLE place_rows (
  record BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- derived: building, entrance, place or component
  kind   INTEGER NOT NULL,                                      -- derived: number of the record kind
  name   TEXT NOT NULL,                                         -- derived: name or address
  parent BLOB,                                                  -- derived: the building of an entrance
  lon    REAL,                                                  -- derived: longitude, degrees
  lat    REAL                                                   -- derived: latitude, degrees
) STRICT, WITHOUT ROWID;

CREATE TABLE drafts (
  staff      TEXT NOT NULL,    -- local: whose
  name       TEXT NOT NULL,    -- local: which form
  content    TEXT NOT NULL,    -- local: what was typed so far
  updated_at INTEGER NOT NULL, -- local: when, ms
  PRIMARY KEY (staff, name)
) STRICT, WITHOUT ROWID;
