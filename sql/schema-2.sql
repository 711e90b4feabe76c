-- schema-2.sql: sessions by half of their hash; what limits logins.
--
-- Programs of schema 1 that still run meet a column they do not know and answer
-- INTERNAL: never "no such session", which would log people out.

-- A session is found by the first 16 bytes of the SHA-256 of its token: 128
-- bits can't be guessed, and rows half as large make a flatter tree.  ended
-- makes a tombstone, which nothing revives.  session_key is sealed for
-- (sessions.session_key, sid); empty: the session has none; NULL: it ended.  In
-- rows from schema 1 it is sealed for the whole hash, whose second half stands
-- behind it.  The index holds what logins ask for: live sessions, and ended ones
-- while their key may still open data.
ALTER TABLE sessions RENAME TO sessions_1;
DROP INDEX sessions_user;
CREATE TABLE sessions (
	sid		BLOB PRIMARY KEY CHECK (length(sid) = 16),
	user_id		INTEGER NOT NULL REFERENCES users (id),
	created_ms	INTEGER NOT NULL,
	used		INTEGER NOT NULL,
	idle_expires	INTEGER NOT NULL,
	max_expires	INTEGER NOT NULL,
	ended		INTEGER,
	session_key	BLOB,
	device		TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO sessions
SELECT substr(token_hash, 1, 16), user_id, created_ms, used, idle_expires,
	max_expires, ended,
	CASE WHEN session_key IS NULL THEN CASE WHEN ended IS NULL THEN x'' END
	WHEN ended < CAST(strftime('%s', 'now') AS INTEGER) - 86400 THEN NULL
	ELSE CAST(session_key || substr(token_hash, 17) AS BLOB) END,
	device
FROM sessions_1 ORDER BY token_hash;
DROP TABLE sessions_1;
CREATE INDEX sessions_user ON sessions (user_id)
	WHERE ended IS NULL OR session_key IS NOT NULL;

-- Logins of a user in a minute.  code_generation counts the ends of sessions
-- that make the login codes of before worthless; a code remembers which it was
-- exchanged in.
ALTER TABLE users ADD COLUMN login_minute INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN logins INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN code_generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE login_codes ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
