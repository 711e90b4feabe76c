-- profile.sql: what a user tells of themselves.

-- NULL leaves a value as it is.
-- :name update
UPDATE users SET
	nickname = COALESCE(:nickname, nickname),
	avatar_url = COALESCE(:avatar_url, avatar_url),
	gender = COALESCE(:gender, gender),
	language = COALESCE(:language, language),
	country = COALESCE(:country, country),
	province = COALESCE(:province, province),
	city = COALESCE(:city, city),
	unionid = COALESCE(:unionid, unionid),
	updated = :now
WHERE id = :id
RETURNING @user@;

-- :name phone_holder
SELECT id FROM users WHERE appid = :appid AND phone_hash = :phone_hash;

-- :name set_phone
UPDATE users SET phone = :phone, phone_hash = :phone_hash, updated = :now
WHERE id = :id;
