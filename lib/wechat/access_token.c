/* SPDX-License-Identifier: MIT */
/* access_token.c: WeChat's access_token, one for all processes of an app. */
#include <config.h>

#include <string.h>
#include <time.h>

#include "account/request.h"
#include "base/clock.h"
#include "statements.h"
#include "wechat/access_token.h"
#include "wechat/wechat.h"

/* stable_token gives a new token in the last 300 s of the old one's life. */
#define EARLY		240	/* s before its end to fetch the next */
#define LEASE_MORE	2000	/* ms beyond WeChat's own time limit */
#define LOOK_AGAIN	20	/* ms */

struct row {
	struct access	access;
	bool		exists;
	bool		have;		/* it lives, and it opened */
	int64_t		expires, refused_until;
	int64_t		lease_until;	/* ms */
};

static enum outcome
read_row(struct req *rq, const struct app *app, struct row *row)
{
	const struct place place = { "access_tokens.token", app->appid,
	    strlen(app->appid) };
	struct q *q = q_new(rq->store, Q_ACCESS_GET);
	const void *sealed;
	size_t n;

	*row = (struct row){ .have = false };
	q_text(q, ":appid", app->appid);
	if (q_row(q)) {
		row->exists = true;
		sealed = q_col_blob(q, 0, &n);
		row->access.version = q_col_int(q, 1);
		row->expires = q_col_int(q, 2);
		row->refused_until = q_col_int(q, 3);
		row->lease_until = q_col_int(q, 4);
		/* One that does not open is one that we do not have. */
		row->have = row->expires > rq->now && n > SEAL_EXTRA &&
		    n - SEAL_EXTRA <= ACCESS_TOKEN_MAX &&
		    seal_open(rq->seal, &place, sealed, n, row->access.token,
		    NULL);
		if (row->have)
			row->access.token[n - SEAL_EXTRA] = '\0';
	}
	return q_end(q);
}

/* Run one statement on the app's row in a transaction of its own. */
static enum outcome
write_row(struct req *rq, struct q *q, enum durability d, int64_t *changed)
{
	enum outcome e;

	if ((e = store_begin(rq->store, d)) != OK) {
		(void)q_end(q);
		return e;
	}
	if ((e = q_run(q, changed)) == OK)
		return store_commit(rq->store);
	store_rollback(rq->store);
	return e;
}

/* Try to become the one who fetches. */
static enum outcome
take_lease(struct req *rq, const struct app *app, const struct row *row,
    bool *mine)
{
	const int64_t now = clock_now_ms();
	const int64_t until = now + rq->conf->wechat_timeout + LEASE_MORE;
	int64_t changed = 0;
	struct q *q;
	enum outcome e;

	*mine = false;
	if (row->lease_until > now && row->lease_until <= until + CLOCK_AHEAD)
		return OK;		/* another one's: no need to write */
	if (!row->exists) {
		q = q_new(rq->store, Q_ACCESS_ADD);
		q_text(q, ":appid", app->appid);
		if ((e = write_row(rq, q, RELAXED, NULL)) != OK)
			return e;
	}
	q = q_new(rq->store, Q_ACCESS_LEASE);
	q_text(q, ":appid", app->appid);
	q_int(q, ":version", row->access.version);
	q_int(q, ":refused", row->refused_until);
	q_int(q, ":now_ms", now);
	q_int(q, ":until", until);
	q_int(q, ":latest", until + CLOCK_AHEAD);
	e = write_row(rq, q, RELAXED, &changed);
	*mine = changed > 0;
	return e;
}

/* Note what the fetch gave, and give the lease back. */
static enum outcome
put_token(struct req *rq, const struct app *app, const char *token,
    int64_t life)
{
	const struct place place = { "access_tokens.token", app->appid,
	    strlen(app->appid) };
	uint8_t sealed[ACCESS_TOKEN_MAX + SEAL_EXTRA];
	const size_t n = strlen(token);
	struct q *q = q_new(rq->store, Q_ACCESS_PUT);

	seal_value(rq->seal, &place, token, n, sealed);
	q_text(q, ":appid", app->appid);
	q_blob(q, ":token", sealed, n + SEAL_EXTRA);
	q_int(q, ":expires", rq->now + life);
	return write_row(rq, q, DURABLE, NULL);
}

static void
put_refusal(struct req *rq, const struct app *app, int64_t until)
{
	struct q *q = q_new(rq->store, Q_ACCESS_REFUSE);

	q_text(q, ":appid", app->appid);
	q_int(q, ":until", until);
	(void)write_row(rq, q, RELAXED, NULL);
}

static enum outcome
fetch(struct req *rq, const struct app *app, struct access *out)
{
	int64_t life = 0;
	enum outcome e = wechat_stable_token(rq, app, out->token, &life);

	rq->now = clock_now();
	if (e == OK)
		return put_token(rq, app, out->token, life);
	/* Refused for good: leave WeChat alone for a while.  Not reached: the
	 * breaker counts that. */
	put_refusal(rq, app, e == WECHAT_ERROR ? rq->now + ACCESS_REFUSED : 0);
	return e;
}

/* One look: use what is there, fetch, or come again. */
enum step { STEP_DONE, STEP_WAIT };

static enum outcome
try_once(struct req *rq, const struct app *app, struct access *out,
    enum step *step)
{
	struct row row;
	enum outcome e;
	bool mine;

	*step = STEP_DONE;
	rq->now = clock_now();
	if ((e = read_row(rq, app, &row)) != OK)
		return e;
	*out = row.access;
	if (row.have && row.expires - rq->now > EARLY)
		return OK;
	if (row.refused_until > rq->now &&
	    row.refused_until <= rq->now + ACCESS_REFUSED) {
		if (row.have)
			return OK;
		return FAIL(rq->log, WECHAT_ERROR, "WeChat refused an "
		    "access_token a moment ago; not asking again yet");
	}
	if ((e = take_lease(rq, app, &row, &mine)) != OK)
		return row.have ? OK : e;
	if (mine) {
		e = fetch(rq, app, out);
		if (e != OK && row.have) {	/* the old one still lives */
			*out = row.access;
			e = OK;
		}
	} else if (!row.have)
		*step = STEP_WAIT;
	explicit_bzero(&row, sizeof(row));
	return e;
}

enum outcome
access_get(struct req *rq, const struct app *app, struct access *out)
{
	const int64_t start = clock_ms(), most = rq->conf->wechat_timeout;
	enum outcome e;
	enum step step;

	for (;;) {
		e = try_once(rq, app, out, &step);
		if (e != OK || step == STEP_DONE)
			return e;
		if (clock_ms() - start >= most)
			return FAIL(rq->log, WECHAT_UNAVAILABLE, "no "
			    "access_token: another process fetches it");
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_AGAIN * 1000000 },
		    NULL);
	}
}

enum outcome
access_drop(struct req *rq, const struct app *app, const struct access *a)
{
	struct q *q = q_new(rq->store, Q_ACCESS_DROP);

	q_text(q, ":appid", app->appid);
	q_int(q, ":version", a->version);
	return write_row(rq, q, RELAXED, NULL);
}
