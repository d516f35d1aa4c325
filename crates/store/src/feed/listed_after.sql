SELECT
  f.seq AS seq,
  f.until AS until,
  c.hash AS hash,
  c.size AS size,
  c.batch AS batch,
  coalesce(length(b.entries) / 49, 0) AS entries,
  coalesce(c.origin = ?3, 0) OR coalesce(c.actor = ?4, 0) AS is_skipped
FROM feeds f
JOIN changes c ON c.change = f.change
LEFT JOIN batches b ON b.batch = c.batch
WHERE f.scope = ?1 AND f.seq > ?2
ORDER BY f.seq
