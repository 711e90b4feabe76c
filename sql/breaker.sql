-- breaker.sql: is WeChat worth trying?

-- :name get
SELECT failures, open_until_ms, probe_until_ms FROM breaker WHERE id = 1;

-- One process may try when the breaker has been open for its time.
-- :name probe
UPDATE breaker SET probe_until_ms = :until
WHERE id = 1 AND probe_until_ms = :seen;

-- :name fail
UPDATE breaker SET failures = failures + 1, probe_until_ms = 0,
	open_until_ms = CASE WHEN failures + 1 >= :limit THEN :open_until ELSE 0 END
WHERE id = 1;

-- :name close
UPDATE breaker SET failures = 0, open_until_ms = 0, probe_until_ms = 0
WHERE id = 1;
