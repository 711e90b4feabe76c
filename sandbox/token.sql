-- token.sql: access tokens of both families.

-- :name add
INSERT INTO tokens (token, appid, stable, made, expires)
VALUES (:token, :appid, :stable, :now, :expires);

-- :name newest
SELECT token, expires FROM tokens
WHERE appid = :appid AND stable = :stable AND revoked = 0
	AND expires > :now
ORDER BY expires DESC, made DESC LIMIT 1;

-- :name get
SELECT appid, expires, revoked FROM tokens WHERE token = :token;

-- The tokens before this one live on until :until at the longest.
-- :name retire
UPDATE tokens SET expires = MIN(expires, :until)
WHERE appid = :appid AND stable = :stable AND token <> :token;

-- Those whose grace is over were replaced, which is not the same as expired.
-- :name replace
UPDATE tokens SET revoked = 1
WHERE appid = :appid AND stable = :stable AND token <> :token
	AND (:at_once = 1 OR made < :older);

-- :name revoke_all
UPDATE tokens SET revoked = 1 WHERE appid = :appid;

-- :name expire_all
UPDATE tokens SET expires = :now + :seconds WHERE appid = :appid;
