/* SPDX-License-Identifier: MIT */
/* breaker.c: circuit breaker for calls to WeChat, shared by all processes. */
#include <config.h>

#include "context.h"
#include "base/clock.h"
#include "statements.h"
#include "wechat/breaker.h"

#define WRITE_WAIT	200	/* ms, for the store */
#define PROBE_MORE	1000	/* ms that a probe may take beyond WeChat's */

struct state {
	int64_t	failures, open_until, probe_until;	/* ms */
};

static enum outcome
read_state(struct context *cx, struct state *s)
{
	struct q *q = q_new(cx->store, Q_BREAKER_GET);

	*s = (struct state){ .failures = 0 };
	if (q_row(q)) {
		s->failures = q_col_int(q, COL_BREAKER_GET_FAILURES);
		s->open_until = q_col_int(q, COL_BREAKER_GET_OPEN_UNTIL_MS);
		s->probe_until = q_col_int(q, COL_BREAKER_GET_PROBE_UNTIL_MS);
	}
	return q_end(q);
}

/* A change of the row: which statement, and what it is given. */
struct change {
	struct store	*store;
	size_t		 statement;
	int64_t		 seen, until;		/* of probe */
	int64_t		 changed;		/* rows */
};

static enum outcome
write_change(void *arg)
{
	struct change *c = arg;
	struct q *q = q_new(c->store, c->statement);

	if (c->statement == Q_BREAKER_PROBE) {
		q_int(q, ":until", c->until);
		q_int(q, ":seen", c->seen);
	} else if (c->statement == Q_BREAKER_FAIL) {
		q_int(q, ":limit", BREAKER_FAILURES);
		q_int(q, ":open_until", c->until);
	}
	return q_run(q, &c->changed);
}

enum outcome
breaker_allow(struct context *cx, int64_t *failures)
{
	const int64_t now = clock_now_ms();
	const int64_t probe = cx->conf->wechat_timeout + PROBE_MORE;
	struct state s;
	enum outcome e;

	if ((e = read_state(cx, &s)) != OK)
		return e;
	*failures = s.failures;
	if (s.failures < BREAKER_FAILURES)
		return OK;
	/* A time far further ahead than is ever set: a clock set back. */
	if (s.open_until > now &&
	    s.open_until <= now + BREAKER_OPEN * 1000 + CLOCK_AHEAD) {
		cx->retry_after = (s.open_until - now + 999) / 1000;
		return FAIL(cx->log, WECHAT_UNAVAILABLE, "WeChat could not be "
		    "reached %lld times in a row; waiting",
		    (long long)s.failures);
	}
	if (s.probe_until <= now ||
	    s.probe_until > now + probe + CLOCK_AHEAD) {
		struct change c = { .store = cx->store,
		    .statement = Q_BREAKER_PROBE, .until = now + probe,
		    .seen = s.probe_until };

		if (store_write_soon(cx->store, WRITE_WAIT, write_change,
		    &c) && c.changed > 0)
			return OK;
	}
	cx->retry_after = 1;
	return FAIL(cx->log, WECHAT_UNAVAILABLE,
	    "WeChat could not be reached; "
	    "another process is trying");
}

void
breaker_note(struct context *cx, int64_t failures, bool reached)
{
	struct change c = { .store = cx->store,
	    .statement = reached ? Q_BREAKER_CLOSE : Q_BREAKER_FAIL,
	    .until = clock_now_ms() + BREAKER_OPEN * 1000 };

	if (!reached || failures > 0)
		(void)store_write_soon(cx->store, WRITE_WAIT, write_change,
		    &c);
}
