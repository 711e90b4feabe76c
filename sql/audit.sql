-- audit.sql: the audit trail.

-- :name add
INSERT INTO audit (at, event, user_id, session, client, device)
VALUES (:now, :event, :user_id, :session, :client, :device);

-- Rows are in the order of time, so the old ones are in front.
-- :name sweep
DELETE FROM audit
WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT :most) AND at < :before;
