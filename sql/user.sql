-- user.sql: users.

-- What user_read() reads, wherever it stands in a statement.
-- :columns user id, public_id, appid, openid, unionid, blocked, nickname,
--   avatar_url, gender, language, country, province, city, phone

-- Create the user or note the login.  A unionid is kept once it is known.
-- :name login
INSERT INTO users (public_id, appid, openid, unionid, created, updated,
	last_login)
VALUES (:public_id, :appid, :openid, :unionid, :now, :now, :now)
ON CONFLICT (appid, openid) DO UPDATE SET
	last_login = excluded.last_login,
	unionid = COALESCE(excluded.unionid, users.unionid)
RETURNING @user@;

-- :name by_id
SELECT @user@
FROM users WHERE id = :id;

-- :name note_login
UPDATE users SET last_login = :now WHERE id = :id;
