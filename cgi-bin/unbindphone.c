/* SPDX-License-Identifier: MIT */
/* unbindphone.c: removes the user's phone number.
 *
 *   POST (token)	200 {"userInfo"}	with or without a number before
 *			401 AUTH_INVALID, AUTH_EXPIRED	403 USER_BLOCKED
 */
#include <config.h>

#include "account/phone.h"
#include "program/endpoint.h"

static enum outcome
run(struct request *rq)
{
	const enum outcome e = phone_unbind(rq);

	return e == OK ? user_out(rq, &rq->user, &rq->data) : e;
}

const struct program program = {
	.name = "unbindphone",
	.summary = "removes the phone number",
	.methods = METHOD_POST,
	.auth = AUTH_REQUIRED,
	.run = run,
};
