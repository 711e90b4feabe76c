/* SPDX-License-Identifier: MIT */
/* wechat.c: WeChat's server API, and what its answers mean to us.
 *
 * Nothing that WeChat says reaches a client; of an error the log gets the
 * number and the rid, by which WeChat's support finds the call. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "clock.h"
#include "conf.h"
#include "http.h"
#include "json.h"
#include "request.h"
#include "text.h"
#include "wechat.h"

#define URL_MAX		2048
#define RID_MAX		64
#define AGAIN_FIRST	100	/* ms before the first repetition; doubles */
#define ERRCODE_BUSY	(-1)

struct wechat {
	struct http	*http;
};

/* ---- errors */

/* The rid in an errmsg: "..., rid: 652d44d0-1d0af18b-5b069232". */
static void
read_rid(struct json_object *o, char out[RID_MAX])
{
	size_t len, n;
	const char *msg = json_text(o, "errmsg", &len), *rid;

	out[0] = '\0';
	if (msg == NULL || (rid = strstr(msg, "rid: ")) == NULL)
		return;
	rid += strlen("rid: ");
	n = strspn(rid, "0123456789abcdef-");
	if (n < RID_MAX) {
		memcpy(out, rid, n);
		out[n] = '\0';
	}
}

/* Numbers that users and clients can act upon; all others are the
 * operator's. */
static enum outcome
from_errcode(struct log *log, int64_t errcode, const char *rid)
{
	static const struct { int64_t errcode; enum outcome o; } known[] = {
		{ ERRCODE_BUSY,	WECHAT_UNAVAILABLE },
		{ 40029,	CODE_INVALID },
		{ 40163,	CODE_USED },
		{ 40226,	USER_BLOCKED },
		{ 45009,	TOO_MANY_REQUESTS },
		{ 45011,	TOO_MANY_REQUESTS },
	};
	enum outcome o = WECHAT_ERROR;
	size_t i;

	for (i = 0; i < COUNT(known); i++)
		if (known[i].errcode == errcode)
			o = known[i].o;
	return FAIL(log, o, "WeChat: errcode %" PRId64 " rid %s", errcode,
	    *rid == '\0' ? "-" : rid);
}

/* The errcode of a reply; one that is absent or 0 is a success. */
static enum outcome
read_errcode(struct log *log, struct json_object *o, int64_t *errcode)
{
	char rid[RID_MAX];

	*errcode = 0;
	if (!json_has(o, "errcode"))
		return OK;
	if (!json_number(o, "errcode", errcode))
		return FAIL(log, WECHAT_ERROR, "WeChat: errcode is no number");
	if (*errcode == 0)
		return OK;
	read_rid(o, rid);
	return from_errcode(log, *errcode, rid);
}

/* ---- code2Session */

/* An openid or unionid: opaque, but of printable ASCII, since it goes into
 * header lines for protected programs. */
static bool
read_id(struct json_object *o, const char *name, char out[OPENID_MAX + 1])
{
	size_t i, n;
	const char *s = json_text(o, name, &n);

	if (s == NULL || n == 0 || n > OPENID_MAX)
		return false;
	for (i = 0; i < n; i++)
		if (s[i] <= 0x20 || s[i] >= 0x7f)
			return false;
	memcpy(out, s, n + 1);
	return true;
}

/* Base64 of 16 bytes, in the one form that we can make again: open data is
 * signed with this text. */
static bool
read_key(struct json_object *o, uint8_t key[SESSION_KEY_LEN])
{
	size_t n, got;
	const char *s = json_text(o, "session_key", &n);

	return s != NULL && n == SESSION_KEY_B64 &&
	    base64_parse(s, n, key, SESSION_KEY_LEN, &got) &&
	    got == SESSION_KEY_LEN;
}

enum outcome
wechat_read_session(struct log *log, const char *text, size_t n,
    struct wechat_session *out, int64_t *errcode)
{
	struct json_object *o = json_parse_object(text, n);
	enum outcome e;

	*errcode = 0;
	if (o == NULL)
		return FAIL(log, WECHAT_ERROR, "WeChat: the answer is no JSON "
		    "object");
	*out = (struct wechat_session){ .openid = "" };
	e = read_errcode(log, o, errcode);
	if (e == OK && (!read_id(o, "openid", out->openid) ||
	    !read_key(o, out->key)))
		e = FAIL(log, WECHAT_ERROR, "WeChat: openid or session_key is "
		    "missing or malformed");
	if (e == OK && !read_id(o, "unionid", out->unionid))
		out->unionid[0] = '\0';
	json_done(o);
	return e;
}

/* Every character of a code and an AppID is unreserved in a URL (RFC 3986,
 * 2.3), and so is one of an AppSecret: see onlogin.c and conf.c. */
static enum outcome
send_code(struct req *rq, const struct app *app, const char *code,
    int64_t timeout, struct wechat_session *out, int64_t *errcode)
{
	struct buf url = { .max = URL_MAX }, reply = { .max = UPSTREAM_MAX + 1 };
	struct http_call call = { .timeout = timeout, .once = true };
	const char *why = "";
	enum http_result r;
	enum outcome e;
	long status;

	*errcode = 0;
	buf_fmt(&url, "%s/sns/jscode2session?appid=%s&secret=%s&js_code=%s"
	    "&grant_type=authorization_code", rq->conf->wechat_base_url,
	    app->appid, app->secret, code);
	if (url.bad)
		return FAIL(rq->log, INTERNAL, "the address is too long");
	call.url = url.p;
	r = http_call(rq->wechat->http, &call, &reply, &status, &why);
	buf_free(&url);
	if (r == HTTP_FAILED)
		e = FAIL(rq->log, WECHAT_UNAVAILABLE, "WeChat: %s", why);
	else if (r == HTTP_TOO_LARGE)
		e = FAIL(rq->log, WECHAT_ERROR, "WeChat: more than 64 KiB");
	else if (status >= 500 || status == 429)
		e = FAIL(rq->log, WECHAT_UNAVAILABLE, "WeChat: HTTP %ld",
		    status);
	else if (status != 200)
		e = FAIL(rq->log, WECHAT_ERROR, "WeChat: HTTP %ld", status);
	else
		e = wechat_read_session(rq->log, reply.p == NULL ? "" :
		    reply.p, reply.len, out, errcode);
	buf_free(&reply);
	return e;
}

enum outcome
wechat_code2session(struct req *rq, const struct app *app, const char *code,
    struct wechat_session *out)
{
	const int64_t start = clock_ms();
	int64_t pause = AGAIN_FIRST, left, errcode;
	enum outcome e;
	int sends;

	for (sends = 1;; sends++) {
		left = start + rq->conf->wechat_timeout - clock_ms();
		e = send_code(rq, app, code, left, out, &errcode);
		left = start + rq->conf->wechat_timeout - clock_ms();
		if (errcode != ERRCODE_BUSY || sends == LOGIN_SENDS ||
		    left <= pause)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = pause * 1000000 },
		    NULL);
		pause *= 2;
	}
	if (e == OK)
		log_forget(rq->log);	/* the -1 before it */
	rq->log->wechat_ms += clock_ms() - start;
	return e;
}

/* ---- for struct program */

static void
close_upstream(struct wechat *w)
{
	http_close(w->http);
	free(w);
}

static struct wechat *
open_upstream(const struct conf *conf, struct log *log)
{
	struct wechat *w = calloc(1, sizeof(*w));

	(void)log;
	if (w == NULL)
		return NULL;
	if ((w->http = http_open(conf)) == NULL) {
		free(w);
		return NULL;
	}
	return w;
}

static bool
check_upstream(struct wechat *w, const struct conf *conf, struct log *log)
{
	const char *why;

	if (http_connects(w->http, conf->wechat_base_url, &why))
		return true;
	log_cause(log, __FILE__, __LINE__, "WeChat at %s: %s",
	    conf->wechat_base_url, why);
	return false;
}

const struct upstream wechat_upstream = {
	.open = open_upstream,
	.close = close_upstream,
	.check = check_upstream,
};
