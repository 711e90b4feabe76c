/* SPDX-License-Identifier: MIT */
/* call.c: how a call to WeChat is made, and what its errors mean to us.
 *
 * Nothing that WeChat says reaches a client; of an error the log gets the
 * number and the rid, by which WeChat's support finds the call. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "base/clock.h"
#include "base/json.h"
#include "wechat/breaker.h"
#include "wechat/call.h"
#include "wechat/https.h"

#define URL_MAX		8192
#define RID_MAX		64
#define AGAIN_FIRST	100	/* ms before the first repetition; doubles */
#define ERRCODE_BUSY	(-1)

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

	if (!json_has(o, "errcode"))
		return OK;
	if (!json_number(o, "errcode", errcode))
		return FAIL(log, WECHAT_ERROR, "WeChat: errcode is no number");
	if (*errcode == 0)
		return OK;
	read_rid(o, rid);
	return from_errcode(log, *errcode, rid);
}

enum outcome
api_read(struct log *log, const char *text, size_t n,
    enum outcome (*read)(struct log *, struct json_object *, void *),
    void *out, int64_t *errcode)
{
	struct json_object *o = json_parse_object(text, n);
	enum outcome e;

	*errcode = 0;
	if (o == NULL)
		return FAIL(log, WECHAT_ERROR, "WeChat: the answer is no JSON "
		    "object");
	e = read_errcode(log, o, errcode);
	if (e == OK && read != NULL)
		e = read(log, o, out);
	json_done(o);
	return e;
}

/* ---- one send */

static enum outcome
from_http(struct context *cx, enum http_result r, long status, const char *why)
{
	if (r == HTTP_FAILED)
		return FAIL(cx->log, WECHAT_UNAVAILABLE, "WeChat: %s", why);
	if (r == HTTP_TOO_LARGE)
		return FAIL(cx->log, WECHAT_ERROR, "WeChat: more than 64 KiB");
	if (status >= 500 || status == 429)
		return FAIL(cx->log, WECHAT_UNAVAILABLE, "WeChat: HTTP %ld",
		    status);
	if (status != 200)
		return FAIL(cx->log, WECHAT_ERROR, "WeChat: HTTP %ld", status);
	return OK;
}

static enum outcome
send_once(struct context *cx, const struct api *a,
    const struct http_call *call,
    int64_t *errcode)
{
	struct buf reply = { .max = UPSTREAM_MAX + 1 };
	const char *why = "";
	enum http_result r;
	int64_t failures;
	enum outcome e;
	long status;

	*errcode = 0;
	if ((e = breaker_allow(cx, &failures)) != OK)
		return e;
	r = http_call(cx->wechat->http, call, &reply, &status, &why);
	breaker_note(cx, failures, r != HTTP_FAILED);
	if ((e = from_http(cx, r, status, why)) == OK)
		e = api_read(cx->log, reply.p == NULL ? "" : reply.p,
		    reply.len, a->read, a->out, errcode);
	buf_free(&reply);
	return e;
}

/* Send; after the definite answer -1 again, while there is time. */
static enum outcome
send_patiently(struct context *cx, const struct api *a, struct http_call *call,
    int64_t *errcode)
{
	const int64_t start = clock_ms();
	int64_t pause = AGAIN_FIRST, left = cx->conf->wechat_timeout;
	enum outcome e;
	int sends;

	for (sends = 1;; sends++) {
		call->timeout = left;
		e = send_once(cx, a, call, errcode);
		left = start + cx->conf->wechat_timeout - clock_ms();
		if (*errcode != ERRCODE_BUSY || sends == CALL_SENDS ||
		    left <= pause)
			break;
		clock_sleep_ms(pause);
		left -= pause;
		pause *= 2;
	}
	cx->log->wechat_ms += clock_ms() - start;
	if (e == OK)
		log_forget(cx->log);	/* the -1 before it */
	return e;
}

enum outcome
api_send(struct context *cx, const struct api *a, const char *token,
    int64_t *errcode)
{
	struct http_call call = { .once = a->once,
	    .request_id = cx->request_id };
	struct buf url = { .max = URL_MAX };
	enum outcome e;

	*errcode = 0;
	buf_fmt(&url, "%s%s?", cx->conf->wechat_base_url, a->path);
	if (token != NULL) {
		buf_str(&url, "access_token=");
		buf_url(&url, token);
		buf_str(&url, "&");
	}
	if (a->query.p != NULL)
		buf_str(&url, a->query.p);
	if (url.bad || a->query.bad || a->body.bad) {
		buf_free(&url);
		return FAIL(cx->log, INTERNAL, "a call to WeChat is too long");
	}
	call.url = url.p;
	call.body = a->body.p;
	e = send_patiently(cx, a, &call, errcode);
	buf_free(&url);
	return e;
}

/* ---- a call */

void
api_done(struct api *a)
{
	buf_free(&a->query);
	buf_free(&a->body);
}

enum outcome
api_call(struct context *cx, struct api *a, int64_t *errcode)
{
	const enum outcome e = api_send(cx, a, NULL, errcode);

	api_done(a);
	return e;
}
