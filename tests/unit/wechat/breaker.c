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
	    "a new breaker is closed");
	breaker_note(&b.rq.cx, failures, true);
	is_int(box_sql(b.conf.database, "SELECT failures FROM breaker"), 0,
	    "a success without failures before writes nothing");
	for (int i = 0; i < BREAKER_FAILURES - 1; i++)
		breaker_note(&b.rq.cx, failures, false);
	ok(breaker_allow(&b.rq.cx, &failures) == OK &&
	    failures == BREAKER_FAILURES - 1,
	    "a failure less than the limit leaves it closed");
	breaker_note(&b.rq.cx, failures, true);
	ok(breaker_allow(&b.rq.cx, &failures) == OK && failures == 0,
	    "a success sets the count back");
	for (int i = 0; i < BREAKER_FAILURES; i++)
		breaker_note(&b.rq.cx, failures, false);
	ok(breaker_allow(&b.rq.cx, &failures) == WECHAT_UNAVAILABLE &&
	    b.rq.cx.retry_after >= 1 && b.rq.cx.retry_after <= BREAKER_OPEN,
	    "open after 5 in a row, with Retry-After");
	sql("UPDATE breaker SET open_until_ms = 1");
	ok(breaker_allow(&b.rq.cx, &failures) == OK,
	    "after its time one caller may try");
	log_forget(&b.log);
	ok(breaker_allow(&b.rq.cx, &failures) == WECHAT_UNAVAILABLE &&
	    b.rq.cx.retry_after >= 1, "while one tries, others may not");
	breaker_note(&b.rq.cx, BREAKER_FAILURES, false);
	ok(breaker_allow(&b.rq.cx, &failures) == WECHAT_UNAVAILABLE,
	    "a failed try opens it again");
	sql("UPDATE breaker SET open_until_ms = 1");
	ok(breaker_allow(&b.rq.cx, &failures) == OK,
	    "after its time one caller may try again");
	breaker_note(&b.rq.cx, failures, true);
	ok(breaker_allow(&b.rq.cx, &failures) == OK &&
	    breaker_allow(&b.rq.cx, &failures) == OK,
	    "a try that came through closes it");
	/* one that tried and died does not keep it open for ever */
	for (int i = 0; i < BREAKER_FAILURES; i++)
		breaker_note(&b.rq.cx, failures, false);
	sql("UPDATE breaker SET open_until_ms = 1, probe_until_ms = 2");
	ok(breaker_allow(&b.rq.cx, &failures) == OK,
	    "a caller that died while trying is replaced");
	/* the clock was set back: times far ahead count for nothing */
	sql("UPDATE breaker SET open_until_ms = 99999999999999, "
	    "probe_until_ms = 0");
	ok(breaker_allow(&b.rq.cx, &failures) == OK,
	    "an opening that ends far ahead (a clock set back) is none");
	sql("UPDATE breaker SET open_until_ms = 1, "
	    "probe_until_ms = 99999999999999");
	ok(breaker_allow(&b.rq.cx, &failures) == OK,
	    "a try far ahead (a clock set back) is none");
	box_close(&b);
	return done();
}
