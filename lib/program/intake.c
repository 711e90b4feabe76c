/* SPDX-License-Identifier: MIT */
/* intake.c: what a request brings: body, query, and the declared fields. */
#include <config.h>

#include <assert.h>
#include <string.h>

#include "account/request.h"
#include "cgi/body.h"
#include "cgi/io.h"
#include "cgi/params.h"
#include "program/intake.h"
#include "program/program.h"

/* The fields a form may hold: the program's own, and the token. */
static enum outcome
parse_form(const struct intake *x, struct request *rq, struct input *in,
    const char *text, size_t n)
{
	static const struct field token = { .name = "sessionid" };
	const struct program *p = x->program;
	struct field known[FIELD_MAX + 1];

	assert(p->nfields <= FIELD_MAX);
	if (p->nfields > 0)
		memcpy(known, p->fields, p->nfields * sizeof(known[0]));
	known[p->nfields] = token;
	return input_form(in, text, n, known, p->nfields + 1, rq->cx.arena);
}

/* What parsing of a body or query gave. */
static enum outcome
parsed(struct request *rq, enum outcome e)
{
	if (e == NO_MEMORY)
		return FAIL_MEMORY(rq->cx.log);
	return e == OK ? OK : bad_field(rq, "body", "malformed, or too long");
}

/* A GET's fields are in the query; a POST's query is read for a token only,
 * and only when the operator wants that. */
static enum outcome
parse_query(struct intake *x, struct request *rq)
{
	const char *query = x->p->v[P_QUERY_STRING];
	struct input *in = x->get ? &x->input : &x->query;
	enum outcome e = PARAM_INVALID;

	if (query == NULL || (!x->get && rq->cx.conf->token_in_query == 0))
		return OK;
	if (strlen(query) <= QUERY_MAX)
		e = parse_form(x, rq, in, query, strlen(query));
	if (e == OK || e == NO_MEMORY || x->get)
		return parsed(rq, e);
	*in = (struct input){ .json = NULL };
	return OK;
}

static enum outcome
parse_body(struct intake *x, struct request *rq)
{
	const struct buf *b = &x->body;

	if (b->len == 0)
		return OK;
	switch (input_type(x->p->v[P_CONTENT_TYPE], b->p, b->len)) {
	case BODY_JSON:
		return parsed(rq, input_json(&x->input, b->p, b->len));
	case BODY_FORM:
		return parsed(rq, parse_form(x, rq, &x->input, b->p, b->len));
	case BODY_OTHER:
		break;
	}
	return FAIL(rq->cx.log, UNSUPPORTED_MEDIA_TYPE, "neither JSON nor a "
	    "form");
}

enum outcome
intake_read(struct intake *x, struct request *rq)
{
	enum outcome e = body_read(x->p, x->io, &x->body);

	if (e == PARAM_INVALID)
		return bad_field(rq, "body", "not as long as its "
		    "CONTENT_LENGTH, or that is no number");
	if (e == BODY_TOO_LARGE)
		return FAIL(rq->cx.log, e, "over %zu bytes", BODY_MAX);
	if (e == NO_MEMORY)
		return FAIL_MEMORY(rq->cx.log);
	if (e == BUSY)
		return FAIL(rq->cx.log, BUSY, "%s", x->io->cut(x->io->arg));
	if (e == OK && !x->get)
		e = parse_body(x, rq);
	return e == OK ? parse_query(x, rq) : e;
}

static enum outcome
take_field(const struct intake *x, struct request *rq, const struct field *f,
    struct val *v)
{
	const enum outcome e = input_field(&x->input, f, rq->cx.arena, v);

	if (e == NO_MEMORY)
		return FAIL_MEMORY(rq->cx.log);
	if (e != OK)
		return bad_field(rq, f->name, FIELD_WRONG);
	return f->required && !v->set ?
	    bad_field(rq, f->name, FIELD_MISSING) : OK;
}

enum outcome
intake_fields(struct intake *x, struct request *rq)
{
	static const struct field token = { .name = "sessionid",
	    .type = FIELD_TEXT, .max = BODY_MAX };
	const struct program *p = x->program;
	struct val ignored;
	enum outcome e;
	size_t i;

	for (i = 0; i < p->nfields; i++)
		if ((e = take_field(x, rq, &p->fields[i], &x->vals[i])) != OK)
			return e;
	return x->get ? OK : take_field(x, rq, &token, &ignored);
}

void
intake_done(struct intake *x)
{
	input_done(&x->input);
	input_done(&x->query);
	buf_free(&x->body);
}
