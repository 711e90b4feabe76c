/* SPDX-License-Identifier: MIT */
/* conf.c: files and environment become a configuration, or a list of what to
 * mend, each with file and line. */
#include <config.h>

#include <stdlib.h>

#include "conf/conf.h"
#include "conf/secret.h"
#include "store/store.h"
#include "tests/unit/tap.h"
#include "tests/unit/tmp.h"

extern char **environ;

#define APP	"wx0123456789abcdef"
#define SECRET	"0123456789abcdef0123456789abcdef"
#define BASE	"[wxlogin]\ndatabase = /d/x.db\n"
#define WITH_APP BASE "appid = " APP "\nsecret = " SECRET "\n"

static struct buf problems = { .max = PROBLEMS_TEXT };
static struct buf warnings = { .max = PROBLEMS_TEXT };

/* Take away what the environment of the test says. */
static void
clear_env(void)
{
	size_t i = 0;

	while (environ[i] != NULL) {
		char name[256];
		const size_t n = strcspn(environ[i], "=");

		if (strncmp(environ[i], "WXLOGIN_", 8) == 0 &&
		    n < sizeof(name)) {
			memcpy(name, environ[i], n);
			name[n] = '\0';
			unsetenv(name);
		} else
			i++;
	}
}

/* Load a file with this text; the rest as the environment says. */
static struct conf *
load_mode(const char *text, size_t n, mode_t mode, bool secrets)
{
	setenv("WXLOGIN_CONFIG", tmp_write("wxlogin.conf", text, n, mode), 1);
	buf_free(&problems);
	buf_free(&warnings);
	return conf_load(secrets, &problems, &warnings);
}

static struct conf *
load(const char *text, bool secrets)
{
	return load_mode(text, strlen(text), 0600, secrets);
}

static bool
says(const char *what)
{
	return problems.p != NULL && strstr(problems.p, what) != NULL;
}

/* Texts that are refused, and a part of what is said about them. */
static const struct { const char *why, *text; size_t n; const char *says; }
refused[] = {
#define T(s) s, sizeof(s) - 1
{ "no database", T("[wxlogin]\ntouch = 5\n"), "database is not set" },
{ "an empty database", T("[wxlogin]\ndatabase =\n"), "database is not set" },
{ "the secret is what it came with", T(BASE "appid = " APP "\nsecret = "
    SECRET_PLACEHOLDER "\n"), "secret: " },
{ "unknown setting, with the line", T(BASE "\n\nsession_idel = 5\n"),
    "wxlogin.conf:5: session_idel: no such setting; did you mean "
    "session_idle?" },
{ "names in capitals are unknown", T(BASE "TOUCH = 5\n"),
    "wxlogin.conf:3: TOUCH: no such setting" },
{ "out of bounds, with the line", T(BASE "touch = 0\n"),
    "wxlogin.conf:3: touch: wants a whole number from 1" },
{ "a unit in the value", T(BASE "touch = 5s\n"), "wxlogin.conf:3: touch: " },
{ "set twice", T(BASE "touch = 5\ntouch = 6\n"),
    "wxlogin.conf:4: touch: set twice" },
{ "set twice, the same", T(BASE "touch = 5\ntouch = 5\n"),
    "wxlogin.conf:4: touch: set twice" },
{ "set twice, in two sections of a name", T(BASE "touch = 5\n[wxlogin]\n"
    "touch = 6\n"), "wxlogin.conf:5: touch: set twice" },
{ "an indented line", T(BASE "ca_file = /a\n  proxy = http://p:1\n"),
    "wxlogin.conf:4: ca_file: set twice, or a line behind it is indented" },
{ "no section", T("database = /d/x.db\n"),
    "wxlogin.conf:1: database: not below [wxlogin]" },
{ "another section", T(BASE "[wxlogout]\ntouch = 5\n"),
    "wxlogin.conf:4: touch: not below [wxlogin]" },
{ "a section in capitals", T("[WXLOGIN]\ndatabase = /d/x.db\n"),
    "wxlogin.conf:2: database: not below" },
{ "neither section nor value", T(BASE "nonsense\n"),
    "wxlogin.conf:3: neither [SECTION] nor NAME = VALUE" },
{ "a section that does not end", T(BASE "[app " APP "\n"),
    "wxlogin.conf:3: neither" },
{ "NUL in a line", T(BASE "tou\0ch = 5\n"),
    "wxlogin.conf:3: the line has a NUL byte" },
{ "NUL behind a value", T(BASE "touch = 5\0\n"),
    "wxlogin.conf:3: the line has a NUL byte" },
{ "a word that is no choice", T(BASE "journal = memory\n"),
    "wxlogin.conf:3: journal: wants one of: auto wal delete" },
{ "a switch that says true", T(BASE "token_in_query = true\n"),
    "wxlogin.conf:3: token_in_query: wants one of: no yes" },
{ "an http address", T(BASE "wechat_base_url = http://api.weixin.qq.com\n"),
    "wxlogin.conf:3: wechat_base_url: " },
{ "app without AppID", T(BASE "[app ]\nsecret = x\n"), "wxlogin.conf:4: " },
{ "app with an AppID that is none", T(BASE "[app a b]\nsecret = x\n"),
    "wxlogin.conf:4: a b: no AppID" },
{ "app with an AppID of 33", T(BASE "[app 012345678901234567890123456789012]\n"
    "secret = x\n"), "no AppID" },
{ "app with another setting", T(BASE "[app " APP "]\ntouch = 5\n"),
    "wxlogin.conf:4: touch: an app has secret and secret_file" },
{ "app with a secret of other letters",
    T(BASE "[app " APP "]\nsecret = a&b\n"),
    "wxlogin.conf:4: secret" },
{ "app with an empty secret", T(BASE "[app " APP "]\nsecret =\n"),
    "wxlogin.conf:4: secret" },
{ "app with a secret set twice", T(BASE "[app " APP "]\nsecret = a\n"
    "secret = b\n"), "wxlogin.conf:5: secret: set twice" },
{ "default_app that is none", T(BASE "appid = " APP "\ndefault_app = wx2\n"),
    "default_app: wx2 is no app" },
{ "appid that is none", T(BASE "appid = a&b\n"), "appid: a&b: no AppID" },
{ "appid also in an [app]", T(BASE "appid = " APP "\n[app " APP "]\n"
    "secret = " SECRET "\n"), "also in [app]" },
{ "secret without appid", T(BASE "secret = " SECRET "\n"),
    "secret is set and appid is not" },
{ "secret_file without appid", T(BASE "secret_file = s\n"),
    "secret is set and appid is not" },
};

static void
refusals(void)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct conf *c = load_mode(refused[i].text, refused[i].n, 0600,
		    false);

		about(refused[i].text, refused[i].n);
		ok(c == NULL, "refused: %s", refused[i].why);
		ok(says(refused[i].says), "refused: %s: told as \"%s\"",
		    refused[i].why, refused[i].says);
		if (c == NULL && !says(refused[i].says))
			printf("# it said: %s\n", problems.p);
		conf_free(c);
	}
	about(NULL, 0);
}

/* A line of `n` characters, "database = /xxx", and what follows it. */
static struct conf *
load_line(size_t n, const char *behind)
{
	char text[600] = "[wxlogin]\ndatabase = /";

	memset(text + strlen(text), 'x', n + 10 - strlen(text));
	memcpy(text + n + 10, behind, strlen(behind) + 1);
	return load(text, false);
}

static void
long_lines(void)
{
	struct conf *c = load_line(197, "\ntouch = 7\n");

	ok(c != NULL && strlen(c->database) == 197 - strlen("database = ") &&
	    c->touch == 7, "lines: 197 characters");
	conf_free(c);
	c = load_line(198, "\ntouch = 7\n");
	ok(c != NULL && strlen(c->database) == 198 - strlen("database = ") &&
	    c->touch == 7, "lines: 198 characters, as the message says");
	conf_free(c);
	for (size_t n = 199; n < 203; n++) {
		c = load_line(n, "\n");
		ok(c == NULL && says("wxlogin.conf:2: the line is too long"),
		    "lines: %zu characters are not cut in silence", n);
		conf_free(c);
	}
	c = load_line(450, "\ntouch = x\n");
	ok(c == NULL && says("wxlogin.conf:2: the line is too long") &&
	    says("wxlogin.conf:3: touch"), "lines: counted on behind it");
	conf_free(c);
	c = load_line(150, "");
	ok(c != NULL, "lines: the last one without a newline");
	conf_free(c);
}

static void
many_problems(void)
{
	struct buf text = { .max = CONF_FILE_MAX };
	struct conf *c;

	buf_str(&text, BASE);
	for (int i = 0; i < 1000; i++)
		buf_fmt(&text, "unknown_%d = 1\n", i);
	c = load(text.p, false);
	ok(c == NULL && says("wxlogin.conf:3: unknown_0: no such setting"),
	    "1000 mistakes: the first of them are told");
	conf_free(c);
	buf_free(&text);
	text.max = 2 * CONF_FILE_MAX;
	for (int i = 0; i < 8000; i++)
		buf_str(&text, "# comment\n");
	c = load(text.p, false);
	ok(c == NULL && says("wxlogin.conf: "), "a file that is too large");
	conf_free(c);
	buf_free(&text);
}

static void
accepted(void)
{
	struct conf *c = load("\xef\xbb\xbf# comment\r\n; comment\r\n\r\n"
	    "[wxlogin]\r\ndatabase=x.db\r\n  \r\ntouch  =  5  ; comment\r\n"
	    "session_idle: 9\r\nproxy =\r\n", false);
	char want[1024];

	ok(c != NULL, "BOM, CRLF, comments, blanks, a colon, an empty value");
	if (c == NULL) {
		printf("# %s\n", problems.p);
		return;
	}
	snprintf(want, sizeof(want), "%s/x.db", tmp_dir());
	is_str(c->database, want, "relative to the file's folder");
	snprintf(want, sizeof(want), "%s/x.db.key", tmp_dir());
	is_str(c->seal_key_file, want, "seal_key_file: database + .key");
	is_int(c->touch, 5, "a value with blanks and a comment around it");
	is_int(c->session_idle, 9, "a value behind a colon");
	is_str(c->proxy, NULL, "an empty value is none");
	is_int(c->session_max, 2592000, "session_max by default");
	is_int(c->wechat_timeout, 8000, "wechat_timeout by default");
	is_int(c->max_sessions, 10, "max_sessions by default");
	is_int(c->code_replay, 60, "code_replay by default");
	is_int(c->login_failures, 60, "login_failures by default");
	is_int(c->token_in_query, 0, "token_in_query by default");
	is_int(c->phone_conflict, PHONE_MOVE, "phone_conflict by default");
	is_int(c->journal, JOURNAL_AUTO, "journal by default");
	is_int(c->workers, 0, "workers by default");
	is_int(c->log_level, LOG_LEVEL_INFO, "log_level by default");
	is_str(c->wechat_base_url, "https://api.weixin.qq.com",
	    "WeChat by default");
	is_str(c->file, getenv("WXLOGIN_CONFIG"), "the file that was read");
	ok(!conf_stale(c), "fresh");
	tmp_write("wxlogin.new", BASE, strlen(BASE), 0600);
	ok(rename(tmp_path("wxlogin.new"), tmp_path("wxlogin.conf")) == 0 &&
	    conf_stale(c), "stale when the file was replaced");
	unlink(tmp_path("wxlogin.conf"));
	ok(conf_stale(c), "stale when it has gone");
	conf_free(c);
	c = load("", false);
	ok(c == NULL && says("database is not set"), "an empty file");
	conf_free(c);
}

static void
apps(void)
{
	struct conf *c = load(WITH_APP, true);

	ok(c != NULL && c->napps == 1, "one app");
	ok(c != NULL && c->default_app == &c->apps[0], "one app, the default");
	is_str(c == NULL ? NULL : c->apps[0].appid, APP, "its AppID");
	is_str(c == NULL ? NULL : c->apps[0].secret, SECRET, "its secret");
	conf_free(c);
	c = load(BASE "[app wx1]\nsecret = a\n[app wx2]\nsecret = b\n", true);
	ok(c != NULL && c->napps == 2 && c->default_app == NULL,
	    "two apps, none the default");
	ok(c != NULL && conf_app(c, "wx2") == &c->apps[1],
	    "an app is found by its AppID");
	ok(c != NULL && conf_app(c, "wx3") == NULL,
	    "an AppID that is not configured is not found");
	ok(c != NULL && conf_app(c, "") == NULL,
	    "an empty AppID is not found");
	ok(c != NULL && conf_app(c, "WX2") == NULL,
	    "an AppID in the other case is not found");
	conf_free(c);
	c = load(BASE "default_app = wx2\n[app wx1]\nsecret = a\n[app wx2]\n"
	    "secret = b\n", true);
	ok(c != NULL && c->default_app == &c->apps[1], "the default by name");
	conf_free(c);
	c = load(BASE, true);
	ok(c == NULL && says("no app is configured"),
	    "none, and it needs one");
	conf_free(c);
	c = load(BASE, false);
	ok(c != NULL && c->napps == 0, "none, and it needs none");
	conf_free(c);
	c = load(BASE "appid = wx1\n", true);
	ok(c == NULL && says("app wx1: has no secret"),
	    "one without a secret");
	conf_free(c);
	c = load(BASE "appid = wx1\n", false);
	ok(c != NULL, "which a program that asks nothing does not need");
	conf_free(c);
}

static void
secret_files(void)
{
	static const struct {
		const char *why, *text; mode_t mode; const char *says;
	} t[] = {
	{ "plain", SECRET, 0600, NULL },
	{ "a newline behind", SECRET "\n", 0600, NULL },
	{ "CRLF and blanks behind", SECRET " \t\r\n\r\n", 0600, NULL },
	{ "readable by the group", SECRET, 0640, NULL },
	{ "readable by others", SECRET, 0644, "chmod" },
	{ "writable by others", SECRET, 0602, "chmod" },
	{ "with a byte order mark", "\xef\xbb\xbf" SECRET "\r\n", 0600, NULL },
	{ "empty", "", 0600, "empty; write the AppSecret of wx1 into it" },
	{ "a newline alone", "\n", 0600, "the file is empty" },
	{ "two lines", SECRET "\n" SECRET "\n", 0600, "more than one line" },
	{ "NAME = VALUE", "secret = " SECRET, 0600,
	    "letters and digits only" },
	{ "what it came with", SECRET_PLACEHOLDER, 0600, "still holds" },
	};
	struct conf *c;
	char long_text[300];

	for (size_t i = 0; i < COUNT(t); i++) {
		tmp_write("secret", t[i].text, strlen(t[i].text), t[i].mode);
		c = load(BASE "appid = wx1\nsecret_file = secret\n", true);
		about(t[i].text, strlen(t[i].text));
		is_str(c == NULL ? NULL : c->default_app->secret,
		    t[i].says == NULL ? SECRET : NULL, "secret_file: %s",
		    t[i].why);
		ok(t[i].says == NULL || says(t[i].says),
		    "secret_file: %s: a refusal says what it wants", t[i].why);
		ok(t[i].says == NULL || says(tmp_path("secret")),
		    "secret_file: %s: a refusal names the file", t[i].why);
		ok(!says(SECRET), "secret_file: %s: the secret is not told",
		    t[i].why);
		conf_free(c);
	}
	about(NULL, 0);
	memset(long_text, 'x', sizeof(long_text));
	tmp_write("secret", long_text, 129, 0600);
	c = load(BASE "[app wx1]\nsecret_file = secret\n", true);
	ok(c == NULL && says("128 characters at most"),
	    "secret_file: 129 letters");
	conf_free(c);
	tmp_write("secret", long_text, 300, 0600);
	c = load(BASE "[app wx1]\nsecret_file = secret\n", true);
	ok(c == NULL && says(tmp_path("secret")), "secret_file: 300 letters");
	conf_free(c);
	unlink(tmp_path("secret"));
	c = load(BASE "[app wx1]\nsecret_file = secret\n", true);
	ok(c == NULL && says(tmp_path("secret")) && says("of wx1"),
	    "secret_file: missing");
	conf_free(c);
	c = load(BASE "[app wx1]\nsecret_file = secret\n", false);
	ok(c != NULL, "secret_file: not read when it is not needed");
	conf_free(c);
}

static void
modes(void)
{
	static const struct {
		const char *why, *text; mode_t mode; bool fine;
	} t[] = {
	{ "with a secret, others can read it", WITH_APP, 0644, false },
	{ "with a secret, others can write it", WITH_APP, 0602, false },
	{ "with a secret, the group can read it", WITH_APP, 0640, true },
	{ "with a secret below [app]", BASE "[app wx1]\nsecret = x\n", 0644,
	    false },
	{ "without a secret", BASE, 0644, true },
	{ "with an empty secret", BASE "secret =\n", 0644, true },
	{ "with a secret_file", BASE "appid = wx1\nsecret_file = x\n", 0644,
	    true },
	};

	for (size_t i = 0; i < COUNT(t); i++) {
		struct conf *c = load_mode(t[i].text, strlen(t[i].text),
		    t[i].mode, false);

		is_int(c != NULL, t[i].fine, "mode: %s", t[i].why);
		ok(t[i].fine || says("chmod o="),
		    "mode: %s: a refusal says how to mend it", t[i].why);
		ok(t[i].fine || says(tmp_path("wxlogin.conf")),
		    "mode: %s: a refusal names the file", t[i].why);
		conf_free(c);
	}
}

static void
environment(void)
{
	struct conf *c;

	setenv("WXLOGIN_TOUCH", "7", 1);
	c = load(BASE "touch = 5\n", false);
	ok(c != NULL && c->touch == 7, "environment beats the file");
	conf_free(c);
	setenv("WXLOGIN_TOUCH", "", 1);
	c = load(BASE "touch = 5\n", false);
	ok(c != NULL && c->touch == 5, "empty means unset");
	conf_free(c);
	setenv("WXLOGIN_TOUCH", "x", 1);
	c = load(BASE, false);
	ok(c == NULL && says("environment: WXLOGIN_TOUCH: wants a whole "
	    "number"), "out of bounds is told by its name");
	conf_free(c);
	unsetenv("WXLOGIN_TOUCH");
	setenv("WXLOGIN_DATABASE", "rel.db", 1);
	c = load("[wxlogin]\n", false);
	ok(c != NULL && strcmp(c->database, "rel.db") == 0,
	    "a relative path of the environment stays");
	conf_free(c);
	unsetenv("WXLOGIN_DATABASE");
	setenv("WXLOGIN_TUOCH", "5", 1);
	setenv("WXLOGIN_A_NAME_THAT_IS_LONGER_THAN_ANY_SETTING_WILL_EVER_BE",
	    "5", 1);
	setenv("HTTP_WXLOGIN_TOUCH", "9", 1);
	c = load(BASE, false);
	ok(c != NULL && warnings.p != NULL &&
	    strstr(warnings.p, "WXLOGIN_TUOCH: no such setting") != NULL,
	    "an unknown one is a warning");
	ok(warnings.p != NULL && strstr(warnings.p, "LONGER_THAN_ANY") != NULL,
	    "a long unknown one is, too");
	ok(c != NULL && c->touch == 60, "nothing comes from HTTP_*");
	conf_free(c);
	clear_env();
	unsetenv("HTTP_WXLOGIN_TOUCH");
	setenv("WXLOGIN_IDENTITY_HEADERS", "1", 1);
	setenv("WXLOGIN_SANDBOX", "1", 1);
	c = load(BASE, false);
	ok(c != NULL && warnings.len == 0,
	    "those of the web server and of the stand-in are known");
	conf_free(c);
	clear_env();
	/* without any file: one app by the environment alone */
	setenv("WXLOGIN_CONFIG", tmp_write("empty", "", 0, 0600), 1);
	setenv("WXLOGIN_DATABASE", "/d/x.db", 1);
	setenv("WXLOGIN_APPID", APP, 1);
	setenv("WXLOGIN_SECRET", SECRET, 1);
	buf_free(&problems);
	c = conf_load(true, &problems, &warnings);
	ok(c != NULL && c->default_app != NULL &&
	    strcmp(c->default_app->secret, SECRET) == 0,
	    "an app by the environment");
	conf_free(c);
	setenv("WXLOGIN_SECRET", "a&b", 1);
	buf_free(&problems);
	c = conf_load(true, &problems, &warnings);
	ok(c == NULL && !says("a&b"), "a bad secret is refused, and not told");
	conf_free(c);
	clear_env();
	setenv("WXLOGIN_CONFIG", tmp_path("none.conf"), 1);
	buf_free(&problems);
	c = conf_load(false, &problems, &warnings);
	ok(c == NULL && says("none.conf"), "a named file that is missing");
	conf_free(c);
	setenv("WXLOGIN_CONFIG", tmp_dir(), 1);
	buf_free(&problems);
	c = conf_load(false, &problems, &warnings);
	ok(c == NULL && says(tmp_dir()), "a named file that is a folder");
	conf_free(c);
	clear_env();
}

int
main(void)
{
	clear_env();
	refusals();
	long_lines();
	many_problems();
	accepted();
	apps();
	secret_files();
	modes();
	environment();
	buf_free(&problems);
	buf_free(&warnings);
	return done();
}
