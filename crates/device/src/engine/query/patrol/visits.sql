-- The last visit of each household says when somebody is expected again.
SELECT h.record AS record, v.next_visit_at AS due_at, h.door AS name, h.address_form AS place,
  coalesce(e.lon, b.lon) AS lon, coalesce(e.lat, b.lat) AS lat
FROM visit_rows v
JOIN household_rows h ON h.record = v.household
LEFT JOIN dwelling_rows d ON d.record = h.dwelling
LEFT JOIN place_rows e ON e.record = d.entrance
LEFT JOIN place_rows b ON b.record = d.building
WHERE v.next_visit_at <= :before AND v.expires_at > :now
  AND NOT EXISTS (SELECT 1 FROM visit_rows w
                  WHERE w.household = v.household AND w.expires_at > :now
                    AND (w.visited_at, w.record) > (v.visited_at, v.record))
