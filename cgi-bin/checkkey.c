/* SPDX-License-Identifier: MIT */
/* checkkey.c: asks WeChat whether the stored session_key still holds.
 *
 *   POST (token)	200 {"sessionKeyValid"}
 *			401 AUTH_INVALID, AUTH_EXPIRED	403 USER_BLOCKED
 *			429 TOO_MANY_REQUESTS	502 WECHAT_ERROR
 *			503 WECHAT_UNAVAILABLE, BUSY
 */
#include <config.h>

#include <string.h>

#include "account/session_keys.h"
#include "base/json.h"
#include "program/endpoint.h"
#include "wechat/wechat.h"

static enum outcome
run(struct request *rq)
{
	const struct app *app = conf_app(rq->cx.conf, rq->user.appid);
	uint8_t key[SESSION_KEY_LEN];
	bool valid = false;
	enum outcome e;

	if (app == NULL)
		return FAIL(rq->cx.log, INTERNAL, "app %s is no longer "
		    "configured", rq->user.appid);
	e = session_own_key(rq, key);
	if (e == OK)
		e = wechat_check_key(&rq->cx, app, rq->user.openid, key,
		    &valid);
	else if (e == CODE_INVALID)
		e = OK;			/* a session without a key */
	explicit_bzero(key, sizeof(key));
	json_boolean(&rq->data, "sessionKeyValid", valid);
	return e;
}

const struct program program = {
	.name = "checkkey",
	.summary = "asks WeChat whether the session_key still holds",
	.methods = METHOD_POST,
	.auth = AUTH_REQUIRED,
	.upstream = &wechat_upstream,
	.run = run,
};
