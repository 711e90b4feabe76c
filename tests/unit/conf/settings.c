/* SPDX-License-Identifier: MIT */
/* settings.c: the table of settings: its names, defaults and bounds are the
 * specification's; each bound is tried from both sides. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "store/store.h"
#include "tests/unit/tap.h"

#define CENTURY	INT64_C(3155760000)

/* The fixed names, their defaults, and the least that has to be accepted. */
static const struct {
	const char *name, *fallback; int64_t min, max;
} t[] = {
{ "database", NULL, 0, 0 },
{ "seal_key_file", NULL, 0, 0 },
{ "appid", NULL, 0, 0 },
{ "secret", NULL, 0, 0 },
{ "secret_file", NULL, 0, 0 },
{ "default_app", NULL, 0, 0 },
{ "wechat_base_url", "https://api.weixin.qq.com", 0, 0 },
{ "ca_file", NULL, 0, 0 },
{ "proxy", NULL, 0, 0 },
{ "wechat_connect_timeout", "3000", 100, 60000 },
{ "wechat_timeout", "8000", 100, 60000 },
{ "session_idle", "7200", 1, 31536000 },
{ "session_max", "2592000", 1, 31536000 },
{ "touch", "60", 1, 86400 },
{ "max_sessions", "10", 1, 1000 },
{ "keep_expired", "604800", 1, 31536000 },
{ "keep_audit", "15552000", 1, 315360000 },
{ "code_replay", "60", 0, 3600 },
{ "key_overlap", "300", 0, 3600 },
{ "watermark_age", "600", 0, 86400 },
{ "phone_conflict", "move", 0, 0 },
{ "login_failures", "60", 0, 100000 },
{ "user_logins", "60", 0, 100000 },
{ "token_in_query", "no", 0, 0 },
{ "cors_origin", NULL, 0, 0 },
{ "workers", NULL, 1, 256 },
{ "request_timeout", "10000", 100, 600000 },
{ "max_requests", "100000", 1, 10000000 },
{ "renew", "auto", 0, 0 },
{ "journal", "auto", 0, 0 },
{ "busy_timeout", "3000", 100, 60000 },
{ "log_file", NULL, 0, 0 },
{ "log_level", "info", 0, 0 },
};

static struct conf conf;

/* Is the text accepted?  What is wrong goes to `why`, if that is not NULL. */
static bool
try(const char *name, const char *text, char why[256])
{
	const struct setting *s = setting_find(name);
	struct buf b = { .max = 1024 };
	bool is = s != NULL && setting_parse(s, text, "/dir", &conf, &b);

	if (why != NULL)
		snprintf(why, 256, "%s", b.p == NULL ? "" : b.p);
	if (!is && b.len == 0)
		is = true;		/* refused without a word: a fault */
	else if (is && b.len != 0)
		is = false;
	buf_free(&b);
	return is;
}

static int64_t
number(const char *name)
{
	int64_t n;

	memcpy(&n, (char *)&conf + setting_find(name)->offset, sizeof(n));
	return n;
}

static const char *
text(const char *name)
{
	char *s;

	memcpy(&s, (char *)&conf + setting_find(name)->offset, sizeof(s));
	return s;
}

static void
bounds(const struct setting *s)
{
	char digits[32], why[256], want[64];

	snprintf(digits, sizeof(digits), "%" PRId64, s->min);
	ok(try(s->name, digits, NULL) && number(s->name) == s->min,
	    "%s: least", s->name);
	snprintf(digits, sizeof(digits), "%" PRId64, s->max);
	ok(try(s->name, digits, NULL) && number(s->name) == s->max,
	    "%s: most", s->name);
	snprintf(digits, sizeof(digits), "%" PRId64, s->min - 1);
	snprintf(want, sizeof(want), "from %" PRId64 " to %" PRId64, s->min,
	    s->max);
	ok(!try(s->name, digits, why) && strstr(why, want) != NULL,
	    "%s: below is refused, and the bounds are told", s->name);
	snprintf(digits, sizeof(digits), "%" PRId64, s->max + 1);
	ok(!try(s->name, digits, NULL), "%s: above is refused", s->name);
	ok(number(s->name) == s->max, "%s: what is refused changes nothing",
	    s->name);
}

static void
not_numbers(void)
{
	static const char *const bad[] = { "1x", " 1", "+1", "1.5", "0x10",
	    "1e3", "1 ", "yes", "99999999999999999999", "7200s", "-1",
	    "\xef\xbc\x91" };

	for (size_t i = 0; i < COUNT(bad); i++)
		ok(!try("session_idle", bad[i], NULL), "no number: \"%s\"",
		    bad[i]);
	ok(try("session_idle", "00060", NULL) && number("session_idle") == 60,
	    "leading zeros are decimal");
}

static void
urls(void)
{
	static const struct { const char *url; bool fine; } u[] = {
	{ "https://api.weixin.qq.com", true },
	{ "https://api2.weixin.qq.com:443/x", true },
	{ "https://[2001:db8::1]:8443", true },
	{ "http://127.0.0.1", true },
	{ "http://127.0.0.1:8081", true },
	{ "http://127.0.0.1/sandbox", true },
	{ "http://127.8.9.10:1", true },
	{ "http://localhost", true },
	{ "http://localhost:8081/x", true },
	{ "http://[::1]:8081", true },
	{ "http://api.weixin.qq.com", false },
	{ "http://10.0.0.1", false },
	{ "http://127.0.0.1.evil.com", false },
	{ "http://127.evil.com", false },
	{ "http://127.0.0.1evil.com", false },
	{ "http://127.0.0.1-evil.com", false },
	{ "http://1270.0.1", false },
	{ "http://localhost.evil", false },
	{ "http://localhostevil.com", false },
	{ "http://localhost-evil.com", false },
	{ "http://127.0.0.1@evil.com", false },
	{ "http://127.0.0.1:80@evil.com", false },
	{ "http://localhost:x@evil.com/", false },
	{ "http://localhost/@evil.com", false },
	{ "http://127.0.0.1\\.evil.com", false },
	{ "http://127.0.0.1#.evil.com", false },
	{ "http://127.0.0.1?.evil.com", false },
	{ "http://127.0.0.1%2eevil.com", false },
	{ "http://[::1].evil.com", false },
	{ "http://[::1]evil.com", false },
	{ "http://evil.com/127.0.0.1", false },
	{ "http://", false },
	{ "http:///x", false },
	{ "HTTP://127.0.0.1", false },
	{ "https://", false },
	{ "https:///x", false },
	{ "https://user@host", false },
	{ "https://host/?a=b", false },
	{ "https://host/a b", false },
	{ "https://host\n", false },
	{ "ftp://127.0.0.1", false },
	{ "file:///etc/passwd", false },
	{ "api.weixin.qq.com", false },
	{ "//127.0.0.1", false },
	{ " https://api.weixin.qq.com", false },
	};

	for (size_t i = 0; i < COUNT(u); i++)
		ok(try("wechat_base_url", u[i].url, NULL) == u[i].fine,
		    "address: %s %s", u[i].fine ? "fine:" : "refused:",
		    u[i].url[strcspn(u[i].url, "\n#")] == '\0' ? u[i].url :
		    "(with a newline or number sign)");
	ok(try("wechat_base_url", "https://host/x//", NULL), "address: taken");
	is_str(text("wechat_base_url"), "https://host/x",
	    "address: without the slashes at its end");
}

static void
paths(void)
{
	char long_path[5000];

	ok(try("database", "x/y.db", NULL), "path: taken");
	is_str(text("database"), "/dir/x/y.db",
	    "path: a relative one is relative to the file's folder");
	ok(try("database", "/abs/y.db", NULL), "path: taken");
	is_str(text("database"), "/abs/y.db", "path: an absolute one stays");
	ok(try("log_file", "syslog", NULL), "path: taken");
	is_str(text("log_file"), "syslog", "path: the word syslog is no path");
	ok(try("log_file", "syslog.log", NULL), "path: taken");
	is_str(text("log_file"), "/dir/syslog.log", "path: syslog.log is one");
	ok(try("ca_file", "syslog", NULL), "path: taken");
	is_str(text("ca_file"), "/dir/syslog", "path: nor is it elsewhere");
	memset(long_path, 'x', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	ok(!try("database", long_path, NULL), "path: too long");
	is_str(text("database"), "/abs/y.db", "path: then it stays as it was");
}

static void
choices(void)
{
	static const struct { const char *name, *text; int64_t want; } c[] = {
	{ "phone_conflict", "move", PHONE_MOVE },
	{ "phone_conflict", "refuse", PHONE_REFUSE },
	{ "phone_conflict", "Move", -1 },
	{ "phone_conflict", "mov", -1 },
	{ "journal", "auto", JOURNAL_AUTO }, { "journal", "wal", JOURNAL_WAL },
	{ "journal", "delete", JOURNAL_DELETE }, { "journal", "memory", -1 },
	{ "log_level", "error", LOG_LEVEL_ERROR },
	{ "log_level", "warning", LOG_LEVEL_WARNING },
	{ "log_level", "info", LOG_LEVEL_INFO }, { "log_level", "debug", -1 },
	{ "token_in_query", "yes", 1 }, { "token_in_query", "no", 0 },
	{ "token_in_query", "true", -1 }, { "token_in_query", "1", -1 },
	{ "token_in_query", "on", -1 }, { "token_in_query", "YES", -1 },
	};
	char why[256];

	for (size_t i = 0; i < COUNT(c); i++) {
		const bool fine = try(c[i].name, c[i].text, why);

		ok(fine == (c[i].want >= 0) && (fine ?
		    number(c[i].name) == c[i].want :
		    strstr(why, "wants one of:") != NULL), "choice: %s = %s",
		    c[i].name, c[i].text);
	}
}

static void
near(void)
{
	static const struct { const char *name, *want; } n[] = {
	{ "databse", "database" }, { "session_idel", "session_idle" },
	{ "Database", "database" }, { "wechat_base_uri", "wechat_base_url" },
	{ "busytimeout", "busy_timeout" }, { "cors_origins", "cors_origin" },
	{ "logfile", "log_file" }, { "worker", "workers" },
	};
	char many[300];

	for (size_t i = 0; i < COUNT(n); i++)
		is_str(setting_near(n[i].name), n[i].want, "near: %s",
		    n[i].name);
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	ok(setting_near(many) != NULL && setting_near("") != NULL,
	    "near: of very long and very short ones");
	ok(setting_find("databse") == NULL && setting_find("") == NULL &&
	    setting_find("DATABASE") == NULL, "find: exact names only");
}

int
main(void)
{
	size_t i, j;

	is_int(settings_count, COUNT(t), "as many as are fixed");
	for (i = 0; i < COUNT(t); i++) {
		const struct setting *s = setting_find(t[i].name);

		ok(s != NULL, "%s is there", t[i].name);
		if (s == NULL)
			continue;
		is_str(s->fallback, t[i].fallback, "%s: its default",
		    t[i].name);
		if (s->type != SETTING_NUMBER)
			continue;
		ok(s->min <= t[i].min && s->max >= t[i].max,
		    "%s: its bounds are wide enough", t[i].name);
		ok(s->min >= 0, "%s: it can't be negative", t[i].name);
		ok(s->max <= CENTURY, "%s: its bounds are not too wide",
		    t[i].name);
		bounds(s);
	}
	for (i = 0; i < settings_count; i++) {
		const struct setting *s = &settings[i];

		for (j = 0; j < i; j++)
			if (strcmp(settings[j].name, s->name) == 0 ||
			    settings[j].offset == s->offset)
				break;
		ok(j == i, "%s: a name and a member of its own", s->name);
		ok(s->help != NULL && strlen(s->help) > 10 &&
		    s->help[strlen(s->help) - 1] == '.', "%s: a sentence",
		    s->name);
		ok((s->type == SETTING_CHOICE) == (s->choices != NULL),
		    "%s: choices, if it is one", s->name);
		ok(s->fallback == NULL || try(s->name, s->fallback, NULL),
		    "%s: its default is within its bounds", s->name);
		ok(try(s->name, "", NULL), "%s: empty means unset", s->name);
	}
	not_numbers();
	urls();
	paths();
	choices();
	near();
	for (i = 0; i < settings_count; i++)
		if (settings[i].type <= SETTING_URL) {
			char *s;

			memcpy(&s, (char *)&conf + settings[i].offset,
			    sizeof(s));
			free(s);
		}
	return done();
}
