-- audit.sql: the audit trail.

-- :name add
INSERT INTO audit (at, event, user_id, session, client, device)
VALUES (:now, :event, :user_id, :session, :client, :device);
