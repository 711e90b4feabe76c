/* SPDX-License-Identifier: MIT */
/* sessions.c: where am I logged in?
 *
 *   GET, POST (token)	200 {"sessions":[{"id","current","device",
 *			"createdAt","lastUsedAt","expiresIn",
 *			"absoluteExpiresIn"}, ...]}
 *			401 AUTH_INVALID, AUTH_EXPIRED	403 USER_BLOCKED
 *
 * The live sessions of the user, last used first, SESSIONS_MAX at most, the
 * asking one always among them.  `id` is what logout takes as `session`.
 */
#include <config.h>

#include "program/endpoint.h"

static enum outcome
run(struct request *rq)
{
	return session_list(rq, &rq->data);
}

const struct program program = {
	.name = "sessions",
	.summary = "where am I logged in?",
	.methods = METHOD_GET | METHOD_POST,
	.auth = AUTH_REQUIRED,
	.run = run,
};
