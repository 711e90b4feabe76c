/* SPDX-License-Identifier: MIT */
/* call.c: how a call to WeChat is made. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "base/clock.h"
#include "base/json.h"
#include "wechat/breaker.h"
#include "wechat/call.h"
#include "wechat/errcode.h"
#include "wechat/https.h"

#define URL_MAX		8192
#define LEAST_TIME	50	/* ms that a repetition is given */
#define AGAIN_FIRST	100	/* ms before the first repetition; doubles */

enum outcome
api_read(struct log *log, const char *text, size_t n,
    enum outcome (*read)(struct log *, const struct json_object *,
    void *),
    void *out, int64_t *errcode)
{
	struct json_object *o;
	enum json_result parsed;
	enum outcome e;

	*errcode = 0;
	parsed = json_read(text, n, JSON_STRICT, &o);
	if (parsed == JSON_NO_MEMORY)
		return FAIL_MEMORY(log);
	if (parsed != JSON_OK)
		return FAIL(log, WECHAT_ERROR, "WeChat: the answer is no JSON "
		    "object");
	e = errcode_read(log, o, errcode);
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
	if (r == HTTP_LOST)
		return FAIL(cx->log, CODE_LOST, "WeChat closed a kept "
		    "connection before it answered: the code may have been "
		    "used, and is not sent again");
	if (r == HTTP_NO_MEMORY)
		return FAIL_MEMORY(cx->log);
	if (r == HTTP_NO_DESCRIPTORS)
		return FAIL(cx->log, BUSY, "WeChat: %s", why);
	if (r == HTTP_TOO_LARGE)
		return FAIL(cx->log, WECHAT_ERROR, "WeChat: more than 64 KiB");
	if (status >= 500 || status == 429)
		return FAIL(cx->log, WECHAT_UNAVAILABLE, "WeChat: HTTP %ld",
		    status);
	if (status != 200)
		return FAIL(cx->log, WECHAT_ERROR, "WeChat: HTTP %ld", status);
	return OK;
}

/* The breaker counts what the network did, not what we lack ourselves.  Kept
 * connections end; that alone is no reason to give WeChat up. */
static void
note_result(struct context *cx, enum http_result r, int64_t failures)
{
	if (r == HTTP_NO_MEMORY || r == HTTP_NO_DESCRIPTORS ||
	    (r == HTTP_LOST && failures == 0))
		return;
	breaker_note(cx, failures, r != HTTP_FAILED && r != HTTP_LOST);
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
	note_result(cx, r, failures);
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
		    left <= pause + LEAST_TIME)
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
	if (url.no_memory || a->query.no_memory || a->body.no_memory) {
		buf_free(&url);
		return FAIL_MEMORY(cx->log);
	}
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
