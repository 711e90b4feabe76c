/* SPDX-License-Identifier: MIT */
/* sweep.c: old rows go, in bounded steps; live and remembered ones stay. */
#include <config.h>

#include "account/sweep.h"
#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"

static struct box b;

static int64_t
sql(const char *text)
{
	return box_sql(b.conf.database, text);
}

/* Rows of sessions with hashes spread over the key space. */
static void
add_rows(int n, const char *used, const char *idle, const char *max,
    const char *ended)
{
	char text[512];

	snprintf(text, sizeof(text), "WITH RECURSIVE i(n) AS (SELECT 1 UNION "
	    "ALL SELECT n + 1 FROM i WHERE n < %d) INSERT INTO sessions "
	    "SELECT randomblob(16), 1, 0, %s, %s, %s, %s, x'00', NULL FROM i",
	    n, used, idle, max, ended);
	box_must(&b, sql(text) == -2 ? INTERNAL : OK, "insert");
}

static struct swept swept;

static enum outcome
step_body(void *arg)
{
	const int64_t *now = arg;

	return sweep_step(b.store, &b.conf, *now, SWEEP_ROWS, &swept);
}

static void
step(int64_t now)
{
	box_must(&b, store_write(b.store, RELAXED, step_body, &now),
	    "sweep_step");
}

int
main(void)
{
	const int64_t now = 2000000000;
	char old[32], fresh[32], kept[32];
	int64_t before, after, most = 0;
	int steps;

	store_init();
	box_open(&b, "sweep.db");
	box_user(&b, "openid");
	snprintf(old, sizeof(old), "%lld", (long long)(now - 604801));
	snprintf(kept, sizeof(kept), "%lld", (long long)(now - 604800));
	snprintf(fresh, sizeof(fresh), "%lld", (long long)(now + 100));
	add_rows(1, old, old, fresh, "NULL");
	add_rows(1, old, fresh, old, "NULL");
	add_rows(1, old, fresh, fresh, old);
	add_rows(1, old, kept, fresh, "NULL");
	add_rows(1, old, fresh, fresh, kept);
	add_rows(1, old, fresh, fresh, "NULL");
	step(now);
	is_int(sql("SELECT count(*) FROM sessions"), 3,
	    "a small table is done in a step: what is kept, stays");
	is_int(sql("SELECT count(*) FROM meta WHERE name = 'sweep_sessions'"),
	    0, "a table done in one step needs no cursor");
	add_rows(3000, old, old, old, "NULL");
	for (steps = 0; steps < 200; steps++) {
		before = sql("SELECT count(*) FROM sessions");
		step(now);
		after = sql("SELECT count(*) FROM sessions");
		most = before - after > most ? before - after : most;
		if (after == 3)
			break;
	}
	ok(after == 3, "3000 old rows are gone behind %d steps", steps + 1);
	ok(most > 0 && most <= 1000, "at most 1000 rows a step (%lld)",
	    (long long)most);
	/* each step brings a new live row, as logins do */
	for (steps = 0; steps < 300; steps++) {
		add_rows(1, old, old, old, "NULL");
		step(now);
	}
	ok(sql("SELECT count(*) FROM sessions") < 3 + 128,
	    "a table that grows by a row a step stays bounded");
	/* a cursor from another version, of another length, starts anew */
	ok(sql("INSERT INTO meta VALUES ('sweep_sessions', x'ff') ON CONFLICT "
	    "DO UPDATE SET value = x'ff'") == -1,
	    "a broken cursor is written");
	add_rows(1, old, old, old, "NULL");
	for (steps = 0; steps < 5; steps++)
		step(now);
	is_int(sql("SELECT count(*) FROM sessions"), 3,
	    "with a broken cursor old rows are removed all the same");

	/* codes: as long as they may be repeated, and clocks may differ */
	snprintf(old, sizeof(old), "%lld", (long long)(now - 60 - 301));
	snprintf(kept, sizeof(kept), "%lld", (long long)(now - 60 - 300));
	{
		char text[256];

		snprintf(text, sizeof(text), "INSERT INTO login_codes SELECT "
		    "randomblob(32), 1, at, 0, x'00', 0 FROM (SELECT %s AS at "
		    "UNION ALL SELECT %s)", old, kept);
		ok(sql(text) == -1, "there are two codes, one of them old");
		step(now);
		is_int(sql("SELECT count(*) FROM login_codes"), 1,
		    "a step removes the old code");
		snprintf(text, sizeof(text), "INSERT INTO audit (at, event, "
		    "user_id) SELECT at, 'x', 1 FROM (SELECT %lld AS at UNION "
		    "ALL SELECT %lld)", (long long)(now - 15552001),
		    (long long)(now - 15552000));
		ok(sql(text) == -1, "there are two audit rows");
		step(now);
		is_int(sql("SELECT count(*) FROM audit WHERE event = 'x'"), 1,
		    "a step removes the old audit row");
	}
	box_close(&b);
	return done();
}
