-- throttle.sql: what is counted by the minute: failed logins of a client
-- address, calls to WeChat and changes of the profile of a user.

-- :name get
SELECT failures FROM throttle WHERE client = :client AND minute = :minute;

-- :name add
INSERT INTO throttle (client, minute, failures) VALUES (:client, :minute, 1)
ON CONFLICT (client) DO UPDATE SET minute = excluded.minute,
	failures = CASE WHEN throttle.minute = excluded.minute
		THEN throttle.failures ELSE 0 END + 1
RETURNING failures;

-- :name sweep
DELETE FROM throttle WHERE client IN (
	SELECT client FROM throttle WHERE minute < :minute LIMIT 64);
