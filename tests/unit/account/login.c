/* SPDX-License-Identifier: MIT */
/* login.c: which codes are being exchanged, which were, and how often one is
 * answered again. */
#include <config.h>

#include "account/login.h"
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
	ok(login_code_find(&b.rq, &c, &id, got) == CODE_INVALID,
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
	ok(login_code_find(&b.rq, &c2, &id, got) == CODE_INVALID,
	    "a code is not found as one of another app");
	login_code_end(&c2);
	login_code_begin(&b.rq, &l, &c);
	ok(c.locked, "a lock that was released can be taken again");
	e = login_code_find(&b.rq, &c, &id, got);
	ok(e == OK && id == b.rq.user.id && memcmp(got, key, sizeof(key)) == 0,
	    "a repeat finds the user and the session_key");
	b.rq.cx.now = t + 60;
	ok(login_code_find(&b.rq, &c, &id, got) == OK,
	    "a code can be repeated 60 s later");
	b.rq.cx.now = t + 61;
	ok(login_code_find(&b.rq, &c, &id, got) == CODE_USED,
	    "a code is used up 61 s later");
	b.rq.cx.now = t - 1000;
	ok(login_code_find(&b.rq, &c, &id, got) != CODE_INVALID,
	    "with the clock set back a code stays known");
	b.rq.cx.now = t;
	for (int i = 1; i <= CODE_REPEATS; i++)
		ok(repeat(&c) == OK, "repeat %d", i);
	ok(repeat(&c) == CODE_USED, "a sixth repeat is CODE_USED");
	ok(login_code_find(&b.rq, &c, &id, got) == CODE_USED,
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
	ok(login_code_find(&b.rq, &c, &id, got) == INTERNAL,
	    "a session_key moved to another row does not open");
	login_code_end(&c);
	b.conf.code_replay = 0;
	login_code_begin(&b.rq, &l, &c);
	add(&c);
	is_int(box_sql(b.conf.database, "SELECT count(*) FROM login_codes"), 1,
	    "code_replay = 0: no code is stored");
	login_code_end(&c);
	box_close(&b);
	return done();
}
