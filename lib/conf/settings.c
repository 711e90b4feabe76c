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
{ .name = "database", .type = SETTING_PATH, .offset = AT(database),
    .help = "Path of the SQLite file; created with mode 0600.  Required." },
{ .name = "seal_key_file", .type = SETTING_PATH, .offset = AT(seal_key_file),
    .help =
    "File of the keys that seal secrets in the store; database + .key." },
{ .name = "appid", .type = SETTING_TEXT, .offset = AT(appid),
    .help = "AppID of the mini program, when there is one." },
{ .name = "secret", .type = SETTING_SECRET, .offset = AT(secret),
    .help = "Its AppSecret." },
{ .name = "secret_file", .type = SETTING_PATH, .offset = AT(secret_file),
    .help = "A file that holds the AppSecret instead." },
{ .name = "default_app", .type = SETTING_TEXT, .offset = AT(default_app_id),
    .help = "App of an onlogin without appid; the only one." },
{ .name = "wechat_base_url", .type = SETTING_URL,
    .offset = AT(wechat_base_url), .fallback = "https://api.weixin.qq.com",
    .help = "Where WeChat is; http:// for loopback addresses only." },
{ .name = "ca_file", .type = SETTING_PATH, .offset = AT(ca_file),
    .help = "Certificates to trust for WeChat; the system's." },
{ .name = "proxy", .type = SETTING_TEXT, .offset = AT(proxy),
    .help =
    "Outgoing proxy on the way to WeChat; none, whatever the environment "
    "says." },
{ .name = "wechat_connect_timeout", .type = SETTING_NUMBER,
    .offset = AT(wechat_connect_timeout), .min = 100, .max = 600000,
    .fallback = "3000", .unit = "ms",
    .help = "Longest wait for a connection to WeChat." },
{ .name = "wechat_timeout", .type = SETTING_NUMBER,
    .offset = AT(wechat_timeout), .min = 100, .max = 600000,
    .fallback = "8000", .unit = "ms",
    .help = "Longest time for a whole call to WeChat, repetitions included." },
{ .name = "session_idle", .type = SETTING_NUMBER, .offset = AT(session_idle),
    .min = 1, .max = SECONDS_MAX, .fallback = "7200", .unit = "s",
    .help = "Idle timeout of a session." },
{ .name = "session_max", .type = SETTING_NUMBER, .offset = AT(session_max),
    .min = 1, .max = SECONDS_MAX, .fallback = "2592000", .unit = "s",
    .help = "Longest life of a session, used or not." },
{ .name = "touch", .type = SETTING_NUMBER, .offset = AT(touch), .min = 1,
    .max = SECONDS_MAX, .fallback = "60", .unit = "s",
    .help = "Shortest time between two updates of a session's last use." },
{ .name = "max_sessions", .type = SETTING_NUMBER, .offset = AT(max_sessions),
    .min = 1, .max = 10000, .fallback = "10",
    .help =
    "Live sessions of one user; a further login ends the least used." },
{ .name = "keep_expired", .type = SETTING_NUMBER, .offset = AT(keep_expired),
    .min = 1, .max = SECONDS_MAX, .fallback = "604800", .unit = "s",
    .help = "How long expired and ended sessions are remembered." },
{ .name = "keep_audit", .type = SETTING_NUMBER, .offset = AT(keep_audit),
    .min = 1, .max = SECONDS_MAX, .fallback = "15552000", .unit = "s",
    .help = "How long audit rows are kept." },
{ .name = "code_replay", .type = SETTING_NUMBER, .offset = AT(code_replay),
    .min = 0, .max = 86400, .fallback = "60", .unit = "s",
    .help = "How long a repeated login code is answered again; 0: never." },
{ .name = "key_overlap", .type = SETTING_NUMBER, .offset = AT(key_overlap),
    .min = 0, .max = 86400, .fallback = "300", .unit = "s",
    .help = "How long a replaced session_key still decrypts; 0: not at all." },
{ .name = "watermark_age", .type = SETTING_NUMBER, .offset = AT(watermark_age),
    .min = 0, .max = SECONDS_MAX, .fallback = "600", .unit = "s",
    .help = "Oldest encrypted or signed data accepted; 0: any age." },
{ .name = "phone_conflict", .type = SETTING_CHOICE,
    .offset = AT(phone_conflict), .fallback = "move",
    .choices = phone_conflicts,
    .help =
    "When another user holds a phone number: move it to the new one, or "
    "refuse." },
{ .name = "login_failures", .type = SETTING_NUMBER,
    .offset = AT(login_failures), .min = 0, .max = 1000000, .fallback = "60",
    .unit = "per minute",
    .help =
    "Failed logins of one client address before it waits; 0: no limit." },
{ .name = "user_logins", .type = SETTING_NUMBER, .offset = AT(user_logins),
    .min = 0, .max = 1000000, .fallback = "60", .unit = "per minute",
    .help = "Logins of one user before it has to wait; 0: no limit." },
{ .name = "token_in_query", .type = SETTING_SWITCH,
    .offset = AT(token_in_query), .fallback = "no",
    .help =
    "Take the token from the query string too; it ends up in access logs." },
{ .name = "cors_origin", .type = SETTING_TEXT, .offset = AT(cors_origin),
    .help = "Origin whose pages may call from a browser; none." },
{ .name = "workers", .type = SETTING_NUMBER, .offset = AT(workers), .min = 1,
    .max = 1024,
    .help =
    "Threads of a FastCGI process; 16 where WeChat is called, else 4." },
{ .name = "max_requests", .type = SETTING_NUMBER, .offset = AT(max_requests),
    .min = 1, .max = INT64_C(1000000000), .fallback = "100000",
    .help = "Requests after which a FastCGI process exits." },
{ .name = "request_timeout", .type = SETTING_NUMBER,
    .offset = AT(request_timeout), .min = 100, .max = 600000,
    .fallback = "10000", .unit = "ms",
    .help = "Longest time for reading one request." },
{ .name = "renew", .type = SETTING_CHOICE, .offset = AT(renew),
    .fallback = "auto", .choices = renewals,
    .help =
    "A process that leaves starts anew in its place; auto: below lighttpd." },
{ .name = "journal", .type = SETTING_CHOICE, .offset = AT(journal),
    .fallback = "auto", .choices = journals,
    .help = "Journal of the store; auto: wal on a local disk, else delete." },
{ .name = "busy_timeout", .type = SETTING_NUMBER, .offset = AT(busy_timeout),
    .min = 100, .max = 600000, .fallback = "3000", .unit = "ms",
    .help = "Longest wait for the store." },
{ .name = "log_file", .type = SETTING_PATH, .offset = AT(log_file),
    .help = "File for the log, or the word syslog; stderr." },
{ .name = "log_level", .type = SETTING_CHOICE, .offset = AT(log_level),
    .fallback = "info", .choices = log_levels,
    .help = "error: server faults; warning: refused requests too; info: all "
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
