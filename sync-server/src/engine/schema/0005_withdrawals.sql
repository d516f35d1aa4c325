-- Orders to handhelds to erase what they hold, and their proofs.

CREATE TABLE erasure_orders (
  nonce     BLOB NOT NULL PRIMARY KEY CHECK (length(nonce) = 16), -- local: names the order
  device    BLOB NOT NULL,    -- local: the handheld's key
  grid      TEXT,             -- local: the grid that is taken from it; nothing means everything
  asked_at  INTEGER NOT NULL, -- local: since when it is to go, ms
  proved_at INTEGER,          -- local: when the proof came, ms
  proof     BLOB              -- local: the signed proof
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_orders_by_device ON erasure_orders (device, asked_at);
