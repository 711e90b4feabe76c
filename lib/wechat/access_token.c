/* SPDX-License-Identifier: MIT */
/* access_token.c: WeChat's access_token, one for all processes of an app. */
#include <config.h>

#include <string.h>

#include "context.h"
#include "base/clock.h"
#include "base/json.h"
#include "statements.h"
#include "wechat/access_token.h"
#include "wechat/call.h"

/* stable_token gives a new token in the last 300 s of the old one's life. */
#define EARLY		240	/* s before its end to fetch the next */
#define LEASE_MORE	2000	/* ms beyond WeChat's own time limit */
#define LOOK_AGAIN	20	/* ms */

struct row {
	struct access	access;
	bool		exists;
	bool		have;		/* it lives, and it opened */
	int64_t		expires, refused_until;
	int64_t		lease_until;	/* ms */
};

static enum outcome
read_row(struct context *cx, const struct app *app, struct row *row)
{
	const struct place place = { SEALED_ACCESS_TOKEN, app->appid,
	    strlen(app->appid) };
	struct q *q = q_new(cx->store, Q_ACCESS_GET);
	const void *sealed;
	size_t n;

	*row = (struct row){ .have = false };
	q_text(q, ":appid", app->appid);
	if (q_row(q)) {
		row->exists = true;
		sealed = q_col_blob(q, COL_ACCESS_GET_TOKEN, &n);
		row->access.version = q_col_int(q, COL_ACCESS_GET_VERSION);
		row->expires = q_col_int(q, COL_ACCESS_GET_EXPIRES);
		row->refused_until = q_col_int(q,
		    COL_ACCESS_GET_REFUSED_UNTIL);
		row->lease_until = q_col_int(q, COL_ACCESS_GET_LEASE_UNTIL_MS);
		/* A token that no key opens is treated as missing. */
		row->have = row->expires > cx->now && n > SEAL_EXTRA &&
		    n - SEAL_EXTRA <= ACCESS_TOKEN_MAX &&
		    seal_open(cx->seal, &place, sealed, n, row->access.token,
		    NULL);
		if (row->have)
			row->access.token[n - SEAL_EXTRA] = '\0';
	}
	return q_end(q);
}

/* A change of the app's row: a statement, and what it is given by name. */
struct change {
	struct store	*store;
	const char	*appid;
	size_t		 statement;
	struct { const char *name; int64_t value; } ints[5];
	const void	*token;			/* sealed; NULL: none */
	size_t		 token_len;
	int64_t		 changed;		/* rows */
};

static enum outcome
run_change(void *arg)
{
	struct change *c = arg;
	struct q *q = q_new(c->store, c->statement);
	size_t i;

	q_text(q, ":appid", c->appid);
	for (i = 0; i < COUNT(c->ints) && c->ints[i].name != NULL; i++)
		q_int(q, c->ints[i].name, c->ints[i].value);
	if (c->token != NULL)
		q_blob(q, ":token", c->token, c->token_len);
	return q_run(q, &c->changed);
}

static enum outcome
write_row(struct context *cx, struct change *c, enum durability d)
{
	c->store = cx->store;
	return store_write(cx->store, d, run_change, c);
}

/* Try to become the one who fetches. */
static enum outcome
take_lease(struct context *cx, const struct app *app, const struct row *row,
    bool *mine)
{
	const int64_t now = clock_now_ms();
	const int64_t until = now + cx->conf->wechat_timeout + LEASE_MORE;
	struct change add = { .appid = app->appid,
	    .statement = Q_ACCESS_ADD };
	struct change lease = { .appid = app->appid,
	    .statement = Q_ACCESS_LEASE, .ints = {
	    { ":version", row->access.version },
	    { ":refused", row->refused_until }, { ":now_ms", now },
	    { ":until", until }, { ":latest", until + CLOCK_AHEAD } } };
	enum outcome e;

	*mine = false;
	if (row->lease_until > now && row->lease_until <= until + CLOCK_AHEAD)
		return OK;		/* another one's: no need to write */
	if (!row->exists && (e = write_row(cx, &add, RELAXED)) != OK)
		return e;
	e = write_row(cx, &lease, RELAXED);
	*mine = e == OK && lease.changed > 0;
	return e;
}

/* Note what the fetch gave, and give the lease back. */
static enum outcome
put_token(struct context *cx, const struct app *app, const char *token,
    int64_t life)
{
	const struct place place = { SEALED_ACCESS_TOKEN, app->appid,
	    strlen(app->appid) };
	uint8_t sealed[ACCESS_TOKEN_MAX + SEAL_EXTRA];
	const size_t n = strlen(token);
	struct change put = { .appid = app->appid,
	    .statement = Q_ACCESS_PUT, .token = sealed,
	    .token_len = n + SEAL_EXTRA,
	    .ints = { { ":expires", cx->now + life } } };

	seal_value(cx->seal, &place, token, n, sealed);
	return write_row(cx, &put, DURABLE);
}

static void
put_refusal(struct context *cx, const struct app *app, int64_t until)
{
	struct change refuse = { .appid = app->appid,
	    .statement = Q_ACCESS_REFUSE, .ints = { { ":until", until } } };

	(void)write_row(cx, &refuse, RELAXED);
}

/* ---- POST /cgi-bin/stable_token */

struct token_out {
	char	*token;
	int64_t	*life;
};

static enum outcome
read_token(struct log *log, struct json_object *o, void *arg)
{
	const struct token_out *out = arg;
	size_t i, n;
	const char *s = json_text(o, "access_token", &n);

	if (s == NULL || n == 0 || n > ACCESS_TOKEN_MAX ||
	    !json_number(o, "expires_in", out->life) || *out->life <= 0 ||
	    *out->life > 86400)
		return FAIL(log, WECHAT_ERROR, "WeChat: access_token or "
		    "expires_in is missing or malformed");
	for (i = 0; i < n; i++)
		if (s[i] <= 0x20 || s[i] >= 0x7f)
			return FAIL(log, WECHAT_ERROR, "WeChat: the "
			    "access_token has odd characters");
	memcpy(out->token, s, n + 1);
	return OK;
}

/* getStableAccessToken, never forced; `token` has room for ACCESS_TOKEN_MAX
 * and a NUL.  Throttles are WECHAT_ERROR here: the operator's. */
static enum outcome
stable_token(struct context *cx, const struct app *app, char *token,
    int64_t *life, int64_t *errcode)
{
	struct token_out out = { token, life };
	struct api a = { API_INIT, .path = "/cgi-bin/stable_token",
	    .read = read_token, .out = &out };
	enum outcome e;

	*errcode = 0;
	json_open(&a.body, NULL);
	json_str(&a.body, "grant_type", "client_credential");
	json_str(&a.body, "appid", app->appid);
	json_str(&a.body, "secret", app->secret);
	json_boolean(&a.body, "force_refresh", false);
	json_close(&a.body);
	e = api_call(cx, &a, errcode);
	/* No user did anything wrong here, and none can mend it. */
	return e == CODE_INVALID || e == CODE_USED || e == USER_BLOCKED ||
	    e == TOO_MANY_REQUESTS ? WECHAT_ERROR : e;
}

enum outcome
access_try(struct context *cx, const struct app *app, int64_t *errcode)
{
	char token[ACCESS_TOKEN_MAX + 1];
	int64_t life;
	enum outcome e = stable_token(cx, app, token, &life, errcode);

	explicit_bzero(token, sizeof(token));
	return e;
}

/* ---- one token for all */

static enum outcome
fetch(struct context *cx, const struct app *app, struct access *out)
{
	int64_t life = 0, errcode;
	enum outcome e = stable_token(cx, app, out->token, &life, &errcode);

	cx->now = clock_now();
	if (e == OK)
		return put_token(cx, app, out->token, life);
	/* Refused for good: leave WeChat alone for a while.  Not reached: the
	 * breaker counts that. */
	put_refusal(cx, app, e == WECHAT_ERROR ? cx->now + ACCESS_REFUSED : 0);
	return e;
}

/* One look: use what is there, fetch, or come again. */
enum step { STEP_DONE, STEP_WAIT };

static enum outcome
try_once(struct context *cx, const struct app *app, struct access *out,
    enum step *step)
{
	struct row row;
	enum outcome e;
	bool mine;

	*step = STEP_DONE;
	cx->now = clock_now();
	if ((e = read_row(cx, app, &row)) != OK)
		return e;
	*out = row.access;
	if (row.have && row.expires - cx->now > EARLY)
		return OK;
	if (row.refused_until > cx->now &&
	    row.refused_until <= cx->now + ACCESS_REFUSED) {
		if (row.have)
			return OK;
		return FAIL(cx->log, WECHAT_ERROR, "WeChat refused an "
		    "access_token a moment ago; not asking again yet");
	}
	if ((e = take_lease(cx, app, &row, &mine)) != OK)
		return row.have ? OK : e;
	if (mine) {
		e = fetch(cx, app, out);
		if (e != OK && row.have) {	/* the old one still lives */
			*out = row.access;
			e = OK;
		}
	} else if (!row.have)
		*step = STEP_WAIT;
	explicit_bzero(&row, sizeof(row));
	return e;
}

enum outcome
access_get(struct context *cx, const struct app *app, struct access *out)
{
	const int64_t start = clock_ms(), most = cx->conf->wechat_timeout;
	enum outcome e;
	enum step step;

	for (;;) {
		e = try_once(cx, app, out, &step);
		if (e != OK || step == STEP_DONE)
			return e;
		if (clock_ms() - start >= most)
			return FAIL(cx->log, WECHAT_UNAVAILABLE, "no "
			    "access_token: another process fetches it");
		clock_sleep_ms(LOOK_AGAIN);
	}
}

enum outcome
access_drop(struct context *cx, const struct app *app, const struct access *a)
{
	struct change drop = { .appid = app->appid,
	    .statement = Q_ACCESS_DROP,
	    .ints = { { ":version", a->version } } };

	/* Not RELAXED: the next look must not find it again. */
	return write_row(cx, &drop, DURABLE);
}

/* ---- calls with it */

static bool
token_refused(int64_t errcode)
{
	return errcode == 40001 || errcode == 40014 || errcode == 42001;
}

enum outcome
access_call(struct context *cx, const struct app *app, struct api *a,
    int64_t *errcode)
{
	struct access access;
	enum outcome e;

	*errcode = 0;
	if ((e = access_get(cx, app, &access)) == OK &&
	    (e = api_send(cx, a, access.token, errcode)) == WECHAT_ERROR &&
	    token_refused(*errcode) &&
	    (e = access_drop(cx, app, &access)) == OK &&
	    (e = access_get(cx, app, &access)) == OK) {
		log_forget(cx->log);
		e = api_send(cx, a, access.token, errcode);
	}
	explicit_bzero(&access, sizeof(access));
	api_done(a);
	return e;
}
