-- code.sql: login codes that were exchanged.

-- current: no end of sessions has made it worthless since.
-- :name find
SELECT c.user_id, c.at, c.repeats, c.session_key,
	(c.generation = u.code_generation) AS current, u.blocked
FROM login_codes AS c JOIN users AS u ON u.id = c.user_id
WHERE c.code_hash = :code_hash;

-- A code whose window is over may come again only by WeChat's mistake.
-- :name add
INSERT INTO login_codes (code_hash, user_id, at, session_key, generation)
VALUES (:code_hash, :user_id, :now, :session_key,
	(SELECT code_generation FROM users WHERE id = :user_id))
ON CONFLICT (code_hash) DO UPDATE SET user_id = excluded.user_id,
	at = excluded.at, repeats = 0, session_key = excluded.session_key,
	generation = excluded.generation;

-- :name repeat
UPDATE login_codes SET repeats = repeats + 1
WHERE code_hash = :code_hash AND repeats < :most AND generation =
	(SELECT code_generation FROM users WHERE users.id = login_codes.user_id)
RETURNING repeats;
