INSERT INTO changes (hash, document, actor, seq, batch, body, size, origin, in_tail,
                     received_at)
VALUES (:hash, :document, :actor, :seq, :batch, :body, :size, :origin, 1, :received_at)
