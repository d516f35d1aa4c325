SELECT f.record AS record, f.name AS name, f.code AS code, f.class AS class, f.state AS state,
  f.checked_at AS checked_at, f.place AS place,
  (SELECT count(*) FROM clash_rows k WHERE k.record = f.record) AS clashes
FROM facility_rows f
WHERE f.kind = :kind
  AND (:class IS NULL OR f.class = :class)
  AND (:building IS NULL OR f.building = :building)
ORDER BY f.class, f.name, f.record
LIMIT :limit OFFSET :offset
