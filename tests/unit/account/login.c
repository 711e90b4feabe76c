/* SPDX-License-Identifier: MIT */
/* login.c: which codes are being exchanged, which were, and how often one is
 * answered again. */
#include <config.h>

#include "account/login.h"
#include "account/login_code.h"
#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"

static struct box b;
static const uint8_t key[SESSION_KEY_LEN] = "fedcba987654321";

static enum outcome
add_row(void *arg)
{
	return login_code_add(&b.rq, arg, key);
}

static void
add(struct login_code *c)
{
	box_must(&b, store_write(b.store, DURABLE, add_row, c),
	    "login_code_add");
}

static enum outcome
repeat_row(void *arg)
{
	return login_code_repeat(&b.rq, arg);
}

static enum outcome
repeat(struct login_code *c)
{
	return store_write(b.store, DURABLE, repeat_row, c);
}

static bool has_key;

static enum outcome
find(struct login_code *c, int64_t *id, uint8_t got[SESSION_KEY_LEN])
{
	return login_code_find(&b.rq, c, id, got, &has_key);
}

static enum outcome
add_without_key(void *arg)
{
	return login_code_add(&b.rq, arg, NULL);
}

/* Exchanged at `at`, told by a clock that says `now`: what of it? */
static enum outcome
at(struct login *l, int64_t when, int64_t now)
{
	struct login_code c;
	uint8_t got[SESSION_KEY_LEN];
	int64_t id;
	enum outcome e;

	login_code_begin(&b.rq, l, &c);
	b.rq.cx.now = when;
	add(&c);
	b.rq.cx.now = now;
	e = find(&c, &id, got);
	login_code_end(&c);
	return e;
}

static void
clock_set_back(void)
{
	struct login l = { .app = &b.app, .code = "SET-1", .code_len = 5 };
	struct login other = { .app = &b.app, .code = "SET-2", .code_len = 5 };
	const int64_t t = clock_now() + 1000000;

	ok(at(&l, t, t - CODE_AHEAD) == OK, "clock: some seconds back");
	ok(at(&l, t, t - CODE_AHEAD - 1) == CODE_USED,
	    "clock: a code that was exchanged ahead of it is used");
	ok(at(&other, t + 90, t + 90) == OK, "clock: a login of later");
	ok(at(&l, t, t + 30) == CODE_USED, "clock: set back behind it, a code "
	    "whose time was over stays used");
	ok(at(&other, t + 90, t + 90) == OK, "clock: the later one is not");
	ok(at(&other, t + 10 * CODE_FAR, t) == CODE_USED &&
	    at(&l, t, t + 30) == OK,
	    "clock: a wrong time far ahead does not count for others");
}

/* A code that WeChat refused is refused to those who waited. */
static void
learnt(void)
{
	struct login l = { .app = &b.app, .code = "WRONG", .code_len = 5 };
	struct login l2 = { .app = &b.app, .code = "OTHER", .code_len = 5 };
	struct login_code c, c2;

	login_code_begin(&b.rq, &l, &c);
	ok(login_code_learnt(&c) == OK, "learnt: nothing yet");
	login_code_tell(&c, CODE_INVALID);
	ok(login_code_learnt(&c) == CODE_INVALID, "learnt: what was told");
	login_code_begin(&b.rq, &l2, &c2);
	ok(login_code_learnt(&c2) == OK, "learnt: nothing of another code");
	login_code_end(&c2);
	login_code_end(&c);
	login_code_begin(&b.rq, &l, &c);
	c.since = clock_now_ms() + 1;
	ok(login_code_learnt(&c) == CODE_INVALID,
	    "learnt: an invalid code stays so");
	c.since = 0;
	login_code_tell(&c, WECHAT_UNAVAILABLE);
	ok(login_code_learnt(&c) == WECHAT_UNAVAILABLE,
	    "learnt: who waited does not ask WeChat again");
	c.since = clock_now_ms() + 1;
	ok(login_code_learnt(&c) == OK, "learnt: who comes later does");
	login_code_end(&c);
}

int
main(void)
{
	struct app other = { .appid = "wx2" };
	struct login l = { .app = &b.app, .code = "CODE-1", .code_len = 6 };
	struct login l2 = { .app = &other, .code = "CODE-1", .code_len = 6 };
	struct login_code c, c2;
	uint8_t got[SESSION_KEY_LEN];
	int64_t id = 0, t;
	enum outcome e;

	store_init();
	box_open(&b, "login.db");
	box_user(&b, "openid-1");
	t = b.rq.cx.now;
	login_code_begin(&b.rq, &l, &c);
	ok(c.locked, "a code that nobody exchanges can be locked");
	ok(find(&c, &id, got) == CODE_INVALID,
	    "a code that was not exchanged here is CODE_INVALID");
	b.conf.wechat_timeout = b.conf.busy_timeout = 0; /* do not wait */
	login_code_begin(&b.rq, &l, &c2);
	ok(!c2.locked,
	    "a second login with a locked code does not get the lock");
	login_code_end(&c2);
	login_code_begin(&b.rq, &l2, &c2);
	ok(c2.locked && memcmp(c.hash, c2.hash, HASH_LEN) != 0,
	    "the same code of another app has a lock of its own");
	ok(repeat(&c) == CODE_USED,
	    "a code that was not exchanged can't be repeated");
	add(&c);
	login_code_end(&c);
	ok(find(&c2, &id, got) == CODE_INVALID,
	    "a code is not found as one of another app");
	login_code_end(&c2);
	login_code_begin(&b.rq, &l, &c);
	ok(c.locked, "a lock that was released can be taken again");
	e = find(&c, &id, got);
	ok(e == OK && id == b.rq.user.id && has_key &&
	    memcmp(got, key, sizeof(key)) == 0,
	    "a repeat finds the user and the session_key");
	b.rq.cx.now = t + 60;
	ok(find(&c, &id, got) == OK,
	    "a code can be repeated 60 s later");
	b.rq.cx.now = t + 61;
	ok(find(&c, &id, got) == CODE_USED,
	    "a code is used up 61 s later");
	b.rq.cx.now = t - 1000;
	ok(find(&c, &id, got) == CODE_USED,
	    "with the clock set back a code is used");
	b.rq.cx.now = t;
	for (int i = 1; i <= CODE_REPEATS; i++)
		ok(repeat(&c) == OK, "repeat %d", i);
	ok(repeat(&c) == CODE_USED, "a sixth repeat is CODE_USED");
	ok(find(&c, &id, got) == CODE_USED,
	    "after it the code stays used");
	is_int(box_sql(b.conf.database, "SELECT repeats FROM login_codes"),
	    CODE_REPEATS, "no more than %d are counted", CODE_REPEATS);
	ok(box_sql(b.conf.database, "SELECT count(*) FROM login_codes WHERE "
	    "instr(session_key, x'66656463') > 0 OR instr(code_hash, "
	    "'CODE-1') > 0") == 0,
	    "neither code nor session_key can be read in the store");
	/* its key does not open in another row */
	box_must(&b, box_sql(b.conf.database, "UPDATE login_codes SET "
	    "code_hash = zeroblob(32), repeats = 0") == -2 ? INTERNAL : OK,
	    "sql");
	memset(c.hash, 0, HASH_LEN);
	ok(find(&c, &id, got) == INTERNAL,
	    "a session_key moved to another row does not open");
	login_code_end(&c);
	login_code_begin(&b.rq, &l, &c);
	box_must(&b, store_write(b.store, DURABLE, add_without_key, &c),
	    "add_without_key");
	ok(find(&c, &id, got) == OK && !has_key, "one without a key is found");
	login_code_end(&c);
	clock_set_back();
	learnt();
	box_must(&b, box_sql(b.conf.database, "DELETE FROM login_codes WHERE "
	    "code_hash <> zeroblob(32)") == -2 ? INTERNAL : OK, "sql");
	b.conf.code_replay = 0;
	login_code_begin(&b.rq, &l, &c);
	add(&c);
	is_int(box_sql(b.conf.database, "SELECT count(*) FROM login_codes"), 1,
	    "code_replay = 0: no code is stored");
	login_code_end(&c);
	box_close(&b);
	return done();
}
