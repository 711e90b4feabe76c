/* SPDX-License-Identifier: MIT */
/* login.c: from a login code to a session. */
#include <config.h>

#include <string.h>
#include <time.h>

#include "account/login.h"
#include "account/request.h"
#include "account/token.h"
#include "base/clock.h"
#include "statements.h"
#include "wechat/wechat.h"

#define LOOK_AGAIN	20		/* ms */

/* Create the user or note the login; req.user. */
static enum outcome
upsert_user(struct req *rq, struct login *l, const struct wechat_session *ws)
{
	char id[PUBLIC_ID_LEN + 1];
	struct q *q = q_new(rq->store, Q_USER_LOGIN);
	enum outcome e;

	public_id_make(rq->now, id);
	q_text(q, ":public_id", id);
	q_text(q, ":appid", l->app->appid);
	q_text(q, ":openid", ws->openid);
	q_text(q, ":unionid", ws->unionid[0] == '\0' ? NULL : ws->unionid);
	q_int(q, ":now", rq->now);
	if ((e = user_take(rq, q)) != OK)
		return e;
	/* the id we made is the user's only when the row is ours */
	l->new_user = strcmp(rq->user.public_id, id) == 0;
	return rq->user.blocked ? USER_BLOCKED : OK;
}

static enum outcome
load_user(struct req *rq, int64_t id)
{
	struct q *q;
	enum outcome e;

	rq->user.id = id;
	if ((e = user_reload(rq)) != OK)
		return e;
	if (rq->user.blocked)
		return USER_BLOCKED;
	q = q_new(rq->store, Q_USER_NOTE_LOGIN);
	q_int(q, ":id", id);
	q_int(q, ":now", rq->now);
	return q_run(q, NULL);
}

/* ---- the two transactions */

static enum outcome
commit_if(struct req *rq, enum outcome e)
{
	if (e == OK)
		return store_commit(rq->store);
	store_rollback(rq->store);
	return e;
}

static enum outcome
first_session(struct req *rq, struct login *l, const struct login_code *c,
    const struct wechat_session *ws)
{
	enum outcome e;

	if ((e = store_begin(rq->store, DURABLE)) != OK)
		return e;
	if ((e = upsert_user(rq, l, ws)) == OK &&
	    (e = login_code_add(rq, c, ws->key)) == OK)
		e = session_add(rq, l->token, ws->key, l->device);
	return commit_if(rq, e);
}

static enum outcome
repeat_session(struct req *rq, struct login *l, const struct login_code *c,
    int64_t user_id, const uint8_t key[SESSION_KEY_LEN])
{
	enum outcome e;

	if ((e = store_begin(rq->store, DURABLE)) != OK)
		return e;
	if ((e = load_user(rq, user_id)) == OK &&
	    (e = login_code_repeat(rq, c)) == OK)
		e = session_add(rq, l->token, key, l->device);
	return commit_if(rq, e);
}

/* ---- the rule */

/* CODE_INVALID: this code was not exchanged by us. */
static enum outcome
try_repeat(struct req *rq, struct login *l, const struct login_code *c)
{
	uint8_t key[SESSION_KEY_LEN];
	int64_t user_id;
	enum outcome e;

	if (rq->conf->code_replay == 0)
		return CODE_INVALID;
	e = login_code_find(rq, c, &user_id, key);
	if (e == OK)
		e = repeat_session(rq, l, c, user_id, key);
	explicit_bzero(key, sizeof(key));
	return e;
}

/* WeChat says that the code was used.  With the lock in hand nobody else can
 * be about to note it; without (a file system that can't lock), look for a
 * while. */
static enum outcome
await_other(struct req *rq, struct login *l, const struct login_code *c)
{
	const int64_t start = clock_ms();
	enum outcome e;

	while ((e = try_repeat(rq, l, c)) == CODE_INVALID && !c->locked &&
	    rq->conf->code_replay != 0 &&
	    clock_ms() - start < CODE_RACE_WAIT)
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_AGAIN * 1000000 },
		    NULL);
	return e == CODE_INVALID ? CODE_USED : e;
}

static enum outcome
exchange(struct req *rq, struct login *l, const struct login_code *c)
{
	struct wechat_session ws;
	enum outcome e;

	if ((e = try_repeat(rq, l, c)) != CODE_INVALID)
		return e;
	e = wechat_code2session(rq, l->app, l->code, &ws);
	rq->now = clock_now();		/* WeChat may have taken seconds */
	if (e == OK)
		e = first_session(rq, l, c, &ws);
	else if (e == CODE_USED)
		e = await_other(rq, l, c);
	explicit_bzero(&ws, sizeof(ws));
	return e;
}

enum outcome
login(struct req *rq, struct login *l)
{
	struct login_code c;
	enum outcome e;

	login_code_begin(rq, l, &c);
	e = exchange(rq, l, &c);
	login_code_end(&c);
	return e;
}
