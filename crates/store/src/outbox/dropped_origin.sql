SELECT coalesce(os.name, bs.name) AS scope, b.id AS batch, b.signer AS signer, o.staff AS staff,
       o.code AS code
FROM changes c
LEFT JOIN outbox o ON o.hash = c.hash
LEFT JOIN scopes os ON os.scope = o.scope
LEFT JOIN batches b ON b.batch = c.batch
LEFT JOIN scopes bs ON bs.scope = b.scope
WHERE c.hash = ?1 AND coalesce(os.name, bs.name) IS NOT NULL
