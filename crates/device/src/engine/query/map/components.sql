SELECT f.record AS record, f.name AS name, f.state AS state, f.checked_at AS checked_at,
  f.place AS place, p.lon AS lon, p.lat AS lat
FROM facility_rows f LEFT JOIN place_rows p ON p.record = f.record
WHERE f.kind = :kind
ORDER BY f.name, f.record
