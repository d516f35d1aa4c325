INSERT INTO outbox (hash, record, kind, scope, actor, staff, role, edition, session, written_at)
VALUES (:hash, :record, :kind, :scope, :actor, :staff, :role, :edition, :session, :written_at)
