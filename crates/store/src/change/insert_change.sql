INSERT INTO changes (hash, document, actor, seq, batch, body, size, in_tail, received_at)
VALUES (:hash, :document, :actor, :seq, :batch, :body, :size, 1, :received_at)
