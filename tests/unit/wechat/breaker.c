/* SPDX-License-Identifier: MIT */
/* breaker.c: when WeChat is left alone, and who may try again. */
#include <config.h>

#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"
#include "wechat/breaker.h"

static struct box b;

static void
sql(const char *text)
{
	box_must(&b, box_sql(b.conf.database, text) == -2 ? INTERNAL : OK,
	    text);
}

int
main(void)
{
	int64_t failures = -1;

	store_init();
	box_open(&b, "breaker.db");
	ok(breaker_allow(&b.rq.cx, &failures) == OK && failures == 0,
	    "closed at first");
	breaker_note(&b.rq.cx, failures, true);
	is_int(box_sql(b.conf.database, "SELECT failures FROM breaker"), 0,
	    "a success writes nothing");
	for (int i = 0; i < BREAKER_FAILURES - 1; i++)
		breaker_note(&b.rq.cx, failures, false);
	ok(breaker_allow(&b.rq.cx, &failures) == OK &&
	    failures == BREAKER_FAILURES - 1, "one failure short: still closed");
	breaker_note(&b.rq.cx, failures, true);
	ok(breaker_allow(&b.rq.cx, &failures) == OK && failures == 0,
	    "a success begins to count anew");
	for (int i = 0; i < BREAKER_FAILURES; i++)
		breaker_note(&b.rq.cx, failures, false);
	ok(breaker_allow(&b.rq.cx, &failures) == WECHAT_UNAVAILABLE &&
	    b.rq.cx.retry_after >= 1 && b.rq.cx.retry_after <= BREAKER_OPEN,
	    "open after 5 in a row, with Retry-After");
	sql("UPDATE breaker SET open_until_ms = 1");
	ok(breaker_allow(&b.rq.cx, &failures) == OK, "its time is over: one tries");
	log_forget(&b.log);
	ok(breaker_allow(&b.rq.cx, &failures) == WECHAT_UNAVAILABLE &&
	    b.rq.cx.retry_after >= 1, "and nobody else");
	breaker_note(&b.rq.cx, BREAKER_FAILURES, false);
	ok(breaker_allow(&b.rq.cx, &failures) == WECHAT_UNAVAILABLE,
	    "it failed: open again");
	sql("UPDATE breaker SET open_until_ms = 1");
	ok(breaker_allow(&b.rq.cx, &failures) == OK, "again one tries");
	breaker_note(&b.rq.cx, failures, true);
	ok(breaker_allow(&b.rq.cx, &failures) == OK &&
	    breaker_allow(&b.rq.cx, &failures) == OK, "it came through: closed");
	/* one that tried and died does not keep it open for ever */
	for (int i = 0; i < BREAKER_FAILURES; i++)
		breaker_note(&b.rq.cx, failures, false);
	sql("UPDATE breaker SET open_until_ms = 1, probe_until_ms = 2");
	ok(breaker_allow(&b.rq.cx, &failures) == OK,
	    "who tried and died is succeeded");
	/* the clock was set back: times far ahead count for nothing */
	sql("UPDATE breaker SET open_until_ms = 99999999999999, "
	    "probe_until_ms = 0");
	ok(breaker_allow(&b.rq.cx, &failures) == OK, "an end far ahead is none");
	sql("UPDATE breaker SET open_until_ms = 1, "
	    "probe_until_ms = 99999999999999");
	ok(breaker_allow(&b.rq.cx, &failures) == OK, "nor is a try far ahead");
	box_close(&b);
	return done();
}
