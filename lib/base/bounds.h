/* SPDX-License-Identifier: MIT */
/* bounds.h: every ceiling of the server side, by name, in one place. */
#ifndef BOUNDS_H
#define BOUNDS_H

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* A request */
#define BODY_MAX	((size_t)64 << 10)	/* body, bytes (protocol.md) */
#define DISCARD_MAX	((size_t)1 << 20)	/* of a body, by a CGI run */
#define REQUEST_TIMEOUT	10000	/* ms to read a request, if not configured */
#define QUERY_MAX	((size_t)64 << 10)	/* query string, bytes */
#define JSON_DEPTH	8			/* containers in containers */
#define JSON_TEXT_MAX	((size_t)1 << 20)	/* read at once, bytes */
#define FIELD_MAX	16			/* fields a program declares */
#define REQUEST_ID_MAX	64			/* characters */

/* A reply, and a log line */
#define REPLY_MAX	((size_t)64 << 10)	/* head and body, bytes */
#define LOG_LINE_MAX	((size_t)4 << 10)	/* bytes; longer: dropped */
#define PROBLEMS_TEXT	((size_t)256 << 10)	/* of a configuration, bytes */
#define CAUSE_MAX	512			/* cause of a failure, bytes */

#define PROFILE_CHANGES	60			/* of a user, in a minute */
#define SESSIONS_MAX	100			/* in a list of sessions */

/* Values */
#define TOKEN_LEN	43			/* base64url of 32 bytes */
#define HASH_LEN	32			/* SHA-256 */
#define SESSION_ID_LEN	16			/* of a token's hash */
#define AUDIT_ID_LEN	8			/* of a session, as shown */
#define APPID_MAX	32			/* WeChat's have 18 */
#define SECRET_MAX	128			/* AppSecret; WeChat's: 32 */
#define OPENID_MAX	128			/* WeChat's have 28 */
#define CODE_MAX	128			/* login code; WeChat's: 32 */
#define SESSION_KEY_LEN	16			/* bytes, decoded */
#define SESSION_KEY_B64	24			/* characters of its base64 */
#define PUBLIC_ID_LEN	26			/* our id of a user */
#define PHONE_MIN	5			/* digits */
#define PHONE_MAX	20
#define COUNTRY_MAX	6			/* digits of a country code */
#define KEYS_MAX	64			/* session_keys to try */

/* Files */
#define FILE_PATH_MAX	4096			/* of a path, with its NUL */
#define CONF_FILE_MAX	((size_t)64 << 10)	/* wxlogin.conf, bytes */
#define SECRET_FILE_MAX	((size_t)4 << 10)	/* of a secret, bytes */
#define WORD_MIN	16			/* characters of a password */
#define WHY_MAX		1024			/* why a setting is wrong */
#define CONF_APPS_MAX	64			/* [app ID] sections */
#define OWNER_NAME_MAX	64		/* of a user's name, with NUL */
#define OWNER_GROUPS_MAX 256			/* groups of a user */
#define SEAL_KEYS_MAX	16			/* keys in the seal key file */

/* WeChat */
#define UPSTREAM_MAX	((size_t)64 << 10)	/* its reply, bytes */
#define CALL_SENDS	3			/* of one call, all after -1 */
#define ACCESS_TOKEN_MAX 1024			/* WeChat promises up to 512 */
#define ACCESS_REFUSED	30			/* s without another attempt */
#define BREAKER_FAILURES 5			/* in a row: stop trying */
#define BREAKER_OPEN	5			/* s until one may try */
#define CODE_REPEATS	5			/* answered per code */
#define CODE_RACE_WAIT	2000			/* ms, for another's login */
#define CODE_AHEAD	5			/* s the clock may go back */
#define CODE_FAR	86400			/* s ahead: a wrong clock */
#define CODE_NOTES	64			/* refused codes, kept */
#define CODE_NOTE_LIFE	5000			/* ms */

/* Descriptors of a process */
#define DESCRIPTORS_MAX	16384			/* as many as we ask for */
#define DESCRIPTORS_BASE 96			/* store, logs, libraries */
#define DESCRIPTORS_WORKER 6			/* of a thread */

/* The store */
#define SWEEP_ROWS	64			/* looked at in a step */
#define SWEEP_EVERY	8			/* transactions: one step */
#define PURGE_ROWS	2000			/* in a step of a purge */

/* Time */
#define CLOCK_AHEAD	60000			/* ms; more: it was set back */
#define CLOCK_SKEW	300			/* s that clocks may differ */

#endif
