-- ctl.sql: what the operator's command line asks.

-- By public id, or by openid.
-- :name user
SELECT @user@,
	created, updated, last_login
FROM users WHERE public_id = :who OR openid = :who;

-- :name block
UPDATE users SET blocked = :blocked, updated = :now WHERE id = :id;

-- :name sessions
SELECT sid, created_ms, used, idle_expires, max_expires, device
FROM sessions
WHERE user_id = :user_id AND ended IS NULL
	AND idle_expires > :now AND max_expires > :now
ORDER BY used DESC, created_ms DESC;

-- :name end_one
UPDATE sessions SET ended = :now, session_key = NULL
WHERE user_id = :user_id AND ended IS NULL
	AND substr(sid, 1, 8) = :session
RETURNING sid;

-- :name counts
SELECT (SELECT count(*) FROM users) AS users,
	(SELECT count(*) FROM sessions) AS sessions,
	(SELECT count(*) FROM login_codes) AS codes,
	(SELECT count(*) FROM audit) AS audit;

-- Sealed values, a batch behind the one named :after.
-- :name sealed_sessions
SELECT sid AS key, session_key AS value FROM sessions
WHERE sid > :after AND length(session_key) > 0
ORDER BY sid LIMIT :most;

-- :name sealed_codes
SELECT code_hash AS key, session_key AS value FROM login_codes
WHERE code_hash > :after ORDER BY code_hash LIMIT :most;

-- :name sealed_phones
SELECT CAST(public_id AS BLOB) AS key, phone AS value FROM users
WHERE public_id > CAST(:after AS TEXT) AND phone IS NOT NULL
ORDER BY public_id LIMIT :most;

-- :name sealed_tokens
SELECT CAST(appid AS BLOB) AS key, token AS value FROM access_tokens
WHERE appid > CAST(:after AS TEXT) AND token IS NOT NULL
ORDER BY appid LIMIT :most;

-- :name sealed_meta
SELECT CAST(name AS BLOB) AS key, value FROM meta
WHERE name > CAST(:after AS TEXT)
	AND name IN ('seal_test', 'phone_hash_key')
ORDER BY name LIMIT :most;

-- :name reseal_sessions
UPDATE sessions SET session_key = :value WHERE sid = :key;

-- :name reseal_codes
UPDATE login_codes SET session_key = :value WHERE code_hash = :key;

-- :name reseal_phones
UPDATE users SET phone = :value WHERE public_id = CAST(:key AS TEXT);

-- :name reseal_tokens
UPDATE access_tokens SET token = :value WHERE appid = CAST(:key AS TEXT);

-- :name reseal_meta
UPDATE meta SET value = :value WHERE name = CAST(:key AS TEXT);
