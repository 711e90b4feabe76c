-- fact.sql: numbers by name: the clock's offset, switches, counters.

-- :name get
SELECT value FROM facts WHERE name = :name;

-- :name set
INSERT INTO facts (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;
