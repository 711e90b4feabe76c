/* SPDX-License-Identifier: MIT */
/* users.c: wxloginctl user ... and session ... */
#include <config.h>

#include <string.h>

#include "account/audit.h"
#include "account/session.h"
#include "account/user.h"
#include "base/json.h"
#include "base/text.h"
#include "ctl/ctl.h"
#include "statements.h"

enum outcome
find_user(struct ctl *c, const char *who, int64_t times[3])
{
	struct q *q = q_new(c->rq.cx.store, Q_CTL_USER);
	enum outcome e, found = NOT_FOUND;
	int i;

	q_text(q, ":who", who);
	if (q_row(q)) {
		found = user_read(q, c->rq.cx.arena, &c->rq.user) ? OK :
		    INTERNAL;
		for (i = 0; i < 3; i++)
			times[i] = q_col_int(q, COL_CTL_USER_CREATED + i);
	}
	e = q_end(q);
	if (e == OK && found == NOT_FOUND)
		c->problem = "no such user; give an id or an openid";
	return e != OK ? e : found;
}

enum outcome
ctl_user_show(struct ctl *c, char *arg[])
{
	const struct user *u = &c->rq.user;
	int64_t times[3];
	enum outcome e = find_user(c, arg[0], times);

	if (e != OK)
		return e;
	say_text(c, "id", u->public_id);
	say_text(c, "appid", u->appid);
	say_text(c, "openid", u->openid);
	say_text(c, "unionid", u->unionid);
	say_text(c, "nickname", u->nickname);
	say_text(c, "phone", u->phone_len == 0 ? "no" : "yes, sealed");
	say_text(c, "blocked", u->blocked ? "yes" : "no");
	say_time(c, "created", times[0]);
	say_time(c, "updated", times[1]);
	say_time(c, "last_login", times[2]);
	return OK;
}

struct blocking {
	struct request	*rq;
	bool		 blocked;
};

static enum outcome
write_blocked(void *arg)
{
	const struct blocking *b = arg;
	struct request *rq = b->rq;
	struct q *q = q_new(rq->cx.store, Q_CTL_BLOCK);
	enum outcome e;

	q_int(q, ":id", rq->user.id);
	q_int(q, ":now", rq->cx.now);
	if (b->blocked)
		q_int(q, ":blocked", rq->cx.now);
	if ((e = q_run(q, NULL)) != OK ||
	    (b->blocked && (e = user_void_codes(rq)) != OK))
		return e;
	return audit_add(rq, b->blocked ? "block" : "unblock", rq->user.id,
	    NULL, NULL);
}

static enum outcome
set_blocked(struct ctl *c, const char *who, bool blocked)
{
	struct request *rq = &c->rq;
	int64_t times[3];
	enum outcome e;

	if ((e = find_user(c, who, times)) == OK)
		e = store_write(rq->cx.store, DURABLE, write_blocked,
		    &(struct blocking){ rq, blocked });
	if (e == OK) {
		say_text(c, "id", rq->user.public_id);
		say_text(c, "blocked", blocked ? "yes" : "no");
	}
	return e;
}

enum outcome
ctl_user_block(struct ctl *c, char *arg[])
{
	return set_blocked(c, arg[0], true);
}

enum outcome
ctl_user_unblock(struct ctl *c, char *arg[])
{
	return set_blocked(c, arg[0], false);
}

/* ---- sessions */

static void
put_session(struct ctl *c, struct q *q, bool first)
{
	char id[2 * AUDIT_ID_LEN + 1];
	size_t n;

	hex_write(q_col_blob(q, COL_CTL_SESSIONS_SID, &n),
	    AUDIT_ID_LEN, id);
	if (c->json) {
		buf_str(&c->out, first ? "{" : ",{");
	} else if (!first)
		buf_str(&c->out, "\n");
	say_text(c, "session", id);
	say_text(c, "device", q_col_text(q, COL_CTL_SESSIONS_DEVICE));
	say_time(c, "created",
	    q_col_int(q, COL_CTL_SESSIONS_CREATED_MS) / 1000);
	say_time(c, "used", q_col_int(q, COL_CTL_SESSIONS_USED));
	say_time(c, "idle_expires",
	    q_col_int(q, COL_CTL_SESSIONS_IDLE_EXPIRES));
	say_time(c, "expires", q_col_int(q, COL_CTL_SESSIONS_MAX_EXPIRES));
	if (c->json)
		json_close(&c->out);
}

enum outcome
ctl_session_list(struct ctl *c, char *arg[])
{
	int64_t times[3];
	bool first = true;
	struct q *q;
	enum outcome e = find_user(c, arg[0], times);

	if (e != OK)
		return e;
	if (c->json)
		buf_str(&c->out, "\"sessions\":[");
	q = q_new(c->rq.cx.store, Q_CTL_SESSIONS);
	q_int(q, ":user_id", c->rq.user.id);
	q_int(q, ":now", c->rq.cx.now);
	for (; q_row(q); first = false)
		put_session(c, q, first);
	if (c->json)
		buf_str(&c->out, "]");
	return q_end(q);
}

struct ending {
	struct request	*rq;
	uint8_t		 session[AUDIT_ID_LEN];
	int64_t		 ended;
};

static enum outcome
end_row(void *arg)
{
	struct ending *n = arg;
	struct request *rq = n->rq;
	struct q *q = q_new(rq->cx.store, Q_CTL_END_ONE);
	uint8_t id[SESSION_ID_LEN];
	enum outcome e;
	size_t len;

	q_int(q, ":now", rq->cx.now);
	q_int(q, ":user_id", rq->user.id);
	q_blob(q, ":session", n->session, AUDIT_ID_LEN);
	for (n->ended = 0; q_row(q); n->ended++)
		memcpy(id, q_col_blob(q, COL_CTL_END_ONE_SID, &len),
		    SESSION_ID_LEN);
	if ((e = q_end(q)) != OK)
		return e;
	if (n->ended == 0)
		return NOT_FOUND;
	if ((e = user_void_codes(rq)) != OK)
		return e;
	return audit_add(rq, "operator_end", rq->user.id, id, NULL);
}

enum outcome
ctl_session_end(struct ctl *c, char *arg[])
{
	struct ending n = { .rq = &c->rq };
	int64_t times[3];
	enum outcome e;

	c->problem = "a session is named by 16 hexadecimal digits, as the "
	    "list has them";
	if (!hex_parse(arg[1], n.session, AUDIT_ID_LEN))
		return PARAM_INVALID;
	if ((e = find_user(c, arg[0], times)) != OK)
		return e;
	c->problem = "no such session, or it has ended; session list has the "
	    "live ones";
	e = store_write(c->rq.cx.store, DURABLE, end_row, &n);
	if (e == OK)
		say_int(c, "sessions_ended", n.ended);
	return e;
}

enum outcome
ctl_session_end_all(struct ctl *c, char *arg[])
{
	int64_t ended, times[3];
	enum outcome e;

	if ((e = find_user(c, arg[0], times)) != OK)
		return e;
	memset(c->rq.session.id, 0, SESSION_ID_LEN);	/* the operator's */
	if ((e = session_end(&c->rq, END_ALL, NULL, &ended)) == OK)
		say_int(c, "sessions_ended", ended);
	return e;
}
