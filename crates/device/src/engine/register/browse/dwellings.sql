SELECT d.record AS record, d.door AS door, d.unit AS unit, d.floor AS floor,
  (SELECT group_concat(hex(record)) FROM
     (SELECT h.record AS record FROM household_rows h WHERE h.dwelling = d.record
      ORDER BY h.record)) AS households,
  (SELECT h.address_form FROM household_rows h WHERE h.dwelling = d.record
   ORDER BY h.record LIMIT 1) AS address_form
FROM dwelling_rows d
WHERE (:building IS NULL OR d.building = :building)
  AND (:entrance IS NULL OR d.entrance = :entrance)
ORDER BY d.door_order, d.record
LIMIT :limit OFFSET :offset
