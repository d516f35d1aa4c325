SELECT o.position, o.hash, o.record, o.kind, s.name AS scope, o.actor, o.staff, o.role, o.edition,
       o.session, o.written_at, c.size AS size
FROM outbox o
JOIN scopes s ON s.scope = o.scope
JOIN changes c ON c.hash = o.hash
WHERE o.batch IS NULL
ORDER BY o.position
