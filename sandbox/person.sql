-- person.sql: people and their session_keys.

-- What both ways to find a person give.
-- :columns person openid, session_key, key_made, key_used, blocked, name

-- :name get
SELECT @person@
FROM people WHERE appid = :appid AND name = :name;

-- :name by_openid
SELECT @person@
FROM people WHERE appid = :appid AND openid = :openid;

-- :name add
INSERT INTO people (appid, name, openid, session_key, key_made, key_used)
VALUES (:appid, :name, :openid, :session_key, :now, :now)
ON CONFLICT (appid, name) DO NOTHING;

-- :name new_key
UPDATE people SET session_key = :session_key, key_made = :made,
	key_used = :used
WHERE appid = :appid AND name = :name;

-- :name use_key
UPDATE people SET key_used = :now WHERE appid = :appid AND name = :name;

-- :name block
UPDATE people SET blocked = :blocked WHERE appid = :appid AND name = :name;

-- Count an exchange in the running minute.
-- :name count
UPDATE people SET exchanges = CASE WHEN minute = :minute THEN exchanges ELSE 0
	END + 1, minute = :minute
WHERE appid = :appid AND name = :name
RETURNING exchanges;
