-- A batch that waited may have come with a wrong signature: what was verified now replaces it. One that
-- came through a feed is not replaced by one that nobody has judged, because its cursor has gone on.
INSERT INTO batches (id, signer, epoch, scope, number, header, signature, entries,
                     origin, vouched, waiting, pulled_to, received_at)
VALUES (:id, :signer, :epoch, :scope, :number, :header, :signature, :entries,
        :origin, :vouched, :waiting, :pulled_to, :received_at)
ON CONFLICT (id) DO UPDATE SET
  signature = excluded.signature,
  origin = excluded.origin,
  vouched = excluded.vouched,
  waiting = excluded.waiting,
  pulled_to = excluded.pulled_to,
  received_at = excluded.received_at
WHERE batches.waiting = 1
  AND (excluded.waiting = 0 OR batches.vouched = 0 OR excluded.vouched = 1)
