-- schema-1.sql: what the stand-in knows.  Times are seconds of its own clock.

CREATE TABLE facts (
	name		TEXT PRIMARY KEY,
	value		INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- platform: the Open Platform account, '' when the app is not bound to one.
-- ip_allow: addresses between commas that may use the AppSecret, '' for all.
CREATE TABLE apps (
	appid		TEXT PRIMARY KEY,
	secret		TEXT NOT NULL,
	platform	TEXT NOT NULL DEFAULT '',
	ip_allow	TEXT NOT NULL DEFAULT '',
	frozen		INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- A person in a mini program, and the one session_key that is valid now.
CREATE TABLE people (
	appid		TEXT NOT NULL,
	name		TEXT NOT NULL,
	openid		TEXT NOT NULL UNIQUE,
	session_key	BLOB NOT NULL CHECK (length(session_key) = 16),
	key_made	INTEGER NOT NULL,
	key_used	INTEGER NOT NULL,
	blocked		INTEGER NOT NULL DEFAULT 0,
	minute		INTEGER NOT NULL DEFAULT 0,
	exchanges	INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (appid, name)
) STRICT;

-- Login and phone codes.  A login code carries the key that was valid when it
-- was made.
CREATE TABLE codes (
	code		TEXT PRIMARY KEY,
	kind		TEXT NOT NULL CHECK (kind IN ('login', 'phone')),
	appid		TEXT NOT NULL,
	name		TEXT NOT NULL,
	session_key	BLOB NOT NULL,
	phone		TEXT NOT NULL DEFAULT '',
	country		TEXT NOT NULL DEFAULT '',
	made		INTEGER NOT NULL,
	used		INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
	token		TEXT PRIMARY KEY,
	appid		TEXT NOT NULL,
	stable		INTEGER NOT NULL,
	made		INTEGER NOT NULL,
	expires		INTEGER NOT NULL,
	revoked		INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What the next `left` calls of a path get instead of an answer.
CREATE TABLE faults (
	id		INTEGER PRIMARY KEY,
	path		TEXT NOT NULL,
	kind		TEXT NOT NULL,
	times		INTEGER NOT NULL,
	ms		INTEGER NOT NULL,
	number		INTEGER NOT NULL
) STRICT;

CREATE TABLE calls (
	id		INTEGER PRIMARY KEY,
	at		INTEGER NOT NULL,
	path		TEXT NOT NULL,
	appid		TEXT NOT NULL,
	request_id	TEXT NOT NULL,
	errcode		INTEGER NOT NULL,
	status		INTEGER NOT NULL
) STRICT;
