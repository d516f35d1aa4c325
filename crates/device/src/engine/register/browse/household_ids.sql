SELECT h.record AS record
FROM household_rows h LEFT JOIN dwelling_rows d ON d.record = h.dwelling
WHERE (:building IS NULL OR d.building = :building)
  AND (:entrance IS NULL OR d.entrance = :entrance)
  AND (:dwelling IS NULL OR h.dwelling = :dwelling)
ORDER BY h.door_order, h.record
LIMIT :limit OFFSET :offset
