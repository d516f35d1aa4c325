SELECT h.address_form AS address_form, h.door AS door, h.dwelling AS dwelling,
  h.people_count AS people_count,
  nullif(max(coalesce(h.visited_at, 0), coalesce(
    (SELECT max(v.visited_at) FROM visit_rows v
     WHERE v.household = h.record AND v.expires_at > :now), 0)), 0) AS last_visit_at,
  (SELECT count(*) FROM clash_rows k WHERE k.household = h.record) AS clashes,
  c.record AS contact, c.name AS name, c.phones AS phones
FROM household_rows h LEFT JOIN contact_rows c ON c.record = coalesce(:contact,
  (SELECT o.record FROM contact_rows o WHERE o.household = h.record AND o.expires_at > :now
   ORDER BY o.name IS NULL, o.name, o.record LIMIT 1))
WHERE h.record = :household
