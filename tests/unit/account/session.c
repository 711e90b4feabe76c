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
	ok(box_find(&b, token, t) == OK && b.rq.live, "found at once");
	is_int(session_idle_left(&b.rq), 7200, "idle time left");
	is_int(session_max_left(&b.rq), 2592000, "absolute time left");
	is_str(b.rq.user.openid, "openid-1", "its user");
	token_make(other);
	ok(box_find(&b, other, t) == AUTH_INVALID && !b.rq.live,
	    "an unknown token");
	ok(box_find(&b, "", t) == AUTH_INVALID, "an empty token");
	memcpy(other, token, sizeof(other));
	other[42] = other[42] == 'A' ? 'B' : 'A';
	ok(box_find(&b, other, t) == AUTH_INVALID, "its last letter changed");
	ok(session_find(&b.rq, token, TOKEN_LEN - 1) == AUTH_INVALID,
	    "cut by a letter");
	ok(box_find(&b, token, t + 7199) == OK, "a second before it idles out");
	ok(box_find(&b, token, t + 7199 + 7199) == OK, "and that was a use");
	ok(box_find(&b, token, t + 7199 + 7199 + 7200) == AUTH_EXPIRED &&
	    !b.rq.live, "idle for its idle time");
	ok(box_find(&b, token, t + 7199 + 7199) == OK,
	    "judged by the clock each time");
	is_int(sql("SELECT count(*) FROM sessions WHERE "
	    "length(session_key) = 45 AND instr(session_key, x'3031323334') = 0"),
	    1, "the key is sealed");
	box_close(&b);

	begin();
	b.conf.session_max = 100;
	t = b.rq.cx.now;
	box_session(&b, token);
	ok(box_find(&b, token, t + 99) == OK && session_idle_left(&b.rq) == 1 &&
	    session_max_left(&b.rq) == 1, "the end is absolute");
	ok(box_find(&b, token, t + 100) == AUTH_EXPIRED,
	    "used or not, it ends then");
	ok(sql("UPDATE users SET blocked = 1") == -1 &&
	    box_find(&b, token, t + 50) == USER_BLOCKED && !b.rq.live,
	    "of a blocked user");
	ok(box_find(&b, token, t + 100) == AUTH_EXPIRED,
	    "an expired one of a blocked user");
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
	    sql("SELECT used FROM sessions") == t, "not noted within `touch`");
	is_int(session_idle_left(&b.rq), 7200 - 59,
	    "then its time runs on");
	ok(box_find(&b, token, t + 60) == OK &&
	    sql("SELECT used FROM sessions") == t + 60 &&
	    sql("SELECT idle_expires FROM sessions") == t + 60 + 7200 &&
	    sql("SELECT max_expires FROM sessions") == t + 2592000,
	    "noted when `touch` is over; only the idle time slides");
	is_int(session_idle_left(&b.rq), 7200, "its time is whole again");
	box_close(&b);

	begin();
	b.conf.session_idle = 8;
	t = b.rq.cx.now;
	box_session(&b, token);
	ok(box_find(&b, token, t + 2) == OK &&
	    sql("SELECT used FROM sessions") == t,
	    "short idle time: not within a quarter");
	ok(box_find(&b, token, t + 3) == OK &&
	    sql("SELECT used FROM sessions") == t + 3,
	    "short idle time: behind a quarter, or it would not slide");
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
	    session_idle_left(&b.rq) == 7200, "when the lock is free again, the use is written");
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
	ok(box_find(&b, token, t + 5000) == OK, "5000 of 10000 s are over");
	ok(box_find(&b, token, t + 4900) == OK &&
	    session_max_left(&b.rq) == 5000,
	    "the clock goes back by 100 s: 5000 are left, not 5100");
	ok(session_idle_left(&b.rq) <= 5000, "nor does the idle time reach on");
	is_int(sql("SELECT max_expires FROM sessions"), t + 9900,
	    "that is stored");
	ok(box_find(&b, token, t + 9899) == AUTH_EXPIRED ||
	    session_max_left(&b.rq) == 1, "until its end");
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
	ok(lived <= 1000, "set back 100 times: it lived %lld of 1000 s",
	    (long long)lived);
	box_close(&b);

	begin();
	t = b.rq.cx.now;
	box_session(&b, token);
	ok(box_find(&b, token, t - 299) == OK,
	    "created 299 s ahead: clocks may differ");
	box_close(&b);
	begin();
	t = b.rq.cx.now;
	box_session(&b, token);
	ok(box_find(&b, token, t - 302) == AUTH_EXPIRED && !b.rq.live,
	    "created more than 300 s ahead counts as expired");
	ok(box_find(&b, token, t + 1) == OK, "and lives when the clock is right");
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
	ok(box_find(&b, token[0], t + 70) == OK, "the first is used");
	b.rq.cx.now = t + 71;
	box_session(&b, token[3]);
	ok(box_find(&b, token[1], t + 72) == AUTH_INVALID,
	    "the fourth ends the least used");
	ok(box_find(&b, token[0], t + 72) == OK &&
	    box_find(&b, token[2], t + 72) == OK &&
	    box_find(&b, token[3], t + 72) == OK, "the others live");
	is_int(sql("SELECT count(*) FROM audit WHERE event = 'evict'"), 1,
	    "that is in the audit trail");
	/* an expired one does not count */
	ok(sql("UPDATE sessions SET idle_expires = 1 WHERE used = (SELECT "
	    "min(used) FROM sessions WHERE ended IS NULL)") == -1, "one idles");
	b.rq.cx.now = t + 80;
	box_session(&b, token[4]);
	is_int(sql("SELECT count(*) FROM audit WHERE event = 'evict'"), 1,
	    "expired ones make room");
	ok(box_find(&b, token[4], t + 80) == OK, "the new one lives");
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
	    box_find(&b, token[1], t) == OK, "same use: the older one ends");
	/* another user's are another matter */
	box_user(&b, "openid-2");
	box_session(&b, token[3]);
	ok(box_find(&b, token[1], t) == OK && box_find(&b, token[2], t) == OK &&
	    box_find(&b, token[3], t) == OK, "users do not evict each other");
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
	    "the one just made stays, whatever the clock says");
	box_close(&b);

	/* the limit was lowered: each one that ends is told */
	begin();
	b.conf.max_sessions = 100;
	for (int i = 0; i < 40; i++)
		box_session(&b, token[0]);
	b.conf.max_sessions = 1;
	box_session(&b, token[1]);
	is_int(sql("SELECT count(*) FROM sessions WHERE ended IS NULL"), 1,
	    "a lowered limit holds at the next login");
	is_int(sql("SELECT count(*) FROM audit WHERE event = 'evict'"), 40,
	    "each of the 40 evicted is in the audit trail");
	box_close(&b);
}

struct late {
	const uint8_t	*hash;
	int64_t		 now, changed;
};

static enum outcome
touch_late(void *arg)
{
	struct late *l = arg;
	struct q *q = q_new(b.store, Q_SESSION_TOUCH);

	q_blob(q, ":token_hash", l->hash, HASH_LEN);
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
	ok(session_end(&b.rq, END_THIS, &ended) == OK && ended == 1,
	    "ended: this one");
	ok(box_find(&b, token[0], t) == AUTH_INVALID, "ended is not expired");
	ok(box_find(&b, token[0], t + 7200) == AUTH_INVALID,
	    "ended stays AUTH_INVALID when its time is over");
	is_int(sql("SELECT count(*) FROM sessions WHERE ended IS NOT NULL AND "
	    "session_key IS NULL"), 1, "its key is gone");
	/* a touch that comes late does not revive it */
	box_must(&b, box_find(&b, token[1], t), "find");
	{
		struct session s = b.rq.session;
		struct late late = { s.token_hash, t, -1 };

		box_must(&b, session_end(&b.rq, END_THIS, &ended), "end");
		ok(store_write(b.store, RELAXED, touch_late, &late) == OK &&
		    late.changed == 0, "a late touch changes nothing");
		ok(box_find(&b, token[1], t) == AUTH_INVALID,
		    "nothing revives it");
		/* nor is it ended twice */
		b.rq.session = s;
		ok(session_end(&b.rq, END_THIS, &ended) == OK && ended == 0,
		    "ended twice: none the second time");
	}
	is_int(sql("SELECT count(*) FROM audit WHERE event = 'logout'"), 2,
	    "a row for each end");
	/* others: an expired one is ended, but not counted */
	ok(sql("UPDATE sessions SET idle_expires = 5 WHERE token_hash = (SELECT"
	    " min(token_hash) FROM sessions WHERE ended IS NULL)") == -1,
	    "one of two has expired");
	{
		const bool first = box_find(&b, token[2], t) == OK;
		const char *live = first ? token[2] : token[3];

		box_session(&b, token[0]);
		box_session(&b, token[1]);
		box_must(&b, box_find(&b, live, t), "find");
		ok(session_end(&b.rq, END_OTHERS, &ended) == OK && ended == 2,
		    "others: two live ones, the expired one not counted");
		ok(box_find(&b, live, t) == OK &&
		    box_find(&b, token[0], t) == AUTH_INVALID &&
		    box_find(&b, token[1], t) == AUTH_INVALID,
		    "others: this one lives on");
		ok(box_find(&b, first ? token[3] : token[2], t) ==
		    AUTH_INVALID, "others: an expired one is ended, too");
		box_must(&b, box_find(&b, live, t), "find");
		ok(session_end(&b.rq, END_ALL, &ended) == OK && ended == 1 &&
		    box_find(&b, live, t) == AUTH_INVALID, "all: this, too");
	}
	box_user(&b, "openid-2");
	box_session(&b, token[0]);
	box_user(&b, "openid-1");
	box_session(&b, token[1]);
	box_must(&b, box_find(&b, token[1], t), "find");
	ok(session_end(&b.rq, END_ALL, &ended) == OK && ended == 1 &&
	    box_find(&b, token[0], t) == OK, "all of this user only");
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
