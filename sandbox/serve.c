/* SPDX-License-Identifier: MIT */
/* serve.c: one call: the path picks a handler, a fault may replace or spoil
 * its answer.  Business errors are HTTP 200 with an errcode, as WeChat has
 * them. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "cgi/body.h"
#include "cgi/params.h"
#include "cgi/reply.h"
#include "sandbox/sandbox.h"
#include "sandbox/serve_sandbox.h"

#define TYPE_SNS	"text/plain"
#define TYPE_API	"application/json; encoding=utf-8"
#define TYPE_CONTROL	"application/json; charset=utf-8"

enum { NEED_GET = 1, NEED_POST = 2 };

static const struct route {
	const char	*path, *type;
	int		 need;		/* method; 0: either */
	enum outcome	(*run)(struct call *);
} routes[] = {
	{ "/sns/jscode2session", TYPE_SNS, NEED_GET, sns_jscode2session },
	{ "/cgi-bin/token", TYPE_API, NEED_GET, token_classic },
	{ "/cgi-bin/stable_token", TYPE_API, NEED_POST, token_stable },
	{ "/wxa/checksession", TYPE_API, NEED_GET, wxa_checksession },
	{ "/wxa/resetusersessionkey", TYPE_API, NEED_GET,
	    wxa_resetusersessionkey },
	{ "/wxa/business/getuserphonenumber", TYPE_API, NEED_POST,
	    wxa_getuserphonenumber },
	{ "/sandbox/login", TYPE_CONTROL, 0, mini_login },
	{ "/sandbox/phone", TYPE_CONTROL, 0, mini_phone },
	{ "/sandbox/userinfo", TYPE_CONTROL, 0, mini_userinfo },
	{ "/sandbox/app", TYPE_CONTROL, 0, control_app },
	{ "/sandbox/user", TYPE_CONTROL, 0, control_user },
	{ "/sandbox/fault", TYPE_CONTROL, 0, control_fault },
	{ "/sandbox/clock", TYPE_CONTROL, 0, control_clock },
	{ "/sandbox/switch", TYPE_CONTROL, 0, control_switch },
	{ "/sandbox/expire", TYPE_CONTROL, 0, control_expire },
	{ "/sandbox/calls", TYPE_CONTROL, 0, control_calls },
	{ "/sandbox/reset", TYPE_CONTROL, 0, control_reset },
};

/* ---- arguments and errors */

const char *
arg(struct call *c, const struct input *in, const char *name)
{
	struct json_object *m;
	const char *s;
	size_t len;
	bool given;

	s = input_text(in, name, &len, &given);
	if (s == NULL && in->json != NULL &&
	    json_object_object_get_ex(in->json, name, &m) && m != NULL) {
		s = json_object_to_json_string(m);
		len = strlen(s);
	}
	s = s == NULL ? "" : arena_copy(c->arena, s, len);
	return s == NULL ? "" : s;
}

int64_t
arg_int(struct call *c, const struct input *in, const char *name,
    int64_t fallback)
{
	const char *s = arg(c, in, name);
	int64_t n;

	if (strcmp(s, "true") == 0)
		return 1;
	if (!digits_parse(s + (*s == '-'), &n))
		return fallback;
	return *s == '-' ? -n : n;
}

/* rid: the time in hexadecimal, and two more groups. */
static void
rid(const struct call *c, char out[40])
{
	uint32_t r[2];

	random_bytes(r, sizeof(r));
	snprintf(out, 40, "%08" PRIx32 "-%08" PRIx32 "-%08" PRIx32,
	    (uint32_t)c->now, r[0], r[1]);
}

enum outcome
refuse(struct call *c, enum family family, int64_t errcode, const char *text)
{
	char id[40], hint[17];
	struct buf msg = { .max = 1024 };

	rid(c, id);
	random_text(hint, 16, alnum);
	buf_str(&msg, text);
	if (family == FAMILY_HINT)
		buf_fmt(&msg, " hint: [%s]", hint);
	buf_fmt(&msg, "%s rid: %s", family == FAMILY_SNS ? "," : "", id);
	c->errcode = errcode;
	buf_free(&c->reply);
	json_open(&c->reply, NULL);
	json_int(&c->reply, "errcode", errcode);
	json_str(&c->reply, "errmsg", msg.p);
	json_close(&c->reply);
	buf_free(&msg);
	return OK;
}

/* ---- reading */

/* The route whose path the call's path ends with. */
static const struct route *
find_route(const char *path)
{
	const size_t n = strlen(path);
	size_t i, m;

	for (i = 0; i < COUNT(routes); i++) {
		m = strlen(routes[i].path);
		if (n >= m && strcmp(path + n - m, routes[i].path) == 0)
			return &routes[i];
	}
	return NULL;
}

/* The query and the body; a control takes its arguments from either. */
static void
read_input(struct call *c, const struct params *p, const struct io *io)
{
	struct buf body = { .max = BODY_MAX + 2 };
	const char *query = p->v[P_QUERY_STRING];

	if (query != NULL)
		(void)input_form(&c->query, query, strlen(query), NULL, 0,
		    c->arena);
	if (c->post && body_read(p, io, &body) == OK && body.len > 0) {
		if (input_type(NULL, body.p, body.len) == BODY_JSON)
			(void)input_json(&c->body, body.p, body.len);
		else
			(void)input_form(&c->body, body.p, body.len, NULL, 0,
			    c->arena);
	} else if (!c->post)
		c->body = c->query;
	buf_free(&body);
}

/* ---- the answer */

/* "/" as "\/", which is legal, occurs in real answers, and breaks parsers that
 * cut strings out.  A "/" can only stand in a string. */
static void
escape_slashes(struct call *c)
{
	struct buf b = { .max = c->reply.max };
	size_t i;

	if (memchr(c->reply.p, '/', c->reply.len) == NULL)
		return;
	for (i = 0; i < c->reply.len; i++) {
		if (c->reply.p[i] == '/')
			buf_add(&b, "\\", 1);
		buf_add(&b, &c->reply.p[i], 1);
	}
	buf_free(&c->reply);
	c->reply = b;
}

static void
send_answer(struct call *c, const struct fault *f, const char *request_id,
    bool http, const struct io *io)
{
	struct buf all = { .max = (size_t)256 << 10 };
	size_t length, sent = fault_after(c, f, &length);

	if (http && strcmp(f->kind, "reset") == 0)
		return;			/* nothing at all: http.c closes */
	buf_fmt(&all, "Status: %d\r\nContent-Type: %s\r\n"
	    "Content-Length: %zu\r\nCache-Control: no-store\r\n"
	    "X-Request-Id: %s\r\n\r\n", c->status, c->type, length,
	    request_id);
	if (sent > 0)
		buf_add(&all, c->reply.p, sent);
	if (!all.bad)
		(void)io->write(io->arg, all.p, all.len);
	buf_free(&all);
}

static enum outcome
note_call(struct call *c, const char *request_id)
{
	struct q *q = q_new(c->store, SANDBOX_CALL_ADD);

	q_int(q, ":now", c->now);
	q_text(q, ":path", c->path);
	q_text(q, ":appid", c->appid);
	q_text(q, ":request_id", request_id);
	q_int(q, ":errcode", c->errcode);
	q_int(q, ":status", c->status);
	return q_run(q, NULL);
}

/* ---- the work */

static enum outcome
run_route(struct call *c, const struct route *r, const struct params *p)
{
	if (r == NULL)
		return refuse(c, FAMILY_API, 40066, "invalid url");
	c->type = r->type;
	/* seen on real calls: a body without length is 412 and empty */
	if (c->post && r->need != 0 && p->v[P_CONTENT_LENGTH] == NULL) {
		c->status = 412;
		return OK;
	}
	if (r->need == NEED_GET && c->post)
		return r->run == sns_jscode2session ?
		    refuse(c, FAMILY_API, 41002, "appid missing") :
		    refuse(c, FAMILY_API, 43001, "require GET method");
	if (r->need == NEED_POST && !c->post)
		return refuse(c, FAMILY_API, 43002, "require POST method");
	return r->run(c);
}

/* One transaction: the fault, the work, the entry in the call log. */
static enum outcome
work(struct call *c, const struct params *p, struct fault *f,
    const char *request_id)
{
	const struct route *r = find_route(c->path);
	const bool wechat = r == NULL || r->need != 0;
	int64_t offset, escape = 1;
	enum outcome e;

	if ((e = fact_get(c, "clock", 0, &offset)) != OK ||
	    (e = fact_get(c, "escape_slashes", 1, &escape)) != OK)
		return e;
	c->now = clock_now() + offset;
	*f = (struct fault){ .kind = "" };
	if (wechat && (e = fault_take(c, f)) != OK)
		return e;
	if (!fault_before(c, f) && (e = run_route(c, r, p)) != OK)
		return e;
	if (wechat && escape != 0 && c->status == 200)
		escape_slashes(c);
	return wechat ? note_call(c, request_id) : OK;
}

struct store_pool *
sandbox_pool(const char *database, bool one_shot)
{
	return store_pool_new(&sandbox_schema, &(struct store_options){
	    .path = database, .journal = JOURNAL_AUTO,
	    .busy_timeout = 10000, .one_shot = one_shot });
}

struct transaction {
	struct call		*c;
	const struct params	*p;
	struct fault		*f;
	const char		*request_id;
};

static enum outcome
run_transaction(void *arg)
{
	const struct transaction *t = arg;

	return work(t->c, t->p, t->f, t->request_id);
}

static enum outcome
transaction(struct sandbox_worker *w, struct call *c, const struct params *p,
    struct fault *f, const char *request_id)
{
	enum outcome e;

	if (w->store == NULL &&
	    (e = store_join(w->pool, &w->log, &w->store)) != OK)
		return e;
	c->store = w->store;
	return store_write(w->store, RELAXED, run_transaction,
	    &(struct transaction){ c, p, f, request_id });
}

/* SCRIPT_NAME and PATH_INFO together, wherever the server cut them. */
static const char *
full_path(const struct params *p, struct arena *a)
{
	const char *script = p->v[P_SCRIPT_NAME], *info = p->v[P_PATH_INFO];
	struct buf b = { .max = FILE_PATH_MAX };
	const char *path;

	buf_fmt(&b, "%s%s", script == NULL ? "" : script,
	    info == NULL ? "" : info);
	path = b.p == NULL ? "" : arena_copy(a, b.p, b.len);
	buf_free(&b);
	return path == NULL ? "" : path;
}

void
sandbox_serve(struct sandbox_worker *w, const struct io *io)
{
	char request_id[REQUEST_ID_MAX + 1];
	struct arena arena = { .blocks = NULL };
	struct params p;
	struct fault fault = { .kind = "" };
	struct call c = { .arena = &arena, .status = 200, .type = TYPE_API,
	    .reply = { .max = (size_t)128 << 10 } };
	enum outcome e;

	params_scan(io->envp, &p);
	reply_request_id(&p, request_id);
	c.path = full_path(&p, &arena);
	c.client = p.v[P_REMOTE_ADDR] == NULL ? "" : p.v[P_REMOTE_ADDR];
	c.post = p.v[P_REQUEST_METHOD] != NULL &&
	    strcmp(p.v[P_REQUEST_METHOD], "POST") == 0;
	read_input(&c, &p, io);
	w->log.sink = (struct log_sink){ io->log, io->arg };
	if ((e = transaction(w, &c, &p, &fault, request_id)) != OK) {
		log_event(&w->log, LOG_LEVEL_ERROR, w->log.cause[0] == '\0' ?
		    outcome_row(e)->code : w->log.cause);
		log_forget(&w->log);
		c.status = 500;
		buf_free(&c.reply);
		buf_str(&c.reply, "{\"error\":\"sandbox\"}");
	}
	send_answer(&c, &fault, request_id, w->http, io);
	w->log.sink = (struct log_sink){ .write = NULL };
	if (c.post)
		input_done(&c.body);
	buf_free(&c.reply);
	arena_free(&arena);
}
