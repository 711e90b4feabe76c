-- code.sql: login and phone codes.

-- :name add
INSERT INTO codes (code, kind, appid, name, session_key, phone, country, made)
VALUES (:code, :kind, :appid, :name, :session_key, :phone, :country, :now);

-- :name get
SELECT appid, name, session_key, phone, country, made, used
FROM codes WHERE code = :code AND kind = :kind;

-- :name spend
UPDATE codes SET used = :now WHERE code = :code AND used IS NULL;
