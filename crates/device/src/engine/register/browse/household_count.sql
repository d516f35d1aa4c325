SELECT count(*)
FROM household_rows h LEFT JOIN dwelling_rows d ON d.record = h.dwelling
WHERE (:building IS NULL OR d.building = :building)
  AND (:entrance IS NULL OR d.entrance = :entrance)
  AND (:dwelling IS NULL OR h.dwelling = :dwelling)
