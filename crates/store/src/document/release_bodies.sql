-- A device lets go of the raw bytes of changes that the snapshot holds, except its own changes that
-- nobody has acknowledged yet.
UPDATE changes SET
  in_tail = 0,
  body = CASE
    WHEN EXISTS (
      SELECT 1 FROM outbox o WHERE o.hash = changes.hash AND o.result IN (0, 4, 5)
    ) THEN body
  END
WHERE document = ?1 AND in_tail = 1
