/* SPDX-License-Identifier: MIT */
/* session.c: sessions: found, judged, touched, made, ended. */
#include <config.h>

#include <string.h>

#include "account/audit.h"
#include "account/request.h"
#include "account/session.h"
#include "account/sweep.h"
#include "account/token.h"
#include "account/user.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "statements.h"

/* Longest wait for the write lock to update `used`, ms.  On timeout the update
 * is skipped; the session stays valid. */
#define TOUCH_WAIT	20

/* The first half of the SHA-256 of a token names its session. */
static void
make_id(const char *token, size_t n, uint8_t id[SESSION_ID_LEN])
{
	uint8_t hash[HASH_LEN];

	hash_sha256(token, n, hash);
	memcpy(id, hash, SESSION_ID_LEN);
}

/* Read the row into req; AUTH_INVALID when there is none or it has ended. */
static enum outcome
read_row(struct request *rq)
{
	struct session *s = &rq->session;
	struct q *q = q_new(rq->cx.store, Q_SESSION_FIND);
	enum outcome found = AUTH_INVALID, e;

	q_blob(q, ":sid", s->id, SESSION_ID_LEN);
	if (q_row(q)) {
		s->created = q_col_int(q, COL_SESSION_FIND_CREATED_MS) / 1000;
		s->used = q_col_int(q, COL_SESSION_FIND_USED);
		s->idle_expires = q_col_int(q, COL_SESSION_FIND_IDLE_EXPIRES);
		s->max_expires = q_col_int(q, COL_SESSION_FIND_MAX_EXPIRES);
		if (q_col_null(q, COL_SESSION_FIND_ENDED))
			found = OK;
		if (!user_read(q, rq->cx.arena, &rq->user))
			found = FAIL(rq->cx.log, INTERNAL, "no memory");
	}
	e = q_end(q);
	return e != OK ? e : found;
}

/* The clock may have been set back since the session's last stored use: what
 * is left of its life is then counted from that use, so that the jump does not
 * make it longer. */
static void
clamp(struct session *s, int64_t now)
{
	if (now < s->used) {
		const int64_t back = s->used - now;

		s->max_expires -= back;
		s->idle_expires -= back;
		s->used = now;
	}
}

static enum outcome
write_touch(void *arg)
{
	struct request *rq = arg;
	struct q *q = q_new(rq->cx.store, Q_SESSION_TOUCH);

	q_blob(q, ":sid", rq->session.id, SESSION_ID_LEN);
	q_int(q, ":now", rq->cx.now);
	q_int(q, ":idle_expires", rq->cx.now + rq->cx.conf->session_idle);
	q_int(q, ":max_expires", rq->session.max_expires);
	return q_run(q, NULL);
}

/* Note the use, at most once per `touch` seconds; more often when that would
 * be longer than a quarter of the idle time, or the expiry would not slide.  A
 * store that can't be written right now does not fail the request. */
static void
touch(struct request *rq, bool clamped)
{
	struct session *s = &rq->session;
	const int64_t quarter = rq->cx.conf->session_idle / 4;

	if (!clamped && rq->cx.now - s->used < rq->cx.conf->touch &&
	    rq->cx.now - s->used <= quarter)
		return;
	if (store_write_soon(rq->cx.store, TOUCH_WAIT, write_touch, rq)) {
		s->used = rq->cx.now;
		s->idle_expires = rq->cx.now + rq->cx.conf->session_idle;
	}
}

enum outcome
session_find(struct request *rq, const char *token, size_t n)
{
	struct session *s = &rq->session;
	enum outcome e;
	bool clamped;

	if (!token_valid(token, n))
		return AUTH_INVALID;
	make_id(token, n, s->id);
	if ((e = read_row(rq)) != OK)
		return e;
	if (s->created > rq->cx.now + CLOCK_SKEW)
		return AUTH_EXPIRED;
	clamped = s->used > rq->cx.now;
	clamp(s, rq->cx.now);
	if (rq->cx.now >= s->idle_expires || rq->cx.now >= s->max_expires)
		return AUTH_EXPIRED;
	if (rq->user.blocked)
		return USER_BLOCKED;
	touch(rq, clamped);
	rq->live = true;
	return OK;
}

int64_t
session_idle_left(const struct request *rq)
{
	const struct session *s = &rq->session;

	return (s->idle_expires < s->max_expires ? s->idle_expires :
	    s->max_expires) - rq->cx.now;
}

int64_t
session_max_left(const struct request *rq)
{
	return rq->session.max_expires - rq->cx.now;
}

/* ---- made */

static enum outcome
insert_row(struct request *rq, const uint8_t key[SESSION_KEY_LEN],
    const char *device)
{
	struct session *s = &rq->session;
	const struct place place = { SEALED_SESSION_KEY, s->id,
	    SESSION_ID_LEN };
	uint8_t sealed[SESSION_KEY_LEN + SEAL_EXTRA];
	struct q *q = q_new(rq->cx.store, Q_SESSION_ADD);

	seal_value(rq->cx.seal, &place, key, SESSION_KEY_LEN, sealed);
	q_blob(q, ":sid", s->id, SESSION_ID_LEN);
	q_int(q, ":user_id", rq->user.id);
	q_int(q, ":created_ms", clock_now_ms());
	q_int(q, ":now", rq->cx.now);
	q_int(q, ":idle_expires", s->idle_expires);
	q_int(q, ":max_expires", s->max_expires);
	q_blob(q, ":session_key", sealed, sizeof(sealed));
	q_text(q, ":device", device);
	return q_run(q, NULL);
}

#define EVICT_STEP	16

/* End up to EVICT_STEP sessions beyond max_sessions, with their audit rows. */
static enum outcome
evict_some(struct request *rq, size_t *n)
{
	uint8_t ids[EVICT_STEP][SESSION_ID_LEN];
	struct q *q = q_new(rq->cx.store, Q_SESSION_EVICT);
	enum outcome e;
	size_t i, len;

	q_int(q, ":user_id", rq->user.id);
	q_int(q, ":now", rq->cx.now);
	q_int(q, ":keep", rq->cx.conf->max_sessions);
	q_int(q, ":most", EVICT_STEP);
	q_blob(q, ":sid", rq->session.id, SESSION_ID_LEN);
	for (*n = 0; q_row(q) && *n < EVICT_STEP; (*n)++)
		memcpy(ids[*n], q_col_blob(q, COL_SESSION_EVICT_SID, &len),
		    SESSION_ID_LEN);
	e = q_end(q);
	for (i = 0; i < *n && e == OK; i++)
		e = audit_add(rq, "evict", rq->user.id, ids[i], NULL);
	return e;
}

/* Most logins evict nobody, and most others one.  The keys of sessions that
 * ended longer than key_overlap ago open nothing any more. */
static enum outcome
evict(struct request *rq)
{
	enum outcome e;
	struct q *q;
	size_t n;

	do
		e = evict_some(rq, &n);
	while (e == OK && n == EVICT_STEP);
	if (e != OK)
		return e;
	q = q_new(rq->cx.store, Q_SESSION_EMPTY_KEYS);
	q_int(q, ":user_id", rq->user.id);
	q_int(q, ":before", rq->cx.now - rq->cx.conf->key_overlap);
	return q_run(q, NULL);
}

enum outcome
session_add(struct request *rq, const char token[TOKEN_LEN + 1],
    const uint8_t key[SESSION_KEY_LEN], const char *device)
{
	struct session *s = &rq->session;
	enum outcome e;

	make_id(token, TOKEN_LEN, s->id);
	s->created = s->used = rq->cx.now;
	s->idle_expires = rq->cx.now + rq->cx.conf->session_idle;
	s->max_expires = rq->cx.now + rq->cx.conf->session_max;
	if ((e = insert_row(rq, key, device)) != OK ||
	    (e = audit_add(rq, "login", rq->user.id, s->id,
	    device)) != OK ||
	    (e = evict(rq)) != OK)
		return e;
	return sweep_sometimes(&rq->cx);
}

/* ---- ended */

struct ending {
	struct request	*rq;
	enum end_scope	 scope;
	const uint8_t	*one;		/* of END_ONE */
	int64_t		 ended;		/* live ones */
};

static const struct { size_t statement; const char *event; } endings[] = {
	[END_THIS] = { Q_SESSION_END_THIS, "logout" },
	[END_OTHERS] = { Q_SESSION_END_OTHERS, "logout_others" },
	[END_ALL] = { Q_SESSION_END_ALL, "logout_all" },
	[END_ONE] = { Q_SESSION_END_ONE, "logout_one" },
};

/* The trail names the session that ended, or, for many, the one that asked. */
static enum outcome
end_rows(void *arg)
{
	struct ending *n = arg;
	struct request *rq = n->rq;
	struct q *q = q_new(rq->cx.store, endings[n->scope].statement);
	const uint8_t *named = n->scope == END_ONE ? n->one : rq->session.id;
	enum outcome e;

	q_int(q, ":now", rq->cx.now);
	if (n->scope != END_THIS)
		q_int(q, ":user_id", rq->user.id);
	if (n->scope == END_THIS || n->scope == END_OTHERS)
		q_blob(q, ":sid", rq->session.id, SESSION_ID_LEN);
	if (n->scope == END_ONE)
		q_blob(q, ":session", n->one, AUDIT_ID_LEN);
	for (n->ended = 0; q_row(q);)
		n->ended += q_col_int(q, COL_SESSION_END_THIS_LIVE);
	if ((e = q_end(q)) == OK)
		e = user_void_codes(rq);
	if (e == OK && n->ended > 0)
		e = audit_add(rq, endings[n->scope].event, rq->user.id, named,
		    NULL);
	return e == OK ? sweep_sometimes(&rq->cx) : e;
}

enum outcome
session_end(struct request *rq, enum end_scope scope, const uint8_t *one,
    int64_t *ended)
{
	struct ending n = { .rq = rq, .scope = scope, .one = one };
	const enum outcome e = store_write(rq->cx.store, DURABLE, end_rows,
	    &n);

	*ended = e == OK ? n.ended : 0;
	return e;
}

/* ---- told */

static void
put_session(const struct request *rq, struct q *q, struct buf *b)
{
	const int64_t idle = q_col_int(q, COL_SESSION_LIST_IDLE_EXPIRES);
	const int64_t most = q_col_int(q, COL_SESSION_LIST_MAX_EXPIRES);
	char name[2 * AUDIT_ID_LEN + 1];
	const void *sid;
	size_t n;

	sid = q_col_blob(q, COL_SESSION_LIST_SID, &n);
	hex_write(sid, AUDIT_ID_LEN, name);
	json_open(b, NULL);
	json_str(b, "id", name);
	json_boolean(b, "current", memcmp(sid, rq->session.id,
	    SESSION_ID_LEN) == 0);
	json_str(b, "device", q_col_text(q, COL_SESSION_LIST_DEVICE));
	json_int(b, "createdAt",
	    q_col_int(q, COL_SESSION_LIST_CREATED_MS) / 1000);
	json_int(b, "lastUsedAt", q_col_int(q, COL_SESSION_LIST_USED));
	json_int(b, "expiresIn", (idle < most ? idle : most) - rq->cx.now);
	json_int(b, "absoluteExpiresIn", most - rq->cx.now);
	json_close(b);
}

enum outcome
session_list(struct request *rq, struct buf *b)
{
	struct q *q = q_new(rq->cx.store, Q_SESSION_LIST);

	q_int(q, ":user_id", rq->user.id);
	q_int(q, ":now", rq->cx.now);
	q_blob(q, ":sid", rq->session.id, SESSION_ID_LEN);
	q_int(q, ":most", SESSIONS_MAX);
	json_open_list(b, "sessions");
	while (q_row(q))
		put_session(rq, q, b);
	json_close_list(b);
	return q_end(q);
}
