INSERT INTO changes (hash, document, actor, seq, batch, body, size, origin, in_tail,
                     received_at)
VALUES (:hash, :document, :actor, :seq, :batch, :body, :size, :origin, :in_tail, :received_at)
