SELECT record, code, category, place, urgency, state, lon, lat
FROM case_rows
WHERE is_open = 1
ORDER BY urgency DESC, reported_at DESC, record DESC
