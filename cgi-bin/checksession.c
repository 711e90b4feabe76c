/* SPDX-License-Identifier: MIT */
/* checksession.c: is this token live?
 *
 *   GET, POST  (token)	200 {"expiresIn","absoluteExpiresIn","userInfo"}
 *			401 AUTH_INVALID, AUTH_EXPIRED
 *			403 USER_BLOCKED
 *
 * As a FastCGI authorizer: 200 with Variable-WXLOGIN_USER_ID, -_APPID,
 * -_OPENID and -_UNIONID and no body for a live token, else the reply above.
 * With the request parameter WXLOGIN_IDENTITY_HEADERS=1 (nginx auth_request)
 * the 200 carries the same as X-WXLogin-User-Id, -Appid, -Openid, -Unionid.
 * In both a store that can't be read is 503.  lib/program/serve.c does that
 * part.
 */
#include <config.h>

#include "base/json.h"
#include "program/endpoint.h"

static enum outcome
run(struct request *rq)
{
	json_int(&rq->data, "expiresIn", session_idle_left(rq));
	json_int(&rq->data, "absoluteExpiresIn", session_max_left(rq));
	return user_out(rq, &rq->user, &rq->data);
}

const struct program program = {
	.name = "checksession",
	.summary = "is this session token live?",
	.methods = METHOD_GET | METHOD_POST,
	.head = true,
	.auth = AUTH_REQUIRED,
	.authorizer = true,
	.run = run,
};
