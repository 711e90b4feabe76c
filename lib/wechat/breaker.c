/* SPDX-License-Identifier: MIT */
/* breaker.c: a WeChat that can't be reached is not asked by everybody. */
#include <config.h>

#include "account/request.h"
#include "base/clock.h"
#include "statements.h"
#include "wechat/breaker.h"

#define WRITE_WAIT	200	/* ms, for the store */
#define PROBE_MORE	1000	/* ms that a probe may take beyond WeChat's */

struct state {
	int64_t	failures, open_until, probe_until;	/* ms */
};

static enum outcome
read_state(struct req *rq, struct state *s)
{
	struct q *q = q_new(rq->store, Q_BREAKER_GET);

	*s = (struct state){ .failures = 0 };
	if (q_row(q)) {
		s->failures = q_col_int(q, 0);
		s->open_until = q_col_int(q, 1);
		s->probe_until = q_col_int(q, 2);
	}
	return q_end(q);
}

/* Run one statement in a short transaction; true: it changed the row. */
static bool
write_state(struct req *rq, struct q *q)
{
	int64_t changed = 0;
	bool ok;

	store_patience(rq->store, WRITE_WAIT);
	ok = store_begin(rq->store, RELAXED) == OK;
	if (ok)
		ok = q_run(q, &changed) == OK &&
		    store_commit(rq->store) == OK;
	else
		(void)q_end(q);
	if (!ok) {
		store_rollback(rq->store);
		log_forget(rq->log);	/* no failure of this request */
	}
	store_patience(rq->store, 0);
	return ok && changed > 0;
}

enum outcome
breaker_allow(struct req *rq, int64_t *failures)
{
	const int64_t now = clock_now_ms();
	const int64_t probe = rq->conf->wechat_timeout + PROBE_MORE;
	struct state s;
	enum outcome e;
	struct q *q;

	if ((e = read_state(rq, &s)) != OK)
		return e;
	*failures = s.failures;
	if (s.failures < BREAKER_FAILURES)
		return OK;
	/* A time much further ahead than is ever set: the clock was set back. */
	if (s.open_until > now &&
	    s.open_until <= now + BREAKER_OPEN * 1000 + CLOCK_AHEAD) {
		rq->retry_after = (s.open_until - now + 999) / 1000;
		return FAIL(rq->log, WECHAT_UNAVAILABLE, "WeChat could not be "
		    "reached %lld times in a row; waiting",
		    (long long)s.failures);
	}
	if (s.probe_until <= now ||
	    s.probe_until > now + probe + CLOCK_AHEAD) {
		q = q_new(rq->store, Q_BREAKER_PROBE);
		q_int(q, ":until", now + probe);
		q_int(q, ":seen", s.probe_until);
		if (write_state(rq, q))
			return OK;
	}
	rq->retry_after = 1;
	return FAIL(rq->log, WECHAT_UNAVAILABLE, "WeChat could not be reached; "
	    "another process is trying");
}

void
breaker_note(struct req *rq, int64_t failures, bool reached)
{
	struct q *q;

	if (reached && failures == 0)
		return;
	q = q_new(rq->store, reached ? Q_BREAKER_CLOSE : Q_BREAKER_FAIL);
	if (!reached) {
		q_int(q, ":limit", BREAKER_FAILURES);
		q_int(q, ":open_until", clock_now_ms() + BREAKER_OPEN * 1000);
	}
	(void)write_state(rq, q);
}
