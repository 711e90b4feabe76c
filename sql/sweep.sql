-- sweep.sql: old rows go in bounded steps, along the primary key.  A step looks
-- at :most rows behind the cursor; next is where it ends.

-- :name sessions_next
SELECT sid AS cursor FROM sessions WHERE sid > :cursor
ORDER BY sid LIMIT 1 OFFSET :most;

-- :name sessions
DELETE FROM sessions
WHERE sid > :cursor AND sid <= :next
	AND (ended < :before OR idle_expires < :before OR max_expires < :before);

-- :name codes_next
SELECT code_hash AS cursor FROM login_codes WHERE code_hash > :cursor
ORDER BY code_hash LIMIT 1 OFFSET :most;

-- :name codes
DELETE FROM login_codes
WHERE code_hash > :cursor AND code_hash <= :next AND at < :before;

-- Audit rows are in the order of time, but for those that a clock which ran
-- ahead has dated: young counts the rows that are neither old nor such.
-- :name audit_next
SELECT COALESCE(max(id), 0) AS next,
	COALESCE(sum(CASE WHEN at >= :before AND at <= :latest THEN 1 ELSE 0 END), 0)
		AS young
FROM (SELECT id, at FROM audit WHERE id > :cursor ORDER BY id LIMIT :most)
	AS front;

-- :name audit
DELETE FROM audit WHERE id > :cursor AND id <= :next AND at < :before;
