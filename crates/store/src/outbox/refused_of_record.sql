SELECT hash FROM outbox WHERE record = ?1 AND result = 6
UNION
SELECT q.hash AS hash
FROM quarantine q JOIN changes c ON c.hash = q.hash
WHERE q.record = ?1 AND q.state = 0
