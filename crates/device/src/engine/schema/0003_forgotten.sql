-- What was erased while this device had changes of it that nobody took.

CREATE TABLE forgotten (
  record  BLOB NOT NULL PRIMARY KEY CHECK (length(record) = 16), -- local: the record that is gone for ever
  kind    INTEGER NOT NULL,                                      -- local: number of the record kind
  changes INTEGER NOT NULL,                                      -- local: own changes that went with it
  at      INTEGER NOT NULL                                       -- local: when it was erased here, ms
) STRICT, WITHOUT ROWID;
