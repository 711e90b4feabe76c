/* SPDX-License-Identifier: MIT */
/* logout.c: ends sessions.
 *
 *   POST (token) scope=this|others|all|one [session]
 *			200 {"sessionsEnded"}
 *			400 PARAM_INVALID scope, session
 *			401 others, all, one: without a live token
 *
 * scope is "this" when it is absent: then a token that is not live, or none,
 * is 200 and 0, since the caller has what it wants.  The end holds for the
 * very next request in every process.  "one" ends the session of that name (in
 * the list of sessions); when the user has none of it, 0.
 */
#include <config.h>

#include "base/json.h"
#include "base/text.h"
#include "program/endpoint.h"

enum { SCOPE, SESSION };

static const char *const scopes[] = {
	[END_THIS] = "this", [END_OTHERS] = "others", [END_ALL] = "all",
	[END_ONE] = "one", NULL
};
static const struct field fields[] = {
	[SCOPE] = { .name = "scope", .type = FIELD_CHOICE, .choices = scopes },
	[SESSION] = { .name = "session", .type = FIELD_WORD,
	    .min = 2 * AUDIT_ID_LEN, .max = 2 * AUDIT_ID_LEN },
};

static enum outcome
run(struct request *rq)
{
	const struct val *f = rq->f;
	const enum end_scope scope = f[SCOPE].set ?
	    (enum end_scope)f[SCOPE].i : END_THIS;
	uint8_t one[AUDIT_ID_LEN];
	int64_t ended = 0;
	enum outcome e = OK;

	if (!rq->live && scope != END_THIS)
		return rq->dead;
	/* A session beside another scope: which one is meant? */
	if (f[SESSION].set != (scope == END_ONE) ||
	    (f[SESSION].set && !hex_parse(f[SESSION].s, one, sizeof(one))))
		return bad_field(rq, "session");
	if (rq->live)
		e = session_end(rq, scope, scope == END_ONE ? one : NULL,
		    &ended);
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
