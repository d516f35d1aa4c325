-- Which scope a tombstone is about, so that it goes to whom it concerns and to nobody else, and that
-- a reader's place in the control log proves what it has erased.

CREATE TABLE drops (
  seq    INTEGER PRIMARY KEY REFERENCES control,    -- local: place of the tombstone in the control log
  scope  INTEGER NOT NULL REFERENCES scopes,        -- reference: scope that the record lived in
  number INTEGER NOT NULL,                          -- reference: the signer's running number
  signer BLOB NOT NULL CHECK (length(signer) = 16)  -- reference: desk key that signed
) STRICT;
CREATE INDEX drops_by_scope ON drops (scope, seq);
CREATE INDEX drops_by_signer ON drops (signer, number);
