SELECT p.record AS record, p.name AS name,
  (SELECT count(*) FROM dwelling_rows d WHERE d.entrance = p.record) AS dwellings,
  (SELECT count(*) FROM household_rows h JOIN dwelling_rows d ON d.record = h.dwelling
   WHERE d.entrance = p.record) AS households
FROM place_rows p
WHERE p.kind = ?1 AND p.parent = ?2
