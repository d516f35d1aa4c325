-- The register of a grid: rows for browsing, search and clashes. All of them are functions of the
-- documents and can be dropped and rebuilt.

CREATE TABLE facility_rows (
  record     BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- derived: place or component
  kind       INTEGER NOT NULL,                                      -- derived: number of the record kind
  name       TEXT NOT NULL,                                         -- derived: name, or what stands for it
  code       TEXT,                                                  -- derived: its code
  class      TEXT,                                                  -- derived: code of its class
  state      TEXT,                                                  -- derived: state of a component
  checked_at INTEGER,                                               -- derived: when the state was last looked at, ms
  place      TEXT,                                                  -- derived: where, in words
  building   BLOB                                                   -- derived: the building it belongs to
) STRICT, WITHOUT ROWID;
CREATE INDEX facility_rows_by_kind ON facility_rows (kind, class, name);

CREATE TABLE dwelling_rows (
  record       BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- derived: the dwelling
  own_building BLOB,                                                  -- derived: the building that it names itself
  building     BLOB,                                                  -- derived: that, or the one of its entrance
  entrance     BLOB,                                                  -- derived: its entrance
  unit         TEXT NOT NULL,                                         -- derived: number on its door
  floor        INTEGER,                                               -- derived: floor
  door         TEXT NOT NULL,                                         -- derived: building, entrance and number as people say them
  door_order   TEXT NOT NULL                                          -- derived: the same, so that text order is the order of doors
) STRICT, WITHOUT ROWID;
CREATE INDEX dwelling_rows_by_building ON dwelling_rows (building, door_order);
CREATE INDEX dwelling_rows_by_entrance ON dwelling_rows (entrance, door_order);

CREATE TABLE household_rows (
  record       BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- derived: the household
  dwelling     BLOB,                                                  -- derived: where it lives
  address_form TEXT NOT NULL,                                         -- derived: form of address
  people_count INTEGER,                                               -- derived: how many live there
  visited_at   INTEGER,                                               -- derived: last visit that the household itself names, ms
  door         TEXT NOT NULL,                                         -- derived: the dwelling's door, or the one in the form of address
  door_order   TEXT NOT NULL,                                         -- derived: the same, so that text order is the order of doors
  is_revived   INTEGER NOT NULL                                       -- derived: 1 when it was moved out and edited at the same time
) STRICT, WITHOUT ROWID;
CREATE INDEX household_rows_by_dwelling ON household_rows (dwelling);
CREATE INDEX household_rows_by_door ON household_rows (door_order, record);

CREATE TABLE contact_rows (
  record      BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- derived: the contact
  household   BLOB,                                                  -- derived: its household
  replaces    BLOB,                                                  -- derived: the contact that it took the place of
  name        TEXT,                                                  -- derived: name
  language    TEXT,                                                  -- derived: code of the language
  hours       TEXT,                                                  -- derived: when to call
  purpose     TEXT NOT NULL,                                         -- derived: why it is held
  legal_basis TEXT NOT NULL,                                         -- derived: on what ground
  consent     TEXT NOT NULL,                                         -- derived: by which consent
  expires_at  INTEGER NOT NULL,                                      -- derived: until when, ms
  phones      TEXT NOT NULL,                                         -- derived: JSON of telephone numbers
  is_revived  INTEGER NOT NULL                                       -- derived: 1 when it was removed and edited at the same time
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_rows_by_household ON contact_rows (household);
CREATE INDEX contact_rows_by_expiry ON contact_rows (expires_at);

CREATE TABLE enrolment_rows (
  record      BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- derived: the enrolment
  household   BLOB,                                                  -- derived: the household
  contact     BLOB,                                                  -- derived: who asked for it
  service     TEXT NOT NULL,                                         -- derived: code of the service
  need        TEXT,                                                  -- derived: what is needed, in words
  provider    TEXT,                                                  -- derived: code of the provider
  purpose     TEXT NOT NULL,                                         -- derived: why it is held
  legal_basis TEXT NOT NULL,                                         -- derived: on what ground
  consent     TEXT NOT NULL,                                         -- derived: by which consent
  starts_at   INTEGER,                                               -- derived: since when, ms
  expires_at  INTEGER NOT NULL                                       -- derived: until when, ms
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolment_rows_by_household ON enrolment_rows (household);
CREATE INDEX enrolment_rows_by_expiry ON enrolment_rows (expires_at);

CREATE TABLE visit_rows (
  record        BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- derived: the visit
  household     BLOB,                                                  -- derived: the household
  dwelling      BLOB,                                                  -- derived: the dwelling
  visited_at    INTEGER NOT NULL,                                      -- derived: when, ms
  at_home       INTEGER,                                               -- derived: whether somebody was there
  topic         TEXT,                                                  -- derived: code of the topic
  note          TEXT,                                                  -- derived: what was said
  case_record   BLOB,                                                  -- derived: the case that came of it
  next_visit_at INTEGER,                                               -- derived: when to come again, ms
  expires_at    INTEGER NOT NULL                                       -- derived: until when it is kept, ms
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_rows_by_household ON visit_rows (household, visited_at);
CREATE INDEX visit_rows_by_expiry ON visit_rows (expires_at);

CREATE TABLE clash_rows (
  record    BLOB NOT NULL CHECK (length(record) = 16), -- derived: a record with a field of several values
  field     TEXT NOT NULL,                             -- derived: the field
  kind      INTEGER NOT NULL,                          -- derived: number of the record kind
  household BLOB,                                      -- derived: the household that it belongs to
  versions  TEXT NOT NULL,                             -- derived: JSON of the values, each with who and when
  PRIMARY KEY (record, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX clash_rows_by_household ON clash_rows (household);

CREATE TABLE find_keys (
  kind       INTEGER NOT NULL, -- derived: 0 name, 1 initials, 2 pinyin, 3 whole door, 4 end of a door, 5 telephone backwards
  key        TEXT NOT NULL,    -- derived: what a query begins with to find it
  household  BLOB NOT NULL,    -- derived: the household
  contact    BLOB NOT NULL,    -- derived: the person, empty for the household itself
  expires_at INTEGER NOT NULL, -- derived: when the person is to be forgotten, ms
  door_order TEXT NOT NULL,    -- derived: the household's place among doors
  PRIMARY KEY (kind, key, household, contact)
) STRICT, WITHOUT ROWID;
CREATE INDEX find_keys_by_household ON find_keys (household);
