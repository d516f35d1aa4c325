SELECT p.record AS record, p.name AS name, p.lon AS lon, p.lat AS lat,
  (SELECT count(*) FROM place_rows e WHERE e.parent = p.record) AS entrances,
  (SELECT count(*) FROM dwelling_rows d WHERE d.building = p.record) AS dwellings,
  (SELECT count(*) FROM household_rows h JOIN dwelling_rows d ON d.record = h.dwelling
   WHERE d.building = p.record) AS households
FROM place_rows p
WHERE p.kind = ?1
