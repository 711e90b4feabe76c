/* SPDX-License-Identifier: MIT */
/* settings.c: the one table of settings, and how a setting is read. */
#include <config.h>

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/text.h"
#include "conf/conf.h"
#include "store/store.h"

#define AT(member)	offsetof(struct conf, member)
#define SECONDS_MAX	INT64_C(3155760000)	/* a hundred years */

static const char *const phone_conflicts[] = {
	[PHONE_MOVE] = "move", [PHONE_REFUSE] = "refuse", NULL
};
static const char *const journals[] = {
	[JOURNAL_AUTO] = "auto", [JOURNAL_WAL] = "wal",
	[JOURNAL_DELETE] = "delete", NULL
};
static const char *const renewals[] = {
	[RENEW_AUTO] = "auto", [RENEW_NO] = "no", [RENEW_YES] = "yes", NULL
};
static const char *const log_levels[] = {
	[LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info", NULL
};

const struct setting settings[] = {
{ "database", SETTING_PATH, AT(database), 0, 0, NULL, NULL, NULL,
    "Path of the SQLite file; created with mode 0600.  Required." },
{ "seal_key_file", SETTING_PATH, AT(seal_key_file), 0, 0, NULL, NULL, NULL,
    "File of the keys that seal secrets in the store; database + .key." },
{ "appid", SETTING_TEXT, AT(appid), 0, 0, NULL, NULL, NULL,
    "AppID of the mini program, when there is one." },
{ "secret", SETTING_SECRET, AT(secret), 0, 0, NULL, NULL, NULL,
    "Its AppSecret." },
{ "secret_file", SETTING_PATH, AT(secret_file), 0, 0, NULL, NULL, NULL,
    "A file that holds the AppSecret instead." },
{ "default_app", SETTING_TEXT, AT(default_app_id), 0, 0, NULL, NULL, NULL,
    "App of an onlogin without appid; the only one." },
{ "wechat_base_url", SETTING_URL, AT(wechat_base_url), 0, 0,
    "https://api.weixin.qq.com", NULL, NULL,
    "Where WeChat is; http:// for loopback addresses only." },
{ "ca_file", SETTING_PATH, AT(ca_file), 0, 0, NULL, NULL, NULL,
    "Certificates to trust for WeChat; the system's." },
{ "proxy", SETTING_TEXT, AT(proxy), 0, 0, NULL, NULL, NULL,
    "Outgoing proxy on the way to WeChat; none, whatever the environment "
    "says." },
{ "wechat_connect_timeout", SETTING_NUMBER, AT(wechat_connect_timeout),
    100, 600000, "3000", "ms", NULL,
    "Longest wait for a connection to WeChat." },
{ "wechat_timeout", SETTING_NUMBER, AT(wechat_timeout),
    100, 600000, "8000", "ms", NULL,
    "Longest time for a whole call to WeChat, repetitions included." },
{ "session_idle", SETTING_NUMBER, AT(session_idle),
    1, SECONDS_MAX, "7200", "s", NULL,
    "Idle timeout of a session." },
{ "session_max", SETTING_NUMBER, AT(session_max),
    1, SECONDS_MAX, "2592000", "s", NULL,
    "Longest life of a session, used or not." },
{ "touch", SETTING_NUMBER, AT(touch), 1, SECONDS_MAX, "60", "s", NULL,
    "Shortest time between two updates of a session's last use." },
{ "max_sessions", SETTING_NUMBER, AT(max_sessions), 1, 10000, "10", NULL, NULL,
    "Live sessions of one user; a further login ends the least used." },
{ "keep_expired", SETTING_NUMBER, AT(keep_expired),
    1, SECONDS_MAX, "604800", "s", NULL,
    "How long expired and ended sessions are remembered." },
{ "keep_audit", SETTING_NUMBER, AT(keep_audit),
    1, SECONDS_MAX, "15552000", "s", NULL,
    "How long audit rows are kept." },
{ "code_replay", SETTING_NUMBER, AT(code_replay), 0, 86400, "60", "s", NULL,
    "How long a repeated login code is answered again; 0: never." },
{ "key_overlap", SETTING_NUMBER, AT(key_overlap), 0, 86400, "300", "s", NULL,
    "How long a replaced session_key still decrypts; 0: not at all." },
{ "watermark_age", SETTING_NUMBER, AT(watermark_age),
    0, SECONDS_MAX, "600", "s", NULL,
    "Oldest encrypted or signed data accepted; 0: any age." },
{ "phone_conflict", SETTING_CHOICE, AT(phone_conflict), 0, 0,
    "move", NULL, phone_conflicts,
    "When another user holds a phone number: move it to the new one, or "
    "refuse." },
{ "login_failures", SETTING_NUMBER, AT(login_failures),
    0, 1000000, "60", "per minute", NULL,
    "Failed logins of one client address before it waits; 0: no limit." },
{ "user_logins", SETTING_NUMBER, AT(user_logins),
    0, 1000000, "60", "per minute", NULL,
    "Logins of one user before it has to wait; 0: no limit." },
{ "token_in_query", SETTING_SWITCH, AT(token_in_query), 0, 0, "no", NULL, NULL,
    "Take the token from the query string too; it ends up in access logs." },
{ "cors_origin", SETTING_TEXT, AT(cors_origin), 0, 0, NULL, NULL, NULL,
    "Origin whose pages may call from a browser; none." },
{ "workers", SETTING_NUMBER, AT(workers), 1, 1024, NULL, NULL, NULL,
    "Threads of a FastCGI process; 16 where WeChat is called, else 4." },
{ "max_requests", SETTING_NUMBER, AT(max_requests),
    1, INT64_C(1000000000), "100000", NULL, NULL,
    "Requests after which a FastCGI process exits." },
{ "request_timeout", SETTING_NUMBER, AT(request_timeout),
    100, 600000, "10000", "ms", NULL,
    "Longest time for reading one request." },
{ "renew", SETTING_CHOICE, AT(renew), 0, 0, "auto", NULL, renewals,
    "A process that leaves starts anew in its place; auto: below lighttpd." },
{ "journal", SETTING_CHOICE, AT(journal), 0, 0, "auto", NULL, journals,
    "Journal of the store; auto: wal on a local disk, else delete." },
{ "busy_timeout", SETTING_NUMBER, AT(busy_timeout),
    100, 600000, "3000", "ms", NULL,
    "Longest wait for the store." },
{ "log_file", SETTING_PATH, AT(log_file), 0, 0, NULL, NULL, NULL,
    "File for the log, or the word syslog; stderr." },
{ "log_level", SETTING_CHOICE, AT(log_level), 0, 0, "info", NULL, log_levels,
    "error: server faults; warning: refused requests too; info: all "
    "requests." },
};
const size_t settings_count = COUNT(settings);

const struct setting *
setting_find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(settings); i++)
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}

/* Levenshtein's distance of two short words, by one row of the matrix. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[64], i, j, diagonal, best, m = strlen(b);

	assert(m < COUNT(row));
	for (j = 0; j <= m; j++)
		row[j] = j;
	for (i = 0; a[i] != '\0'; i++) {
		diagonal = row[0]++;
		for (j = 0; j < m; j++) {
			best = diagonal + (a[i] != b[j]);
			diagonal = row[j + 1];
			if (diagonal + 1 < best)
				best = diagonal + 1;
			if (row[j] + 1 < best)
				best = row[j] + 1;
			row[j + 1] = best;
		}
	}
	return row[m];
}

const char *
setting_near(const char *name)
{
	const char *near = settings[0].name;
	size_t i, d, least = SIZE_MAX;

	for (i = 0; i < COUNT(settings); i++)
		if ((d = distance(name, settings[i].name)) < least) {
			least = d;
			near = settings[i].name;
		}
	return near;
}

static bool
set_text(char **member, const char *text, struct buf *why)
{
	char *copy = strdup(text);

	if (copy == NULL) {
		buf_str(why, "no memory");
		return false;
	}
	free(*member);
	*member = copy;
	return true;
}

static bool
set_path(char **member, const char *text, const char *dir, struct buf *why)
{
	struct buf path = { .max = FILE_PATH_MAX };
	bool ok;

	if (text[0] != '/' && dir != NULL)
		buf_fmt(&path, "%s/", dir);
	buf_str(&path, text);
	if (path.bad)
		buf_str(why, "the path is too long");
	ok = !path.bad && set_text(member, path.p, why);
	buf_free(&path);
	return ok;
}

static bool
loopback_host(const char *host)
{
	static const char *const hosts[] = { "localhost", "127.", "[::1]" };
	size_t i, n;

	for (i = 0; i < COUNT(hosts); i++) {
		n = strlen(hosts[i]);
		if (strncmp(host, hosts[i], n) != 0)
			continue;
		if (hosts[i][n - 1] == '.') {	/* 127.0.0.0/8 */
			n += strspn(host + n, "0123456789.");
		}
		if (strchr(":/", host[n]) != NULL)	/* or its end */
			return true;
	}
	return false;
}

/* scheme://host[:port][/path]; nothing that could hide another host. */
static bool
set_url(char **member, const char *text, struct buf *why)
{
	const char *host;
	size_t n;

	if (strncmp(text, "https://", 8) == 0)
		host = text + 8;
	else if (strncmp(text, "http://", 7) == 0 && loopback_host(text + 7))
		host = text + 7;
	else {
		buf_str(why, "is neither an https:// address nor an http:// "
		    "address of this machine (127.0.0.1)");
		return false;
	}
	n = strlen(host);
	if (n == 0 || *host == '/' ||
	    !all_alnum_or(host, n, "-._~:/[]")) {
		buf_str(why, "wants https://HOST[:PORT][/PATH]");
		return false;
	}
	if (!set_text(member, text, why))
		return false;
	n = strlen(*member);
	while (n > 0 && (*member)[n - 1] == '/')
		(*member)[--n] = '\0';
	return true;
}

static bool
set_number(const struct setting *s, int64_t *member, const char *text,
    struct buf *why)
{
	int64_t n;

	if (!digits_parse(text, &n) || n < s->min || n > s->max) {
		buf_fmt(why, "wants a whole number from %" PRId64 " to %"
		    PRId64, s->min, s->max);
		if (s->unit != NULL)
			buf_fmt(why, " (%s)", s->unit);
		return false;
	}
	*member = n;
	return true;
}

static bool
set_choice(const char *const *choices, int64_t *member, const char *text,
    struct buf *why)
{
	int64_t i;

	for (i = 0; choices[i] != NULL; i++)
		if (strcmp(choices[i], text) == 0) {
			*member = i;
			return true;
		}
	buf_str(why, "wants one of:");
	for (i = 0; choices[i] != NULL; i++)
		buf_fmt(why, " %s", choices[i]);
	return false;
}

bool
setting_parse(const struct setting *s, const char *text, const char *dir,
    struct conf *c, struct buf *why)
{
	static const char *const yes_no[] = { "no", "yes", NULL };
	/* offset is of a member of the right type: the table above says so */
	void *member = (char *)c + s->offset;

	if (*text == '\0')			/* empty means unset */
		return true;
	switch (s->type) {
	case SETTING_TEXT:
	case SETTING_SECRET:
		return set_text(member, text, why);
	case SETTING_PATH:
		if (strcmp(s->name, "log_file") == 0 &&
		    strcmp(text, "syslog") == 0)
			dir = NULL;		/* a word, not a path */
		return set_path(member, text, dir, why);
	case SETTING_URL:
		return set_url(member, text, why);
	case SETTING_NUMBER:
		return set_number(s, member, text, why);
	case SETTING_SWITCH:
		return set_choice(yes_no, member, text, why);
	case SETTING_CHOICE:
		return set_choice(s->choices, member, text, why);
	}
	abort();
}
