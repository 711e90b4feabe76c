-- access.sql: WeChat's access_tokens.

-- :name get
SELECT token, version, expires, refused_until, lease_until_ms
FROM access_tokens
WHERE appid = :appid;

-- :name add
INSERT INTO access_tokens (appid) VALUES (:appid)
ON CONFLICT (appid) DO NOTHING;

-- Only one may fetch, and only while what it saw is still so.
-- :name lease
UPDATE access_tokens SET lease_until_ms = :until
WHERE appid = :appid AND version = :version AND refused_until = :refused
	AND (lease_until_ms <= :now_ms OR lease_until_ms > :latest);

-- :name put
UPDATE access_tokens SET token = :token, version = version + 1,
	expires = :expires, lease_until_ms = 0, refused_until = 0
WHERE appid = :appid;

-- :name refuse
UPDATE access_tokens SET lease_until_ms = 0, refused_until = :until
WHERE appid = :appid;

-- Drop a token that WeChat refused, if it is still the one.
-- :name drop
UPDATE access_tokens SET expires = 0
WHERE appid = :appid AND version = :version AND expires > 0;
