/* SPDX-License-Identifier: MIT */
/* serve.c: one request, in the contract's order of checks: parameters sent
 * twice, path, method, body, its type, its syntax, token, fields; then the
 * program's own function; then one write. */
#include <config.h>

#include <assert.h>
#include <string.h>

#include "account/request.h"
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

/* All that one request holds. */
struct request {
	struct worker		*w;
	const struct io		*io;
	struct params		 p;
	char			 id[REQUEST_ID_MAX + 1];
	char			 allow[32];
	int64_t			 started;	/* ms */
	bool			 authorizer;	/* FastCGI role */
	bool			 identity;	/* nginx auth_request */
	bool			 body_read;	/* whatever came of it */
	bool			 get;		/* the fields are in the query */
	struct buf		 body, headers;
	struct input		 input;		/* the fields */
	struct input		 query;		/* a POST's, for the token */
	struct arena		 arena;
	struct val		 vals[FIELD_MAX];
	struct token		 token;
	struct req		 rq;
	struct reply		 reply;
};

enum outcome
bad_field(struct req *rq, const char *name)
{
	rq->field = name;
	return PARAM_INVALID;
}

/* ---- before the body */

static enum outcome
check_params(struct request *r)
{
	static const enum param once[] = { P_HTTP_AUTHORIZATION,
	    P_REQUEST_METHOD, P_QUERY_STRING, P_CONTENT_LENGTH };
	size_t i, n = r->authorizer ? 1 : COUNT(once);

	for (i = 0; i < n; i++)
		if (params_differ(&r->p, once[i]))
			return FAIL(r->rq.log, INTERNAL, "the web server sends "
			    "%s twice with different values; mend its "
			    "configuration", params_name(once[i]));
	return OK;
}

static enum outcome
check_path(const struct request *r)
{
	const char *path = r->p.v[P_PATH_INFO];

	return path == NULL || strcmp(path, "/") == 0 ? OK : NOT_FOUND;
}

static void
make_allow(struct request *r)
{
	const struct program *p = r->w->program;
	struct buf b = { .max = sizeof(r->allow) };

	buf_str(&b, (p->methods & METHOD_GET) != 0 ? "GET, " : "");
	buf_str(&b, p->head ? "HEAD, " : "");
	buf_str(&b, (p->methods & METHOD_POST) != 0 ? "POST, " : "");
	buf_str(&b, "OPTIONS");
	assert(!b.bad);
	memcpy(r->allow, b.p, b.len + 1);
	buf_free(&b);
}

static enum outcome
check_method(struct request *r)
{
	const struct program *p = r->w->program;
	const char *m = r->p.v[P_REQUEST_METHOD];

	r->get = m != NULL && strcmp(m, "POST") != 0;
	if (m != NULL && ((strcmp(m, "GET") == 0 &&
	    (p->methods & METHOD_GET) != 0) ||
	    (strcmp(m, "POST") == 0 && (p->methods & METHOD_POST) != 0) ||
	    (strcmp(m, "HEAD") == 0 && p->head)))
		return OK;
	make_allow(r);
	r->reply.allow = r->allow;
	return METHOD_NOT_ALLOWED;
}

static bool
is_options(struct request *r)
{
	const char *m = r->p.v[P_REQUEST_METHOD];

	if (m == NULL || strcmp(m, "OPTIONS") != 0)
		return false;
	make_allow(r);
	r->reply.allow = r->allow;
	r->reply.body = BODY_NONE;
	r->reply.preflight =
	    r->p.v[P_HTTP_ACCESS_CONTROL_REQUEST_METHOD] != NULL;
	return true;
}

/* ---- body and fields */

/* The fields a form may hold: the program's own, and the token. */
static bool
parse_form(struct request *r, struct input *in, const char *text, size_t n)
{
	static const struct field token = { .name = "sessionid" };
	const struct program *p = r->w->program;
	struct field known[FIELD_MAX + 1];

	assert(p->nfields <= FIELD_MAX);
	if (p->nfields > 0)
		memcpy(known, p->fields, p->nfields * sizeof(known[0]));
	known[p->nfields] = token;
	return input_form(in, text, n, known, p->nfields + 1, &r->arena);
}

/* A GET's fields are in the query; a POST's query is read for a token only,
 * and only when the operator wants that. */
static enum outcome
parse_query(struct request *r)
{
	const char *query = r->p.v[P_QUERY_STRING];
	struct input *in = r->get ? &r->input : &r->query;

	if (query == NULL || (!r->get && r->rq.conf->token_in_query == 0))
		return OK;
	if (strlen(query) <= QUERY_MAX &&
	    parse_form(r, in, query, strlen(query)))
		return OK;
	*in = (struct input){ .json = NULL };
	return r->get ? bad_field(&r->rq, "body") : OK;
}

static enum outcome
parse_body(struct request *r)
{
	const struct buf *b = &r->body;
	bool ok = true;

	if (b->len == 0)
		return OK;
	switch (input_type(r->p.v[P_CONTENT_TYPE], b->p, b->len)) {
	case BODY_JSON:
		ok = input_json(&r->input, b->p, b->len);
		break;
	case BODY_FORM:
		ok = parse_form(r, &r->input, b->p, b->len);
		break;
	case BODY_OTHER:
		return UNSUPPORTED_MEDIA_TYPE;
	}
	return ok ? OK : bad_field(&r->rq, "body");
}

static enum outcome
read_input(struct request *r)
{
	enum outcome e = body_read(&r->p, r->io, &r->body);

	r->body_read = true;
	if (e == PARAM_INVALID)
		return bad_field(&r->rq, "body");
	if (e == INTERNAL)
		return FAIL(r->rq.log, INTERNAL, "memory is out");
	if (e == OK && !r->get)
		e = parse_body(r);
	return e == OK ? parse_query(r) : e;
}

static enum outcome
take_fields(struct request *r)
{
	static const struct field token = { .name = "sessionid",
	    .type = FIELD_TEXT, .max = BODY_MAX };
	const struct program *p = r->w->program;
	struct val ignored;
	size_t i;

	for (i = 0; i < p->nfields; i++)
		if (!input_field(&r->input, &p->fields[i], &r->arena,
		    &r->vals[i]) ||
		    (p->fields[i].required && !r->vals[i].set))
			return bad_field(&r->rq, p->fields[i].name);
	if (!r->get && !input_field(&r->input, &token, &r->arena, &ignored))
		return bad_field(&r->rq, token.name);
	return OK;
}

/* ---- token */

static enum outcome
find_session(struct request *r, enum auth auth)
{
	const struct input *query = NULL;
	enum outcome e = AUTH_INVALID;

	if (auth == AUTH_NONE)
		return OK;
	if (!r->authorizer && r->rq.conf->token_in_query != 0)
		query = r->get ? &r->input : &r->query;
	r->token = auth_token(&r->p, r->get || r->authorizer ? NULL :
	    &r->input, query);
	r->reply.no_token = !r->token.given;
	if (r->token.s != NULL && r->token.given)
		e = session_find(&r->rq, r->token.s, r->token.n);
	r->rq.dead = e;
	return auth == AUTH_OPTIONAL && (e == AUTH_INVALID ||
	    e == AUTH_EXPIRED || e == USER_BLOCKED) ? OK : e;
}

/* ---- the three ways to serve */

/* What the worker opened, into the request. */
static enum outcome
make_ready(struct request *r)
{
	const enum outcome e = worker_ready(r->w);

	r->rq.store = r->w->store;
	r->rq.seal = &r->w->seal;
	r->rq.wechat = r->w->wechat;
	return e;
}

static enum outcome
respond(struct request *r)
{
	const struct program *p = r->w->program;
	enum outcome e;

	if ((e = check_params(r)) != OK || (e = check_path(r)) != OK)
		return e;
	if (is_options(r))
		return OK;
	if ((e = check_method(r)) != OK ||
	    (e = read_input(r)) != OK ||
	    (e = make_ready(r)) != OK ||
	    (e = find_session(r, p->auth)) != OK ||
	    (p->admit != NULL && (e = p->admit(&r->rq)) != OK))
		return e;
	if ((e = take_fields(r)) == OK)
		e = p->run(&r->rq);
	if (e == OK && r->rq.data.bad)
		e = FAIL(r->rq.log, INTERNAL, "the reply is too long");
	if (e != OK && p->refused != NULL)
		p->refused(&r->rq, e);
	return e;
}

/* The FastCGI authorizer (FastCGI 1.0, 6.3): method, path, query and body
 * belong to the protected resource, and stdin may never end. */
static enum outcome
authorize(struct request *r)
{
	enum outcome e;

	if ((e = check_params(r)) != OK || (e = make_ready(r)) != OK ||
	    (e = find_session(r, AUTH_REQUIRED)) != OK)
		return e;
	r->reply.body = BODY_NONE;
	return OK;
}

/* ---- all of it */

static void
begin(struct request *r)
{
	const char *role, *identity;

	params_scan(r->io->envp, &r->p);
	reply_request_id(&r->p, r->id);
	role = r->p.v[P_FCGI_ROLE];
	identity = r->p.v[P_WXLOGIN_IDENTITY_HEADERS];
	r->authorizer = r->w->program->authorizer && r->io->fastcgi &&
	    role != NULL && strcmp(role, "AUTHORIZER") == 0;
	r->identity = r->w->program->authorizer && !r->authorizer &&
	    identity != NULL && strcmp(identity, "1") == 0 &&
	    !params_differ(&r->p, P_WXLOGIN_IDENTITY_HEADERS);
	r->rq = (struct req){ .f = r->vals, .conf = r->w->conf,
	    .request_id = r->id, .log = &r->w->log, .arena = &r->arena, .now = clock_now(),
	    .client = r->p.v[P_REMOTE_ADDR], .data = { .max = REPLY_MAX } };
	r->reply = (struct reply){ .request_id = r->id,
	    .zh = reply_zh(r->p.v[P_HTTP_ACCEPT_LANGUAGE]),
	    .cors_origin = r->authorizer || r->w->conf == NULL ? NULL :
	    r->w->conf->cors_origin,
	    .origin = r->p.v[P_HTTP_ORIGIN], .data = &r->rq.data,
	    .headers = &r->headers };
	if (!r->authorizer && r->p.v[P_REQUEST_METHOD] != NULL &&
	    strcmp(r->p.v[P_REQUEST_METHOD], "HEAD") == 0)
		r->reply.body = BODY_HEAD;
	r->w->log.io = r->io;
}

/* Without a configuration there is nothing to do but say so. */
static enum outcome
run(struct request *r)
{
	if (r->w->conf == NULL)
		return worker_ready(r->w);
	return r->authorizer ? authorize(r) : respond(r);
}

static void
finish(struct request *r, enum outcome e)
{
	/* Who guards other resources says "I can't tell", never more. */
	if (e == INTERNAL && (r->authorizer || r->identity))
		e = BUSY;
	if (e == OK && (r->authorizer || r->identity) && r->rq.live)
		identity_put(&r->rq.user, r->authorizer, &r->headers);
	r->reply.outcome = e;
	r->reply.field = e == PARAM_INVALID ? r->rq.field : NULL;
	r->reply.retry_after = r->rq.retry_after;
	if (!r->authorizer && !r->body_read)
		body_discard(&r->p, r->io);
	if (!reply_write(&r->reply, r->io) && e == OK)
		(void)FAIL(r->rq.log, OK, "the caller has gone");
}

static void
tell(const struct request *r)
{
	const struct outcome_row *row = outcome_row(r->reply.outcome);
	const bool no_content = r->reply.body == BODY_NONE &&
	    r->reply.allow != NULL;

	log_request(&r->w->log, &(struct log_request){
	    .request_id = r->id, .method = r->p.v[P_REQUEST_METHOD],
	    .code = row->code, .status = no_content ? 204 : row->status,
	    .ms = clock_ms() - r->started,
	    .appid = r->rq.live ? r->rq.user.appid : r->rq.appid,
	    .user = r->rq.live ? r->rq.user.public_id : NULL,
	    .client = r->rq.client });
}

void
serve(struct worker *w, const struct io *io)
{
	struct request r = { .w = w, .io = io, .started = clock_ms(),
	    .body = { .max = BODY_MAX + 2 }, .headers = { .max = 2048 } };

	begin(&r);
	finish(&r, run(&r));
	tell(&r);
	w->log.io = NULL;
	input_done(&r.input);
	buf_free(&r.body);
	buf_free(&r.headers);
	buf_free(&r.rq.data);
	arena_free(&r.arena);
	if (w->store != NULL)
		store_maintain(w->store);
}
