-- user.sql: users.

-- What user_read() reads, wherever it stands in a statement.
-- :columns user id, public_id, appid, openid, unionid, blocked, nickname,
--   avatar_url, gender, language, country, province, city, phone

-- Create the user or note the login.  A unionid is kept once it is known.
-- :name login
INSERT INTO users (public_id, appid, openid, unionid, created, updated,
	last_login, login_minute, logins)
VALUES (:public_id, :appid, :openid, :unionid, :now, :now, :now, :minute, 1)
ON CONFLICT (appid, openid) DO UPDATE SET
	last_login = excluded.last_login,
	unionid = COALESCE(excluded.unionid, users.unionid),
	logins = CASE WHEN users.login_minute = excluded.login_minute
		THEN users.logins ELSE 0 END + 1,
	login_minute = excluded.login_minute
RETURNING @user@, logins;

-- :name by_id
SELECT @user@
FROM users WHERE id = :id;

-- :name note_login
UPDATE users SET last_login = :now,
	logins = CASE WHEN login_minute = :minute THEN logins ELSE 0 END + 1,
	login_minute = :minute
WHERE id = :id
RETURNING @user@, logins;

-- Login codes exchanged before now are worth nothing any more.
-- :name void_codes
UPDATE users SET code_generation = code_generation + 1 WHERE id = :id;
