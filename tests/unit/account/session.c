/* SPDX-License-Identifier: MIT */
/* session.c: sessions live as long as they should and not longer, whatever the
 * clock does; tombstones stay; who is evicted. */
#include <config.h>

#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"

static struct box b;
static char path[1024];

static int64_t
sql(const char *text)
{
	return box_sql(path, text);
}

static void
begin(void)
{
	static int n;
	char name[32];

	snprintf(name, sizeof(name), "s%d.db", n++);
	box_open(&b, name);
	snprintf(path, sizeof(path), "%s", b.conf.database);
	box_user(&b, "openid-1");
}

static void
life(void)
{
	char token[TOKEN_LEN + 1], other[TOKEN_LEN + 1];
	int64_t t;

	begin();
	t = b.rq.cx.now;
	box_session(&b, token);
	ok(box_find(&b, token, t) == OK && b.rq.live,
	    "a new session is found");
	is_int(session_idle_left(&b.rq), 7200,
	    "a new session has all of its idle time");
	is_int(session_max_left(&b.rq), 2592000,
	    "a new session has all of its absolute time");
	is_str(b.rq.user.openid, "openid-1",
	    "a found session brings its user");
	token_make(other);
	ok(box_find(&b, other, t) == AUTH_INVALID && !b.rq.live,
	    "an unknown token is AUTH_INVALID");
	ok(box_find(&b, "", t) == AUTH_INVALID,
	    "an empty token is AUTH_INVALID");
	memcpy(other, token, sizeof(other));
	other[42] = other[42] == 'A' ? 'B' : 'A';
	ok(box_find(&b, other, t) == AUTH_INVALID,
	    "a token with its last letter changed is AUTH_INVALID");
	ok(session_find(&b.rq, token, TOKEN_LEN - 1) == AUTH_INVALID,
	    "a token without its last letter is AUTH_INVALID");
	ok(box_find(&b, token, t + 7199) == OK,
	    "a session lives a second before its idle time ends");
	ok(box_find(&b, token, t + 7199 + 7199) == OK,
	    "a found session counts as used: its idle time starts again");
	ok(box_find(&b, token, t + 7199 + 7199 + 7200) == AUTH_EXPIRED &&
	    !b.rq.live,
	    "a session not used for its idle time is AUTH_EXPIRED");
	ok(box_find(&b, token, t + 7199 + 7199) == OK,
	    "expiry is judged by the clock each time");
	is_int(sql("SELECT count(*) FROM sessions WHERE "
	    "length(session_key) = 45 AND "
	    "instr(session_key, x'3031323334') = 0"),
	    1, "the session_key is sealed in the store");
	box_close(&b);

	begin();
	b.conf.session_max = 100;
	t = b.rq.cx.now;
	box_session(&b, token);
	is_int(box_find(&b, token, t + 99), OK,
	    "a session lives a second before its absolute end");
	is_int(session_idle_left(&b.rq), 1,
	    "its idle time ends with its absolute time");
	is_int(session_max_left(&b.rq), 1,
	    "a second of its absolute time is left");
	ok(box_find(&b, token, t + 100) == AUTH_EXPIRED,
	    "at its absolute end a session is AUTH_EXPIRED, used or not");
	is_int(sql("UPDATE users SET blocked = 1"), -1, "block the user");
	is_int(box_find(&b, token, t + 50), USER_BLOCKED,
	    "a live session of a blocked user is USER_BLOCKED");
	ok(!b.rq.live, "a session of a blocked user is not live");
	ok(box_find(&b, token, t + 100) == AUTH_EXPIRED,
	    "an expired session of a blocked user is AUTH_EXPIRED");
	box_close(&b);
}

static void
touching(void)
{
	char token[TOKEN_LEN + 1];
	sqlite3 *other;
	int64_t t;

	begin();
	t = b.rq.cx.now;
	box_session(&b, token);
	ok(box_find(&b, token, t + 59) == OK &&
	    sql("SELECT used FROM sessions") == t,
	    "a use within `touch` is not written");
	is_int(session_idle_left(&b.rq), 7200 - 59,
	    "a use that is not written leaves the idle time running");
	is_int(box_find(&b, token, t + 60), OK, "found when `touch` is over");
	is_int(sql("SELECT used FROM sessions"), t + 60,
	    "the use is written when `touch` is over");
	is_int(sql("SELECT idle_expires FROM sessions"), t + 60 + 7200,
	    "the idle time slides with it");
	is_int(sql("SELECT max_expires FROM sessions"), t + 2592000,
	    "the absolute end does not");
	is_int(session_idle_left(&b.rq), 7200,
	    "after a written use all of the idle time is left");
	box_close(&b);

	begin();
	b.conf.session_idle = 8;
	t = b.rq.cx.now;
	box_session(&b, token);
	ok(box_find(&b, token, t + 2) == OK &&
	    sql("SELECT used FROM sessions") == t,
	    "a short idle time: a use within a quarter of it is not written");
	ok(box_find(&b, token, t + 3) == OK &&
	    sql("SELECT used FROM sessions") == t + 3,
	    "a short idle time: a use after a quarter of it is written");
	box_close(&b);

	begin();
	t = b.rq.cx.now;
	box_session(&b, token);
	other = box_lock(&b, b.conf.database);
	ok(box_find(&b, token, t + 100) == OK && b.rq.live,
	    "a locked store does not fail the check");
	is_int(session_idle_left(&b.rq), 7100,
	    "a use that could not be written is not promised");
	box_unlock(other);
	ok(box_find(&b, token, t + 100) == OK &&
	    session_idle_left(&b.rq) == 7200,
	    "when the lock is free again, the use is written");
	box_close(&b);
}

static void
clock_back(void)
{
	char token[TOKEN_LEN + 1];
	int64_t t, step, lived, now;

	begin();
	b.conf.session_max = 10000;
	t = b.rq.cx.now;
	box_session(&b, token);
	ok(box_find(&b, token, t + 5000) == OK,
	    "half of the absolute time is left after half of it");
	ok(box_find(&b, token, t + 4900) == OK &&
	    session_max_left(&b.rq) == 5000,
	    "a clock that goes back gives no absolute time back");
	ok(session_idle_left(&b.rq) <= 5000,
	    "a clock that goes back does not prolong the idle time");
	is_int(sql("SELECT max_expires FROM sessions"), t + 9900,
	    "the shortened absolute end is stored");
	ok(box_find(&b, token, t + 9899) == AUTH_EXPIRED ||
	    session_max_left(&b.rq) == 1,
	    "a session ends at its shortened absolute end");
	box_close(&b);

	/* The attack: the clock set back again and again. */
	begin();
	b.conf.session_max = 1000;
	b.conf.session_idle = 500;
	t = b.rq.cx.now;
	box_session(&b, token);
	for (step = lived = 0, now = t; step < 100; step++) {
		now += 100;
		if (box_find(&b, token, now) != OK)
			break;
		lived += 100;
		now -= 90;
		if (box_find(&b, token, now) != OK)
			break;
	}
	ok(lived <= 1000,
	    "a clock set back 100 times does not prolong it (%lld of 1000 s)",
	    (long long)lived);
	box_close(&b);

	begin();
	t = b.rq.cx.now;
	box_session(&b, token);
	ok(box_find(&b, token, t - 299) == OK,
	    "a session created 299 s ahead lives: clocks may differ");
	box_close(&b);
	begin();
	t = b.rq.cx.now;
	box_session(&b, token);
	ok(box_find(&b, token, t - 302) == AUTH_EXPIRED && !b.rq.live,
	    "a session created more than 300 s ahead is AUTH_EXPIRED");
	ok(box_find(&b, token, t + 1) == OK,
	    "a session created ahead lives when the clock is right");
	box_close(&b);
}

static void
eviction(void)
{
	char token[6][TOKEN_LEN + 1];
	int64_t t;

	begin();
	b.conf.max_sessions = 3;
	t = b.rq.cx.now;
	for (int i = 0; i < 3; i++) {
		b.rq.cx.now = t + i;
		box_session(&b, token[i]);
	}
	/* the oldest is used; so the second is the least used */
	ok(box_find(&b, token[0], t + 70) == OK,
	    "the first of three sessions is used");
	b.rq.cx.now = t + 71;
	box_session(&b, token[3]);
	ok(box_find(&b, token[1], t + 72) == AUTH_INVALID,
	    "a fourth session ends the one not used for longest");
	ok(box_find(&b, token[0], t + 72) == OK &&
	    box_find(&b, token[2], t + 72) == OK &&
	    box_find(&b, token[3], t + 72) == OK,
	    "a fourth session leaves the others alive");
	is_int(sql("SELECT count(*) FROM audit WHERE event = 'evict'"), 1,
	    "the end of the evicted session is in the audit trail");
	/* an expired one does not count */
	ok(sql("UPDATE sessions SET idle_expires = 1 WHERE used = (SELECT "
	    "min(used) FROM sessions WHERE ended IS NULL)") == -1,
	    "the session not used for longest has expired");
	b.rq.cx.now = t + 80;
	box_session(&b, token[4]);
	is_int(sql("SELECT count(*) FROM audit WHERE event = 'evict'"), 1,
	    "an expired session makes room for a new one");
	ok(box_find(&b, token[4], t + 80) == OK, "a new session lives");
	box_close(&b);

	/* used at the same second: the one created first ends */
	begin();
	b.conf.max_sessions = 2;
	t = b.rq.cx.now;
	for (int i = 0; i < 2; i++) {
		box_session(&b, token[i]);
		box_must(&b, sql(i == 0 ? "UPDATE sessions SET created_ms = "
		    "created_ms - 5000" : "SELECT 1") == -2 ? INTERNAL : OK,
		    "sql");
	}
	box_session(&b, token[2]);
	ok(box_find(&b, token[0], t) == AUTH_INVALID &&
	    box_find(&b, token[1], t) == OK,
	    "of two used at the same time the older one ends");
	/* another user's are another matter */
	box_user(&b, "openid-2");
	box_session(&b, token[3]);
	ok(box_find(&b, token[1], t) == OK &&
	    box_find(&b, token[2], t) == OK &&
	    box_find(&b, token[3], t) == OK,
	    "a login does not end another user's sessions");
	box_close(&b);

	/* the new one is not evicted though its clock is behind */
	begin();
	b.conf.max_sessions = 1;
	t = b.rq.cx.now;
	box_session(&b, token[0]);
	b.rq.cx.now = t - 100;
	box_session(&b, token[1]);
	ok(box_find(&b, token[1], t - 100) == OK &&
	    box_find(&b, token[0], t - 100) == AUTH_INVALID,
	    "the session just made is never the one that ends");
	box_close(&b);

	/* the limit was lowered: each one that ends is told */
	begin();
	b.conf.max_sessions = 100;
	for (int i = 0; i < 40; i++)
		box_session(&b, token[0]);
	b.conf.max_sessions = 1;
	box_session(&b, token[1]);
	is_int(sql("SELECT count(*) FROM sessions WHERE ended IS NULL"), 1,
	    "a lowered max_sessions holds at the next login");
	is_int(sql("SELECT count(*) FROM audit WHERE event = 'evict'"), 40,
	    "each of the 40 evicted is in the audit trail");
	box_close(&b);
}

struct late {
	const uint8_t	*id;
	int64_t		 now, changed;
};

static enum outcome
touch_late(void *arg)
{
	struct late *l = arg;
	struct q *q = q_new(b.store, Q_SESSION_TOUCH);

	q_blob(q, ":sid", l->id, SESSION_ID_LEN);
	q_int(q, ":now", l->now + 100);
	q_int(q, ":idle_expires", l->now + 99999);
	q_int(q, ":max_expires", l->now + 99999);
	return q_run(q, &l->changed);
}

static void
tombstones(void)
{
	char token[4][TOKEN_LEN + 1];
	int64_t t, ended = -1;

	begin();
	t = b.rq.cx.now;
	for (int i = 0; i < 4; i++)
		box_session(&b, token[i]);
	box_must(&b, box_find(&b, token[0], t), "find");
	ok(session_end(&b.rq, END_THIS, NULL, &ended) == OK && ended == 1,
	    "ending this session is OK");
	ok(box_find(&b, token[0], t) == AUTH_INVALID,
	    "an ended session is AUTH_INVALID, not AUTH_EXPIRED");
	ok(box_find(&b, token[0], t + 7200) == AUTH_INVALID,
	    "an ended session stays AUTH_INVALID when its time is over");
	is_int(sql("SELECT count(*) FROM sessions WHERE ended IS NOT NULL AND "
	    "session_key IS NULL"), 1,
	    "an ended session has no session_key in the store");
	/* a touch that comes late does not revive it */
	box_must(&b, box_find(&b, token[1], t), "find");
	{
		struct session s = b.rq.session;
		struct late late = { s.id, t, -1 };

		box_must(&b, session_end(&b.rq, END_THIS, NULL, &ended),
		    "end");
		ok(store_write(b.store, RELAXED, touch_late, &late) == OK &&
		    late.changed == 0,
		    "a use written after the end changes nothing");
		ok(box_find(&b, token[1], t) == AUTH_INVALID,
		    "an ended session stays ended");
		/* nor is it ended twice */
		b.rq.session = s;
		ok(session_end(&b.rq, END_THIS, NULL, &ended) == OK &&
		    ended == 0,
		    "ending an ended session counts none");
	}
	is_int(sql("SELECT count(*) FROM audit WHERE event = 'logout'"), 2,
	    "the audit trail has a row for each end");
	/* others: an expired one is ended, but not counted */
	ok(sql("UPDATE sessions SET idle_expires = 5 WHERE sid = (SELECT"
	    " min(sid) FROM sessions WHERE ended IS NULL)") == -1,
	    "one of two has expired");
	{
		const bool first = box_find(&b, token[2], t) == OK;
		const char *live = first ? token[2] : token[3];

		box_session(&b, token[0]);
		box_session(&b, token[1]);
		box_must(&b, box_find(&b, live, t), "find");
		ok(session_end(&b.rq, END_OTHERS, NULL, &ended) == OK &&
		    ended == 2,
		    "END_OTHERS counts two live sessions, not the expired "
		    "one");
		ok(box_find(&b, live, t) == OK &&
		    box_find(&b, token[0], t) == AUTH_INVALID &&
		    box_find(&b, token[1], t) == AUTH_INVALID,
		    "END_OTHERS leaves this session alive");
		ok(box_find(&b, first ? token[3] : token[2], t) ==
		    AUTH_INVALID, "END_OTHERS ends an expired session, too");
		box_must(&b, box_find(&b, live, t), "find");
		ok(session_end(&b.rq, END_ALL, NULL, &ended) == OK &&
		    ended == 1 && box_find(&b, live, t) == AUTH_INVALID,
		    "END_ALL ends this session, too");
	}
	box_user(&b, "openid-2");
	box_session(&b, token[0]);
	box_user(&b, "openid-1");
	box_session(&b, token[1]);
	box_must(&b, box_find(&b, token[1], t), "find");
	ok(session_end(&b.rq, END_ALL, NULL, &ended) == OK && ended == 1 &&
	    box_find(&b, token[0], t) == OK,
	    "END_ALL leaves other users' sessions alive");
	box_close(&b);
}

int
main(void)
{
	store_init();
	life();
	touching();
	clock_back();
	eviction();
	tombstones();
	return done();
}
