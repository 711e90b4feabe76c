-- code.sql: login codes that were exchanged.

-- And when the last code was exchanged, as far as that may be true.
-- :name find
SELECT user_id, at, repeats, session_key,
	(SELECT max(at) FROM login_codes WHERE at <= :far) AS latest
FROM login_codes WHERE code_hash = :code_hash;

-- A code whose window is over may come again only by WeChat's mistake.
-- :name add
INSERT INTO login_codes (code_hash, user_id, at, session_key)
VALUES (:code_hash, :user_id, :now, :session_key)
ON CONFLICT (code_hash) DO UPDATE SET user_id = excluded.user_id,
	at = excluded.at, repeats = 0, session_key = excluded.session_key;

-- :name repeat
UPDATE login_codes SET repeats = repeats + 1
WHERE code_hash = :code_hash AND repeats < :most
RETURNING repeats;
