-- Voice notes. A kept one is a row of photos, so that whatever is true of a photo's sending, keeping and
-- forgetting is true of it: kind 4, no picture, and a length.

ALTER TABLE photos ADD COLUMN length_ms INTEGER; -- derived: how long a voice note is, ms; nothing for a photo

CREATE TABLE voice_pieces (
  staff   TEXT NOT NULL,    -- local: who speaks
  form    TEXT NOT NULL,    -- local: into which form
  number  INTEGER NOT NULL, -- local: which piece, from 0
  samples BLOB NOT NULL,    -- local: 16 bit, 16 kHz, mono, little-endian, until the note is finished
  at      INTEGER NOT NULL, -- local: when it came, ms
  PRIMARY KEY (staff, form, number)
) STRICT;

CREATE TABLE visit_voices (
  record    BLOB NOT NULL CHECK (length(record) = 16), -- derived: the visit
  hash      BLOB NOT NULL CHECK (length(hash) = 32),   -- derived: its voice note
  at        INTEGER NOT NULL,                          -- derived: when it was spoken, ms
  length_ms INTEGER NOT NULL,                          -- derived: how long it is, ms
  PRIMARY KEY (record, hash)
) STRICT, WITHOUT ROWID;
