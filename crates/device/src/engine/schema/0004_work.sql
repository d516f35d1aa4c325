-- A person's working day: what others did with their cases, shifts, and tracks of their own.

ALTER TABLE case_rows ADD COLUMN news_at INTEGER;  -- derived: when others last did something with it, ms
CREATE INDEX case_rows_by_news ON case_rows (news_at) WHERE news_at IS NOT NULL;

ALTER TABLE case_notes ADD COLUMN heard_at INTEGER; -- local: when the alarm about it was heard, ms

CREATE TABLE read_messages (
  staff   TEXT NOT NULL,    -- local: who has seen it
  message TEXT NOT NULL,    -- local: the message's id
  read_at INTEGER NOT NULL, -- local: when, ms
  PRIMARY KEY (staff, message)
) STRICT, WITHOUT ROWID;

CREATE TABLE shifts (
  staff      TEXT NOT NULL,    -- local: who
  started_at INTEGER NOT NULL, -- local: when the shift began, ms
  ended_at   INTEGER,          -- local: when it ended, ms
  PRIMARY KEY (staff, started_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE acts (
  act   INTEGER PRIMARY KEY, -- local: row number
  staff TEXT NOT NULL,       -- local: who
  kind  INTEGER NOT NULL,    -- local: 0 report, 1 check, 2 visit, 3 component, 4 another record of the register
  at    INTEGER NOT NULL     -- local: when it was saved, ms
) STRICT;
CREATE INDEX acts_by_time ON acts (staff, at);

CREATE TABLE track_choices (
  staff  TEXT NOT NULL PRIMARY KEY, -- local: who
  choice TEXT NOT NULL              -- local: off, on or paused
) STRICT, WITHOUT ROWID;

CREATE TABLE tracks (
  track      INTEGER PRIMARY KEY AUTOINCREMENT, -- local: row number
  staff      TEXT NOT NULL,                     -- local: whose
  started_at INTEGER NOT NULL,                  -- local: when it began, ms
  ended_at   INTEGER                            -- local: when it ended, ms
) STRICT;
CREATE INDEX tracks_by_person ON tracks (staff, started_at);

CREATE TABLE track_points (
  track    INTEGER NOT NULL, -- local: the track
  at       INTEGER NOT NULL, -- local: when, ms
  lon      REAL NOT NULL,    -- local: longitude, degrees
  lat      REAL NOT NULL,    -- local: latitude, degrees
  accuracy REAL,             -- local: radius in metres that holds the true place with 68 %
  PRIMARY KEY (track, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE track_gaps (
  track   INTEGER NOT NULL, -- local: the track
  from_at INTEGER NOT NULL, -- local: when it had no more points, ms
  to_at   INTEGER,          -- local: when it had points again, ms
  cause   TEXT NOT NULL,    -- local: no_fix, no_receiver, paused or closed
  PRIMARY KEY (track, from_at)
) STRICT, WITHOUT ROWID;
