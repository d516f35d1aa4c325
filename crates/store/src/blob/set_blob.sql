INSERT INTO blobs (hash, size, mime, state, received, place, updated_at)
VALUES (:hash, :size, :mime, :state, :received, :place, :updated_at)
ON CONFLICT (hash) DO UPDATE SET
  size = excluded.size,
  mime = excluded.mime,
  state = excluded.state,
  received = excluded.received,
  place = excluded.place,
  updated_at = excluded.updated_at
WHERE blobs.state < 2 OR excluded.state = 2
