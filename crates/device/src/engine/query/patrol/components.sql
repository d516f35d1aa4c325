-- Never looked at, or longer ago than :before. What was removed is not looked for.
SELECT f.record AS record, f.checked_at AS due_at, f.name AS name, f.place AS place,
  coalesce(p.lon, b.lon) AS lon, coalesce(p.lat, b.lat) AS lat
FROM facility_rows f
LEFT JOIN place_rows p ON p.record = f.record
LEFT JOIN place_rows b ON b.record = f.building
WHERE f.kind = 5 AND coalesce(f.checked_at, 0) <= :before AND coalesce(f.state, '') <> 'removed'
  AND :now = :now
