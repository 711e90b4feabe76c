-- schema-1.sql: what wxlogin keeps.  Times are Unix seconds unless the name
-- ends in _ms.  Sealed columns hold what lib/store/seal.h describes.

-- Single facts: the sealed test value, the sweeps' cursors.
CREATE TABLE meta (
	name		TEXT PRIMARY KEY,
	value		BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One row per person and mini program.  id stays inside and is never given
-- again; public_id is what
-- other systems see.  phone is sealed for (users.phone, public_id);
-- phone_hash is keyed, so that nobody can try all numbers.
CREATE TABLE users (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	public_id	TEXT NOT NULL UNIQUE CHECK (length(public_id) = 26),
	appid		TEXT NOT NULL CHECK (length(appid) BETWEEN 1 AND 32),
	openid		TEXT NOT NULL CHECK (length(openid) BETWEEN 1 AND 128),
	unionid		TEXT CHECK (length(unionid) BETWEEN 1 AND 128),
	nickname	TEXT NOT NULL DEFAULT '',
	avatar_url	TEXT NOT NULL DEFAULT '',
	gender		INTEGER NOT NULL DEFAULT 0 CHECK (gender BETWEEN 0 AND 2),
	language	TEXT NOT NULL DEFAULT '',
	country		TEXT NOT NULL DEFAULT '',
	province	TEXT NOT NULL DEFAULT '',
	city		TEXT NOT NULL DEFAULT '',
	phone		BLOB,
	phone_hash	BLOB CHECK (length(phone_hash) = 32),
	blocked		INTEGER,
	created		INTEGER NOT NULL,
	updated		INTEGER NOT NULL,
	last_login	INTEGER NOT NULL,
	CHECK ((phone IS NULL) = (phone_hash IS NULL)),
	UNIQUE (appid, openid)
) STRICT;
CREATE INDEX users_unionid ON users (unionid) WHERE unionid IS NOT NULL;
CREATE UNIQUE INDEX users_phone ON users (appid, phone_hash)
	WHERE phone_hash IS NOT NULL;

-- A session is found by the SHA-256 of its token.  ended makes a tombstone,
-- which nothing revives.  session_key is sealed for (sessions.session_key,
-- token_hash).  No index on the times: rows are swept along the primary key.
CREATE TABLE sessions (
	token_hash	BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
	user_id		INTEGER NOT NULL REFERENCES users (id),
	created_ms	INTEGER NOT NULL,
	used		INTEGER NOT NULL,
	idle_expires	INTEGER NOT NULL,
	max_expires	INTEGER NOT NULL,
	ended		INTEGER,
	session_key	BLOB,
	device		TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);

-- A login code that was exchanged, as SHA-256 of appid and code, for as long
-- as it may be repeated.  session_key is sealed for (login_codes.session_key,
-- code_hash).
CREATE TABLE login_codes (
	code_hash	BLOB PRIMARY KEY CHECK (length(code_hash) = 32),
	user_id		INTEGER NOT NULL REFERENCES users (id),
	at		INTEGER NOT NULL,
	repeats		INTEGER NOT NULL DEFAULT 0,
	session_key	BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What happened to users and sessions, in the order it happened.  session is
-- the beginning of the token's hash: enough to follow one, not to use it.
CREATE TABLE audit (
	id		INTEGER PRIMARY KEY,
	at		INTEGER NOT NULL,
	event		TEXT NOT NULL,
	user_id		INTEGER NOT NULL,
	session		BLOB CHECK (length(session) = 8),
	client		TEXT,
	device		TEXT
) STRICT;

-- WeChat's access_token of each app, shared by all processes.  token is sealed
-- for (access_tokens.token, appid).  version counts tokens, so that one that
-- failed is only dropped while it still is the one.  Who holds the lease
-- fetches; after a refusal nobody does until refused_until.
CREATE TABLE access_tokens (
	appid		TEXT PRIMARY KEY,
	token		BLOB,
	version		INTEGER NOT NULL DEFAULT 0,
	expires		INTEGER NOT NULL DEFAULT 0,
	lease_until_ms	INTEGER NOT NULL DEFAULT 0,
	refused_until	INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- How often in a row WeChat could not be reached, and until when nobody tries.
CREATE TABLE breaker (
	id		INTEGER PRIMARY KEY CHECK (id = 1),
	failures	INTEGER NOT NULL,
	open_until_ms	INTEGER NOT NULL,
	probe_until_ms	INTEGER NOT NULL
) STRICT;
INSERT INTO breaker VALUES (1, 0, 0, 0);

-- Failed logins of a client address in a minute.
CREATE TABLE throttle (
	client		TEXT PRIMARY KEY,
	minute		INTEGER NOT NULL,
	failures	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX throttle_minute ON throttle (minute);
