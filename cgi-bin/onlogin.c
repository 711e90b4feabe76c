/* SPDX-License-Identifier: MIT */
/* onlogin.c: silent login: a wx.login code becomes a session of our own.
 *
 *   POST, GET  code [appid] [device]
 *	200 {"token","expiresIn","absoluteExpiresIn","newUser","userInfo"}
 *	400 PARAM_INVALID code, appid (not configured), device
 *	400 CODE_INVALID, CODE_USED
 *	403 USER_BLOCKED	by WeChat or by the operator
 *	429 TOO_MANY_REQUESTS
 *	502 WECHAT_ERROR, 503 WECHAT_UNAVAILABLE, BUSY
 *
 * A code that comes again, because a phone lost the reply, is answered with a
 * session of the same user and a fresh token: lib/account/login.h has the
 * rule.
 */
#include <config.h>

#include <string.h>

#include "account/login.h"
#include "account/throttle.h"
#include "base/json.h"
#include "program/endpoint.h"
#include "wechat/wechat.h"

enum { CODE, APPID, DEVICE };

static const struct field fields[] = {
	[CODE] = { .name = "code", .type = FIELD_WORD, .min = 1,
	    .max = CODE_MAX, .required = true },
	[APPID] = { .name = "appid", .type = FIELD_WORD, .min = 1,
	    .max = APPID_MAX },
	[DEVICE] = { .name = "device", .type = FIELD_LABEL, .min = 1,
	    .max = 64 },
};

static enum outcome
run(struct request *rq)
{
	struct login l = { .code = rq->f[CODE].s, .code_len = rq->f[CODE].len,
	    .device = rq->f[DEVICE].s };
	enum outcome e;

	l.app = rq->f[APPID].set ? conf_app(rq->cx.conf, rq->f[APPID].s) :
	    rq->cx.conf->default_app;
	if (l.app == NULL)
		return bad_field(rq, "appid");
	rq->appid = l.app->appid;
	if ((e = login(rq, &l)) != OK)
		return e;
	rq->live = true;
	json_strn(&rq->data, "token", l.token, TOKEN_LEN);
	json_int(&rq->data, "expiresIn", session_idle_left(rq));
	json_int(&rq->data, "absoluteExpiresIn", session_max_left(rq));
	json_boolean(&rq->data, "newUser", l.new_user);
	explicit_bzero(l.token, sizeof(l.token));
	return user_out(rq, &rq->user, &rq->data);
}

/* Failures that a guesser of codes would cause; WeChat's own do not count. */
static void
refused(struct request *rq, enum outcome e)
{
	if (e == CODE_INVALID || e == CODE_USED ||
	    (e == PARAM_INVALID && rq->field == fields[CODE].name))
		throttle_note(rq);
}

const struct program program = {
	.name = "onlogin",
	.summary = "exchanges a wx.login code for a session",
	.methods = METHOD_GET | METHOD_POST,
	.auth = AUTH_NONE,
	.fields = fields,
	.nfields = COUNT(fields),
	.upstream = &wechat_upstream,
	.run = run,
	.admit = throttle_admit,
	.refused = refused,
};
