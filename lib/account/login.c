/* SPDX-License-Identifier: MIT */
/* login.c: from a login code to a session. */
#include <config.h>

#include <string.h>

#include "account/login.h"
#include "account/login_code.h"
#include "account/request.h"
#include "account/session.h"
#include "account/token.h"
#include "account/user.h"
#include "base/clock.h"
#include "statements.h"
#include "wechat/wechat.h"

#define LOOK_AGAIN	20		/* ms */

/* Take the user that a statement gives, and how many logins this minute has
 * seen: TOO_MANY_REQUESTS beyond user_logins. */
static enum outcome
take_user(struct request *rq, struct q *q, int column)
{
	const int64_t most = rq->cx.conf->user_logins;
	int64_t logins = 0;
	bool found = false, ok = false;
	enum outcome e;

	/* to its end: a statement with RETURNING is done only then */
	while (q_row(q)) {
		found = true;
		ok = user_read(q, rq->cx.arena, &rq->user);
		logins = q_col_int(q, column);
	}
	if ((e = q_end(q)) != OK)
		return e;
	if (!ok)
		return found ? FAIL_MEMORY(rq->cx.log) :
		    FAIL(rq->cx.log, INTERNAL, "a user's row is gone");
	if (rq->user.blocked)
		return FAIL(rq->cx.log, USER_BLOCKED, "the operator blocked "
		    "this user");
	if (most == 0 || logins <= most)
		return OK;
	rq->cx.retry_after = 60 - rq->cx.now % 60;
	return FAIL(rq->cx.log, TOO_MANY_REQUESTS, "%lld logins of this user "
	    "in a minute", (long long)logins);
}

/* Create the user or note the login; rq->user. */
static enum outcome
upsert_user(struct request *rq, struct login *l,
    const struct wechat_session *ws)
{
	struct q *q = q_new(rq->cx.store, Q_USER_LOGIN);
	enum outcome e;

	q_text(q, ":public_id", l->fresh_id);
	q_text(q, ":appid", l->app->appid);
	q_text(q, ":openid", ws->openid);
	q_text(q, ":unionid", ws->unionid[0] == '\0' ? NULL : ws->unionid);
	q_int(q, ":now", rq->cx.now);
	q_int(q, ":minute", rq->cx.now / 60);
	e = take_user(rq, q, COL_USER_LOGIN_LOGINS);
	/* the id we made is the user's only when the row is ours */
	l->new_user = e == OK &&
	    strcmp(rq->user.public_id, l->fresh_id) == 0;
	return e;
}

static enum outcome
note_login(struct request *rq, int64_t id)
{
	struct q *q = q_new(rq->cx.store, Q_USER_NOTE_LOGIN);

	q_int(q, ":id", id);
	q_int(q, ":now", rq->cx.now);
	q_int(q, ":minute", rq->cx.now / 60);
	return take_user(rq, q, COL_USER_NOTE_LOGIN_LOGINS);
}

/* ---- the two transactions */

struct exchange {
	struct request			*rq;
	struct login			*l;
	const struct login_code		*code;
	const struct wechat_session	*ws;	/* of a first session */
	int64_t				 user_id;	/* of a repeat */
	const uint8_t			*key;
};

static enum outcome
first_session(void *arg)
{
	const struct exchange *x = arg;
	enum outcome e;

	if ((e = upsert_user(x->rq, x->l, x->ws)) != OK ||
	    (e = login_code_add(x->rq, x->code, x->key)) != OK)
		return e;
	return session_add(x->rq, x->l->token, x->key, x->l->device);
}

static enum outcome
repeat_session(void *arg)
{
	const struct exchange *x = arg;
	enum outcome e;

	if ((e = note_login(x->rq, x->user_id)) != OK ||
	    (e = login_code_repeat(x->rq, x->code)) != OK)
		return e;
	return session_add(x->rq, x->l->token, x->key, x->l->device);
}

/* Run one of the two.  What is random is made here, before it: a transaction
 * may run again. */
static enum outcome
write_session(struct exchange *x, enum outcome (*body)(void *))
{
	token_make(x->l->token);
	public_id_make(x->rq->cx.now, x->l->fresh_id);
	return store_write(x->rq->cx.store, DURABLE, body, x);
}

/* ---- the rule */

/* CODE_INVALID: this code was not exchanged by us. */
static enum outcome
try_repeat(struct request *rq, struct login *l, const struct login_code *c)
{
	uint8_t key[SESSION_KEY_LEN];
	int64_t user_id;
	bool has_key;
	enum outcome e;

	if (rq->cx.conf->code_replay == 0)
		return CODE_INVALID;
	e = login_code_find(rq, c, &user_id, key, &has_key);
	if (e == OK)
		e = write_session(&(struct exchange){ .rq = rq, .l = l,
		    .code = c, .user_id = user_id,
		    .key = has_key ? key : NULL }, repeat_session);
	explicit_bzero(key, sizeof(key));
	return e;
}

/* WeChat says that the code was used.  With the lock in hand nobody else can
 * be about to note it; without (a file system that can't lock), look for a
 * while. */
static enum outcome
await_other(struct request *rq, struct login *l, const struct login_code *c)
{
	const int64_t start = clock_ms();
	enum outcome e;

	while ((e = try_repeat(rq, l, c)) == CODE_INVALID && !c->locked &&
	    rq->cx.conf->code_replay != 0 &&
	    clock_ms() - start < CODE_RACE_WAIT)
		clock_sleep_ms(LOOK_AGAIN);
	if (e != CODE_INVALID)
		return e;
	login_code_tell(c, CODE_USED);
	return CODE_USED;
}

static enum outcome
first(struct request *rq, struct login *l, const struct login_code *c,
    const struct wechat_session *ws)
{
	const enum outcome e = write_session(&(struct exchange){ .rq = rq,
	    .l = l, .code = c, .ws = ws,
	    .key = ws->has_key ? ws->key : NULL }, first_session);

	if (e == OK && !ws->has_key)
		(void)FAIL(rq->cx.log, OK, "WeChat gave no session_key of 16 "
		    "bytes: this session opens no data");
	return e;
}

static enum outcome
exchange(struct request *rq, struct login *l, const struct login_code *c)
{
	struct wechat_session ws;
	enum outcome e;

	if ((e = try_repeat(rq, l, c)) != CODE_INVALID)
		return e;
	if ((e = login_code_learnt(c)) != OK)
		return FAIL(rq->cx.log, e, "WeChat refused this code a moment "
		    "ago, to another request");
	e = wechat_code2session(&rq->cx, l->app, l->code, &ws);
	rq->cx.now = clock_now();	/* WeChat may have taken seconds */
	if (e == OK)
		e = first(rq, l, c, &ws);
	else if (e == CODE_USED)
		e = await_other(rq, l, c);
	else if (e != BUSY && e != INTERNAL && e != NO_MEMORY)
		login_code_tell(c, e);	/* WeChat's word, not our trouble */
	explicit_bzero(&ws, sizeof(ws));
	return e;
}

enum outcome
login(struct request *rq, struct login *l)
{
	struct login_code c;
	enum outcome e;

	login_code_begin(rq, l, &c);
	e = exchange(rq, l, &c);
	login_code_end(&c);
	return e;
}
