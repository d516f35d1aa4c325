INSERT OR IGNORE INTO quarantine (hash, record, kind, scope, batch_id, signer, staff, authentic,
                                  code, detail, body, body_digest, received_at)
VALUES (:hash, :record, :kind, :scope, :batch_id, :signer, :staff, :authentic,
        :code, :detail, :body, :body_digest, :received_at)
