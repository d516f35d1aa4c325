-- Base data by their codes and names: what an import recognises a record by, and what an export lists.

CREATE TABLE base_records (
  record BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- shared: record id
  kind   INTEGER NOT NULL,                                      -- derived: number of the record kind
  home   TEXT NOT NULL,                                         -- derived: home grid
  fields TEXT NOT NULL                                          -- derived: fields as JSON; empty for a contact, whose document alone holds them
) STRICT, WITHOUT ROWID;
CREATE INDEX base_records_by_kind ON base_records (kind, record);

CREATE TABLE base_keys (
  key    BLOB NOT NULL CHECK (length(key) = 16), -- derived: hash of the code or the name in its place
  record BLOB NOT NULL,                          -- derived: the record that goes by it
  PRIMARY KEY (key, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX base_keys_by_record ON base_keys (record);
