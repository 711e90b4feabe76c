-- app.sql: mini programs.

-- :name get
SELECT secret, platform, ip_allow, frozen FROM apps WHERE appid = :appid;

-- :name put
INSERT INTO apps (appid, secret, platform, ip_allow, frozen)
VALUES (:appid, :secret, :platform, :ip_allow, :frozen)
ON CONFLICT (appid) DO UPDATE SET secret = excluded.secret,
	platform = excluded.platform, ip_allow = excluded.ip_allow,
	frozen = excluded.frozen;
