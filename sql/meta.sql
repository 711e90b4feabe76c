-- meta.sql: single facts by name.

-- :name get
SELECT value FROM meta WHERE name = :name;

-- :name add
INSERT INTO meta (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO NOTHING;

-- :name set
INSERT INTO meta (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;
