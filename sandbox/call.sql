-- call.sql: the log of calls, secrets left out.

-- :name add
INSERT INTO calls (at, path, appid, request_id, errcode, status)
VALUES (:now, :path, :appid, :request_id, :errcode, :status);

-- :name list
SELECT id, at, path, appid, request_id, errcode, status
FROM calls WHERE id > :since ORDER BY id LIMIT 500;
