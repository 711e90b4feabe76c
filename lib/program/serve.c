/* SPDX-License-Identifier: MIT */
/* serve.c: one request, in the contract's order of checks: parameters sent
 * twice, path, method, body, its type, its syntax, token, fields; then the
 * program's own function; then one write. */
#include <config.h>

#include <assert.h>
#include <string.h>

#include "account/request.h"
#include "account/session.h"
#include "base/clock.h"
#include "cgi/body.h"
#include "cgi/credentials.h"
#include "cgi/input.h"
#include "cgi/io.h"
#include "cgi/params.h"
#include "cgi/reply.h"
#include "program/authorizer.h"
#include "program/program.h"
#include "program/serve.h"
#include "program/worker.h"

/* All that one request holds. */
struct exchange {
	struct worker		*w;
	const struct io		*io;
	struct params		 p;
	char			 id[REQUEST_ID_MAX + 1];
	char			 allow[32];
	int64_t			 started;	/* ms */
	enum asked		 asked;
	bool			 body_read;	/* whatever came of it */
	bool			 get;		/* fields in the query */
	struct buf		 body, headers;
	struct input		 input;		/* the fields */
	struct input		 query;		/* a POST's, for the token */
	struct arena		 arena;
	struct val		 vals[FIELD_MAX];
	struct token		 token;
	struct request		 rq;
	struct reply		 reply;
};

/* ---- before the body */

static enum outcome
check_params(struct exchange *x)
{
	static const enum param once[] = { P_HTTP_AUTHORIZATION,
	    P_REQUEST_METHOD, P_QUERY_STRING, P_CONTENT_LENGTH };
	size_t i, n = x->asked == ASKED_PLAINLY ? COUNT(once) : 1;

	for (i = 0; i < n; i++)
		if (params_differ(&x->p, once[i]))
			return FAIL(x->rq.cx.log, INTERNAL,
			    "the web server sends "
			    "%s twice with different values; mend its "
			    "configuration", params_name(once[i]));
	return OK;
}

static enum outcome
check_path(const struct exchange *x)
{
	const char *path = x->p.v[P_PATH_INFO];

	return path == NULL || strcmp(path, "/") == 0 ? OK : NOT_FOUND;
}

static void
make_allow(struct exchange *x)
{
	const struct program *p = x->w->program;
	struct buf b = { .max = sizeof(x->allow) };

	buf_str(&b, (p->methods & METHOD_GET) != 0 ? "GET, " : "");
	buf_str(&b, p->head ? "HEAD, " : "");
	buf_str(&b, (p->methods & METHOD_POST) != 0 ? "POST, " : "");
	buf_str(&b, "OPTIONS");
	assert(!b.bad);
	memcpy(x->allow, b.p, b.len + 1);
	buf_free(&b);
}

static enum outcome
check_method(struct exchange *x)
{
	const struct program *p = x->w->program;
	const char *m = x->p.v[P_REQUEST_METHOD];

	x->get = m != NULL && strcmp(m, "POST") != 0;
	if (m != NULL && ((strcmp(m, "GET") == 0 &&
	    (p->methods & METHOD_GET) != 0) ||
	    (strcmp(m, "POST") == 0 && (p->methods & METHOD_POST) != 0) ||
	    (strcmp(m, "HEAD") == 0 && p->head)))
		return OK;
	make_allow(x);
	x->reply.allow = x->allow;
	return METHOD_NOT_ALLOWED;
}

static bool
is_options(struct exchange *x)
{
	const char *m = x->p.v[P_REQUEST_METHOD];

	if (m == NULL || strcmp(m, "OPTIONS") != 0)
		return false;
	make_allow(x);
	x->reply.allow = x->allow;
	x->reply.body = BODY_NONE;
	x->reply.preflight =
	    x->p.v[P_HTTP_ACCESS_CONTROL_REQUEST_METHOD] != NULL;
	return true;
}

/* ---- body and fields */

/* The fields a form may hold: the program's own, and the token. */
static bool
parse_form(struct exchange *x, struct input *in, const char *text, size_t n)
{
	static const struct field token = { .name = "sessionid" };
	const struct program *p = x->w->program;
	struct field known[FIELD_MAX + 1];

	assert(p->nfields <= FIELD_MAX);
	if (p->nfields > 0)
		memcpy(known, p->fields, p->nfields * sizeof(known[0]));
	known[p->nfields] = token;
	return input_form(in, text, n, known, p->nfields + 1, &x->arena);
}

/* A GET's fields are in the query; a POST's query is read for a token only,
 * and only when the operator wants that. */
static enum outcome
parse_query(struct exchange *x)
{
	const char *query = x->p.v[P_QUERY_STRING];
	struct input *in = x->get ? &x->input : &x->query;

	if (query == NULL || (!x->get && x->rq.cx.conf->token_in_query == 0))
		return OK;
	if (strlen(query) <= QUERY_MAX &&
	    parse_form(x, in, query, strlen(query)))
		return OK;
	*in = (struct input){ .json = NULL };
	return x->get ? bad_field(&x->rq, "body") : OK;
}

static enum outcome
parse_body(struct exchange *x)
{
	const struct buf *b = &x->body;
	bool ok = true;

	if (b->len == 0)
		return OK;
	switch (input_type(x->p.v[P_CONTENT_TYPE], b->p, b->len)) {
	case BODY_JSON:
		ok = input_json(&x->input, b->p, b->len);
		break;
	case BODY_FORM:
		ok = parse_form(x, &x->input, b->p, b->len);
		break;
	case BODY_OTHER:
		return UNSUPPORTED_MEDIA_TYPE;
	}
	return ok ? OK : bad_field(&x->rq, "body");
}

static enum outcome
read_input(struct exchange *x)
{
	enum outcome e = body_read(&x->p, x->io, &x->body);

	x->body_read = true;
	if (e == PARAM_INVALID)
		return bad_field(&x->rq, "body");
	if (e == BUSY)
		return FAIL(x->rq.cx.log, BUSY, "%s", x->io->cut(x->io->arg));
	if (e == INTERNAL)
		return FAIL(x->rq.cx.log, INTERNAL, "no memory");
	if (e == OK && !x->get)
		e = parse_body(x);
	return e == OK ? parse_query(x) : e;
}

static enum outcome
take_fields(struct exchange *x)
{
	static const struct field token = { .name = "sessionid",
	    .type = FIELD_TEXT, .max = BODY_MAX };
	const struct program *p = x->w->program;
	struct val ignored;
	size_t i;

	for (i = 0; i < p->nfields; i++)
		if (!input_field(&x->input, &p->fields[i], &x->arena,
		    &x->vals[i]) ||
		    (p->fields[i].required && !x->vals[i].set))
			return bad_field(&x->rq, p->fields[i].name);
	if (!x->get && !input_field(&x->input, &token, &x->arena, &ignored))
		return bad_field(&x->rq, token.name);
	return OK;
}

/* ---- token */

static enum outcome
find_session(struct exchange *x, enum auth auth)
{
	const struct input *query = NULL;
	enum outcome e = AUTH_INVALID;

	if (auth == AUTH_NONE)
		return OK;
	if (x->asked == ASKED_PLAINLY && x->rq.cx.conf->token_in_query != 0)
		query = x->get ? &x->input : &x->query;
	x->token = auth_token(&x->p, x->get || x->asked != ASKED_PLAINLY ?
	    NULL : &x->input, query);
	x->reply.no_token = !x->token.given;
	if (x->token.s != NULL && x->token.given)
		e = session_find(&x->rq, x->token.s, x->token.n);
	x->rq.dead = e;
	return auth == AUTH_OPTIONAL && (e == AUTH_INVALID ||
	    e == AUTH_EXPIRED || e == USER_BLOCKED) ? OK : e;
}

/* ---- the three ways to serve */

/* What the worker opened, into the request. */
static enum outcome
make_ready(struct exchange *x)
{
	const enum outcome e = worker_ready(x->w);

	x->rq.cx.store = x->w->store;
	x->rq.cx.seal = &x->w->seal;
	x->rq.cx.wechat = x->w->wechat;
	return e;
}

static enum outcome
respond(struct exchange *x)
{
	const struct program *p = x->w->program;
	enum outcome e;

	if ((e = check_params(x)) != OK || (e = check_path(x)) != OK)
		return e;
	if (is_options(x))
		return OK;
	if ((e = check_method(x)) != OK ||
	    (e = read_input(x)) != OK ||
	    (e = make_ready(x)) != OK ||
	    (e = find_session(x, p->auth)) != OK ||
	    (p->admit != NULL && (e = p->admit(&x->rq)) != OK))
		return e;
	if ((e = take_fields(x)) == OK)
		e = p->run(&x->rq);
	if (e == OK && x->rq.data.bad)
		e = FAIL(x->rq.cx.log, INTERNAL, "the reply is too long");
	if (e != OK && p->refused != NULL)
		p->refused(&x->rq, e);
	return e;
}

/* A guard: method, path, query and body belong to the protected resource, and
 * stdin may never end. */
static enum outcome
authorize(struct exchange *x)
{
	enum outcome e;

	if ((e = check_params(x)) != OK || (e = make_ready(x)) != OK ||
	    (e = find_session(x, AUTH_REQUIRED)) != OK)
		return e;
	if (x->asked == ASKED_FOR_IDENTITY)
		return x->w->program->run(&x->rq);
	x->reply.body = BODY_NONE;
	return OK;
}

/* Never 200: it would open what should have been guarded. */
static enum outcome
refuse_role(struct exchange *x)
{
	return FAIL(x->rq.cx.log, BUSY, "asked as guard, or in another "
	    "FastCGI role than responder, and %s has none; mend the web "
	    "server's configuration", x->w->program->name);
}

/* ---- all of it */

static void
begin(struct exchange *x)
{
	params_scan(x->io->envp, &x->p);
	reply_request_id(&x->p, x->id);
	x->asked = asked_as(&x->p, x->w->program, x->io->fastcgi);
	x->rq = (struct request){ .f = x->vals,
	    .client = x->p.v[P_REMOTE_ADDR], .data = { .max = REPLY_MAX } };
	x->rq.cx = (struct context){ .conf = x->w->conf, .log = &x->w->log,
	    .arena = &x->arena, .now = clock_now(), .request_id = x->id };
	x->reply = (struct reply){ .request_id = x->id,
	    .zh = reply_zh(x->p.v[P_HTTP_ACCEPT_LANGUAGE]),
	    .in_header = x->asked == ASKED_FOR_IDENTITY,
	    .cors_origin = x->asked == ASKED_AS_AUTHORIZER ||
	    x->w->conf == NULL ? NULL : x->w->conf->cors_origin,
	    .origin = x->p.v[P_HTTP_ORIGIN], .data = &x->rq.data,
	    .headers = &x->headers };
	if (x->asked != ASKED_AS_AUTHORIZER &&
	    x->p.v[P_REQUEST_METHOD] != NULL &&
	    strcmp(x->p.v[P_REQUEST_METHOD], "HEAD") == 0)
		x->reply.body = BODY_HEAD;
	x->w->log.sink = (struct log_sink){ x->io->log, x->io->arg };
}

/* Without a configuration there is nothing to do but say so. */
static enum outcome
run(struct exchange *x)
{
	if (x->asked == ASKED_IN_VAIN)
		return refuse_role(x);
	if (x->w->conf == NULL)
		return worker_ready(x->w);
	return x->asked == ASKED_PLAINLY ? respond(x) : authorize(x);
}

static void
finish(struct exchange *x, enum outcome e)
{
	/* As authorizer, an internal error is 503: the protected path must not
	 * be opened, and its callers must not see our faults. */
	if (e == INTERNAL && x->asked != ASKED_PLAINLY)
		e = BUSY;
	if (e == OK && x->asked != ASKED_PLAINLY && x->rq.live)
		identity_put(&x->rq.user, x->asked == ASKED_AS_AUTHORIZER,
		    &x->headers);
	if (x->headers.bad)		/* never a 200 that says not who */
		e = FAIL(x->rq.cx.log, BUSY, "no memory");
	x->reply.outcome = e;
	x->reply.field = e == PARAM_INVALID ? x->rq.field : NULL;
	x->reply.retry_after = x->rq.cx.retry_after;
	if (x->asked == ASKED_PLAINLY && !x->body_read)
		body_discard(&x->p, x->io);
	if (!reply_write(&x->reply, x->io) && e == OK)
		(void)FAIL(x->rq.cx.log, OK, "the caller has gone");
}

static void
tell(const struct exchange *x)
{
	const struct outcome_row *row = outcome_row(x->reply.outcome);
	const bool no_content = x->reply.body == BODY_NONE &&
	    x->reply.allow != NULL;

	log_request(&x->w->log, &(struct log_request){
	    .request_id = x->id, .method = x->p.v[P_REQUEST_METHOD],
	    .code = row->code, .status = no_content ? 204 : row->status,
	    .ms = clock_ms() - x->started,
	    .appid = x->rq.live ? x->rq.user.appid : x->rq.appid,
	    .user = x->rq.live ? x->rq.user.public_id : NULL,
	    .client = x->rq.client });
}

void
serve(struct worker *w, const struct io *io)
{
	struct exchange x = { .w = w, .io = io, .started = clock_ms(),
	    .body = { .max = BODY_MAX + 2 }, .headers = { .max = 2048 } };

	begin(&x);
	finish(&x, run(&x));
	tell(&x);
	w->log.sink = (struct log_sink){ .write = NULL };
	input_done(&x.input);
	buf_free(&x.body);
	buf_free(&x.headers);
	buf_free(&x.rq.data);
	arena_free(&x.arena);
}
