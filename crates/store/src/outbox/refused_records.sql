SELECT record, min(code) AS code FROM (
  SELECT record, coalesce(code, '') AS code FROM outbox WHERE result = 6
  UNION ALL
  SELECT q.record AS record, q.code AS code
  FROM quarantine q JOIN changes c ON c.hash = q.hash
  WHERE q.state = 0
)
GROUP BY record
ORDER BY record
