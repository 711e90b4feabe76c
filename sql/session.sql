-- session.sql: sessions.

-- :name find
SELECT @user@,
	s.created_ms, s.used, s.idle_expires, s.max_expires, s.ended
FROM sessions AS s JOIN users AS u ON u.id = s.user_id
WHERE s.sid = :sid;

-- :name add
INSERT INTO sessions (sid, user_id, created_ms, used, idle_expires,
	max_expires, session_key, device)
VALUES (:sid, :user_id, :created_ms, :now, :idle_expires, :max_expires,
	:session_key, :device);

-- :name touch
UPDATE sessions
SET used = :now, idle_expires = :idle_expires, max_expires = :max_expires
WHERE sid = :sid AND ended IS NULL;

-- End the live sessions of a user beyond the :keep used last; the one just
-- made stays in any case.
-- :name evict
UPDATE sessions SET ended = :now
WHERE sid IN (
	SELECT sid FROM sessions
	WHERE user_id = :user_id AND ended IS NULL
		AND idle_expires > :now AND max_expires > :now
	ORDER BY sid = :sid DESC, used DESC, created_ms DESC
	LIMIT :most OFFSET :keep)
RETURNING sid;

-- The live sessions of a user, last used first; this one always among them.
-- :name list
SELECT sid, created_ms, used, idle_expires, max_expires, device
FROM (SELECT sid, created_ms, used, idle_expires, max_expires, device
	FROM sessions
	WHERE user_id = :user_id AND ended IS NULL
		AND idle_expires > :now AND max_expires > :now
	ORDER BY CASE WHEN sid = :sid THEN 0 ELSE 1 END, used DESC,
		created_ms DESC LIMIT :most) AS live
ORDER BY used DESC, created_ms DESC;

-- End the user's session that is named by the beginning of its id.
-- :name end_one
UPDATE sessions SET ended = :now, session_key = NULL
WHERE user_id = :user_id AND ended IS NULL
	AND substr(sid, 1, 8) = :session
RETURNING sid, (idle_expires > :now AND max_expires > :now) AS live;

-- End one session, or the others of its user, or all; the key goes with it.
-- Expired ones are ended too, but not counted: RETURNING tells which were live.
-- :name end_this
UPDATE sessions SET ended = :now, session_key = NULL
WHERE sid = :sid AND ended IS NULL
RETURNING sid, (idle_expires > :now AND max_expires > :now) AS live;

-- :name end_others
UPDATE sessions SET ended = :now, session_key = NULL
WHERE user_id = :user_id AND sid <> :sid AND ended IS NULL
RETURNING sid, (idle_expires > :now AND max_expires > :now) AS live;

-- :name end_all
UPDATE sessions SET ended = :now, session_key = NULL
WHERE user_id = :user_id AND ended IS NULL
RETURNING sid, (idle_expires > :now AND max_expires > :now) AS live;

-- :name own_key
SELECT session_key FROM sessions
WHERE sid = :sid AND session_key IS NOT NULL;

-- The keys of a user, newest first, and when each was made.
-- :name keys
SELECT sid, created_ms, session_key FROM sessions
WHERE user_id = :user_id AND session_key IS NOT NULL
ORDER BY created_ms DESC LIMIT 64;

-- Empty the keys of a user's sessions that ended too long ago to open data.
-- :name empty_keys
UPDATE sessions SET session_key = NULL
WHERE user_id = :user_id AND session_key IS NOT NULL AND ended < :before;
