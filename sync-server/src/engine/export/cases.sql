SELECT record, home, short_code, case_number, category, state, holder, place, reported_at, due_at,
       json_extract(head, '$.position.lon') AS lon, json_extract(head, '$.position.lat') AS lat
FROM cases
WHERE (?1 IS NULL OR record > ?1)
ORDER BY record LIMIT ?2
