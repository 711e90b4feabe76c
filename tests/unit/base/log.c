/* SPDX-License-Identifier: MIT */
/* log.c: what a log line looks like, whatever is in it: one line, JSON, UTF-8;
 * and the first cause with its place. */
#include <config.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "tests/unit/caller.h"
#include "tests/unit/tap.h"
#include "tests/unit/tmp.h"

static struct caller caller;

/* Log one request; the line as JSON, NULL when it is not one line of it. */
static struct json_object *
line_of(struct log *l, const struct log_request *r)
{
	const struct io io = caller_io(&caller, "", "", true);

	l->sink = (struct log_sink){ io.log, io.arg };
	log_request(l, r);
	l->sink = (struct log_sink){ .write = NULL };
	if (caller.log_len == 0 || caller.log[caller.log_len - 1] != '\n' ||
	    strchr(caller.log, '\n') != caller.log + caller.log_len - 1)
		return NULL;
	return json_parse_object(caller.log, caller.log_len);
}

static const char *
member(struct json_object *o, const char *name)
{
	size_t len;
	const char *s = o == NULL ? NULL : json_text(o, name, &len);

	return s == NULL ? "(none)" : s;
}

static struct log_request
request(void)
{
	return (struct log_request){ .request_id = "rid", .method = "POST",
	    .code = "OK", .appid = "wx1", .user = "U", .client = "10.0.0.1",
	    .status = 200, .ms = 5 };
}

static void
plain(void)
{
	struct log_request r = request();
	struct json_object *o;
	struct log l;
	int64_t n = 0;

	log_open(&l, "prog", NULL);
	l.wechat_ms = 3;
	o = line_of(&l, &r);
	ok(o != NULL, "one line of JSON");
	is_str(member(o, "program"), "prog", "program");
	is_str(member(o, "request_id"), "rid", "request_id");
	is_str(member(o, "method"), "POST", "method");
	is_str(member(o, "code"), "OK", "code");
	ok(json_number(o, "status", &n) && n == 200, "status is a number");
	ok(json_number(o, "ms", &n) && n == 5, "ms");
	ok(json_number(o, "wechat_ms", &n) && n == 3, "wechat_ms");
	is_str(member(o, "appid"), "wx1", "appid");
	is_str(member(o, "user"), "U", "user");
	is_str(member(o, "client"), "10.0.0.1", "client");
	ok(!json_has(o, "cause"), "no cause");
	ok(strlen(member(o, "time")) == 24 && member(o, "time")[23] == 'Z' &&
	    member(o, "time")[10] == 'T', "time is in UTC, with milliseconds");
	json_done(o);
	ok(l.wechat_ms == 0, "wechat_ms is empty for the next request");
	r.appid = r.user = r.client = r.method = NULL;
	o = line_of(&l, &r);
	ok(o != NULL && !json_has(o, "appid") && !json_has(o, "method"),
	    "what is unknown is left out");
	json_done(o);
}

static void
hostile(void)
{
	static const struct { const char *why, *s, *want; } t[] = {
	{ "newline", "GET\n{\"code\":\"OK\"}", "GET\n{\"code\":\"OK\"}" },
	{ "quotation mark", "G\"ET", "G\"ET" },
	{ "reverse solidus", "G\\", "G\\" },
	{ "escape sequence", "\x1b[2J", "\x1b[2J" },
	{ "not UTF-8", "G\xff", "(not shown)" },
	{ "Chinese", "\xe5\xbe\xae", "\xe5\xbe\xae" },
	};
	struct log_request r = request();
	struct json_object *o;
	char text[2000];
	struct log l;

	log_open(&l, "prog", NULL);
	for (size_t i = 0; i < COUNT(t); i++) {
		r.method = t[i].s;
		o = line_of(&l, &r);
		is_str(member(o, "method"), t[i].want, "method: %s", t[i].why);
		json_done(o);
	}
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	r.method = text;
	o = line_of(&l, &r);
	ok(o != NULL && strlen(member(o, "method")) <= 256,
	    "method: a long one does not cost the line");
	json_done(o);
	memset(text, '\x01', 256);
	text[256] = '\0';
	r.method = text;
	o = line_of(&l, &r);
	ok(o != NULL, "256 control characters do not cost the line");
	json_done(o);
}

static void
causes(void)
{
	struct log_request r = request();
	struct json_object *o;
	char text[CAUSE_MAX * 2];
	struct log l;
	int64_t line = 0;
	enum outcome e;

	r.status = 500;
	log_open(&l, "prog", NULL);
	e = FAIL(&l, BUSY, "disk %d is full", 7); line = __LINE__;
	ok(e == BUSY, "FAIL gives its outcome");
	(void)FAIL(&l, INTERNAL, "a later one");
	o = line_of(&l, &r);
	snprintf(text, sizeof(text), "log.c:%lld: disk 7 is full",
	    (long long)line);
	is_str(member(o, "cause"), text,
	    "the first cause, with file and line, without the folder");
	json_done(o);
	o = line_of(&l, &r);
	ok(o != NULL && !json_has(o, "cause"), "told once");
	json_done(o);
	(void)FAIL(&l, INTERNAL, "x");
	log_forget(&l);
	o = line_of(&l, &r);
	ok(o != NULL && !json_has(o, "cause"), "forgotten");
	json_done(o);
	(void)FAIL(&l, INTERNAL, "a\nb\"c\x01%%s");
	o = line_of(&l, &r);
	ok(strstr(member(o, "cause"), "a\nb\"c\x01%s") != NULL,
	    "a cause is escaped");
	json_done(o);
	(void)FAIL(&l, INTERNAL, "GBK \xce\xa2\xd0\xc5");
	o = line_of(&l, &r);
	ok(o != NULL && json_has(o, "cause"), "a cause that is not UTF-8");
	json_done(o);
	/* each remainder of 3: one of them cuts a character */
	for (int shift = 0; shift < 3; shift++) {
		memset(text, 0, sizeof(text));
		memset(text, 'a', (size_t)shift);
		while (strlen(text) < CAUSE_MAX + 10)
			memcpy(text + strlen(text), "\xe5\xbe\xae", 3);
		(void)FAIL(&l, INTERNAL, "%s", text);
		ok(strlen(l.cause) < CAUSE_MAX, "a long cause is cut");
		o = line_of(&l, &r);
		ok(strncmp(member(o, "cause"), "log.c:", 6) == 0 &&
		    strlen(member(o, "cause")) > CAUSE_MAX - 8,
		    "cut between characters, its beginning kept (%d)", shift);
		json_done(o);
	}
	memset(text, '\x02', CAUSE_MAX);
	text[CAUSE_MAX] = '\0';
	(void)FAIL(&l, INTERNAL, "%s", text);
	o = line_of(&l, &r);
	ok(o != NULL, "a cause of control characters does not cost the line");
	json_done(o);
}

static void
levels(void)
{
	static const struct {
		const char *why; int64_t level; int status; bool told;
	} t[] = {
	{ "info: 200", LOG_LEVEL_INFO, 200, true },
	{ "info: 204", LOG_LEVEL_INFO, 204, true },
	{ "warning: 200", LOG_LEVEL_WARNING, 200, false },
	{ "warning: 401", LOG_LEVEL_WARNING, 401, true },
	{ "warning: 503", LOG_LEVEL_WARNING, 503, true },
	{ "error: 401", LOG_LEVEL_ERROR, 401, false },
	{ "error: 500", LOG_LEVEL_ERROR, 500, true },
	};
	struct log_request r = request();
	struct json_object *o;
	struct log l;

	log_open(&l, "prog", NULL);
	for (size_t i = 0; i < COUNT(t); i++) {
		l.level = t[i].level;
		r.status = t[i].status;
		(void)FAIL(&l, INTERNAL, "x");
		o = line_of(&l, &r);
		ok((o != NULL) == t[i].told, "level %s", t[i].why);
		ok(l.cause[0] == '\0',
		    "level %s: the cause is gone all the same", t[i].why);
		json_done(o);
	}
}

static void
events(void)
{
	struct io io = caller_io(&caller, "", "", true);
	struct json_object *o;
	char text[2 * LOG_LINE_MAX];
	struct log l;
	char *nl;

	log_open(&l, "prog", NULL);
	l.sink = (struct log_sink){ io.log, io.arg };
	log_event(&l, LOG_LEVEL_WARNING, "one\ntwo \"x\"\n");
	nl = strchr(caller.log, '\n');
	ok(nl != NULL && strchr(nl + 1, '\n') ==
	    caller.log + caller.log_len - 1, "an event: a line each");
	o = nl == NULL ? NULL :
	    json_parse_object(caller.log, (size_t)(nl - caller.log));
	is_str(member(o, "message"), "one", "an event: its text");
	is_str(member(o, "level"), "warning", "an event: its level");
	json_done(o);
	l.level = LOG_LEVEL_ERROR;
	io = caller_io(&caller, "", "", true);
	log_event(&l, LOG_LEVEL_WARNING, "x");
	ok(caller.log_len == 0, "an event below the level is not told");
	log_event(&l, LOG_LEVEL_ERROR, "wxlogin.conf:1: \xce\xa2\xd0\xc5");
	o = json_parse_object(caller.log, caller.log_len);
	ok(o != NULL, "an event that is not UTF-8 is a line of JSON");
	json_done(o);
	io = caller_io(&caller, "", "", true);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_event(&l, LOG_LEVEL_ERROR, text);
	o = json_parse_object(caller.log, caller.log_len);
	ok(o != NULL, "an event that is too long is cut, not lost");
	json_done(o);
}

static void
to_file(void)
{
	struct log_options options = { .level = LOG_LEVEL_INFO };
	struct buf b = { .max = 10000 };
	struct log_request r = request();
	char path[1024];
	struct stat st;
	struct log l;

	snprintf(path, sizeof(path), "%s", tmp_path("log"));
	options.file = path;
	for (int i = 0; i < 2; i++) {
		log_open(&l, "prog", &options);
		log_request(&l, &r);
		log_close(&l);
	}
	ok(file_read(path, &b, &st) && (st.st_mode & 0777) == 0600,
	    "log_file: made with mode 0600");
	ok(b.len > 0 && strchr(b.p, '\n') != b.p + b.len - 1 &&
	    strncmp(strchr(b.p, '\n') + 1, "{\"time\":", 8) == 0,
	    "log_file: appended to");
	buf_free(&b);
}

int
main(void)
{
	plain();
	hostile();
	causes();
	levels();
	events();
	to_file();
	return done();
}
