-- sweep.sql: old rows go in bounded steps, along the primary key.  A step
-- looks at :most rows behind the cursor; next is where it ends.

-- :name sessions_next
SELECT token_hash AS cursor FROM sessions WHERE token_hash > :cursor
ORDER BY token_hash LIMIT 1 OFFSET :most;

-- :name sessions
DELETE FROM sessions
WHERE token_hash > :cursor AND token_hash <= :next
	AND (ended < :before OR idle_expires < :before OR max_expires < :before);

-- :name codes_next
SELECT code_hash AS cursor FROM login_codes WHERE code_hash > :cursor
ORDER BY code_hash LIMIT 1 OFFSET :most;

-- :name codes
DELETE FROM login_codes
WHERE code_hash > :cursor AND code_hash <= :next AND at < :before;
