-- fault.sql: what is to go wrong.

-- :name add
INSERT INTO faults (path, kind, times, ms, number)
VALUES (:path, :kind, :times, :ms, :number);

-- :name take
UPDATE faults SET times = times - 1
WHERE id = (SELECT id FROM faults WHERE times > 0
	AND substr(:path, -length(path)) = path ORDER BY id LIMIT 1)
RETURNING kind, ms, number;

-- :name clear
DELETE FROM faults;
