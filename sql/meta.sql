-- meta.sql: single facts by name.

-- :name get
SELECT value FROM meta WHERE name = :name;

-- :name add
INSERT INTO meta (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO NOTHING;

-- Names that begin with a prefix and a number of fixed width, the lowest first.
-- :name sweep
DELETE FROM meta WHERE name IN (SELECT name FROM meta
	WHERE name >= :prefix AND name < :before ORDER BY name LIMIT :most);

-- :name set
INSERT INTO meta (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;
