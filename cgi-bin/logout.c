/* SPDX-License-Identifier: MIT */
/* logout.c: ends sessions.
 *
 *   POST (token) scope=this|others|all	200 {"sessionsEnded"}
 *					400 PARAM_INVALID scope
 *					401 others, all: without a live token
 *
 * scope is "this" when it is absent: then a token that is not live, or none,
 * is 200 and 0, since the caller has what it wants.  The end holds for the
 * very next request in every process.
 */
#include <config.h>

#include "base/json.h"
#include "program/endpoint.h"

enum { SCOPE };

static const char *const scopes[] = {
	[END_THIS] = "this", [END_OTHERS] = "others", [END_ALL] = "all", NULL
};
static const struct field fields[] = {
	[SCOPE] = { .name = "scope", .type = FIELD_CHOICE, .choices = scopes },
};

static enum outcome
run(struct request *rq)
{
	const enum end_scope scope = rq->f[SCOPE].set ?
	    (enum end_scope)rq->f[SCOPE].i : END_THIS;
	int64_t ended = 0;
	enum outcome e = OK;

	if (rq->live)
		e = session_end(rq, scope, &ended);
	else if (scope != END_THIS)
		return rq->dead;
	json_int(&rq->data, "sessionsEnded", ended);
	return e;
}

const struct program program = {
	.name = "logout",
	.summary = "ends sessions",
	.methods = METHOD_POST,
	.auth = AUTH_OPTIONAL,
	.fields = fields,
	.nfields = COUNT(fields),
	.run = run,
};
