-- What is held of whom and until when, and what was forgotten.

CREATE TABLE held_rows (
  record     BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- shared: record id
  kind       INTEGER NOT NULL, -- derived: number of the record kind
  home       TEXT NOT NULL,    -- derived: home grid
  is_deleted INTEGER NOT NULL, -- derived: 1 when it is marked to be dropped
  expires_at INTEGER,          -- derived: the end that it names itself, ms
  visited_at INTEGER,          -- derived: when the visit took place, ms
  household  BLOB,             -- derived: the household that it belongs to
  named      BLOB,             -- derived: of a case and an enrolment the contact, of a disclosure the case
  purpose    TEXT,             -- derived: why it is held
  consent    TEXT              -- derived: by which consent
) STRICT, WITHOUT ROWID;
CREATE INDEX held_rows_by_household ON held_rows (household) WHERE household IS NOT NULL;
CREATE INDEX held_rows_by_named ON held_rows (named) WHERE named IS NOT NULL;

CREATE TABLE deleted_since (
  record BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- local: a record that is marked to be dropped
  at     INTEGER NOT NULL                                       -- local: since when that is known here, ms
) STRICT, WITHOUT ROWID;

CREATE TABLE forget_runs (
  run    INTEGER PRIMARY KEY, -- local: row number
  at     INTEGER NOT NULL,    -- local: when, ms
  kind   TEXT NOT NULL,       -- local: what was erased: the name of a record kind, or of a log
  reason TEXT NOT NULL,       -- local: why, a code
  count  INTEGER NOT NULL     -- local: how many
) STRICT;
CREATE INDEX forget_runs_by_time ON forget_runs (at);
