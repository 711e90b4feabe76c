/* SPDX-License-Identifier: MIT */
/* throttle.c: limits failed logins per client address, and calls to WeChat per
 * user. */
#include <config.h>

#include <arpa/inet.h>

#include <stdio.h>
#include <string.h>

#include "account/request.h"
#include "account/throttle.h"
#include "statements.h"

#define WRITE_WAIT	200	/* ms, for the store */

void
throttle_network(const char *address, char out[48])
{
	struct in6_addr six;
	struct in_addr four;

	out[0] = '\0';
	if (address == NULL)
		return;
	if (inet_pton(AF_INET, address, &four) == 1) {
		inet_ntop(AF_INET, &four, out, 48);
		return;
	}
	if (inet_pton(AF_INET6, address, &six) != 1)
		return;
	if (IN6_IS_ADDR_V4MAPPED(&six)) {
		inet_ntop(AF_INET, &six.s6_addr[12], out, 48);
		return;
	}
	memset(&six.s6_addr[8], 0, 8);		/* one customer has a /64 */
	inet_ntop(AF_INET6, &six, out, 48);
}

/* ---- counting: a name's count of this minute */

#define NAME_LEN	64	/* an address, or a word and a user */

struct counting {
	struct request	*rq;
	char		 name[NAME_LEN];
	int64_t		 count;
};

static enum outcome
read_count(struct counting *c)
{
	struct q *q = q_new(c->rq->cx.store, Q_THROTTLE_GET);

	c->count = 0;
	q_text(q, ":client", c->name);
	q_int(q, ":minute", c->rq->cx.now / 60);
	if (q_row(q))
		c->count = q_col_int(q, COL_THROTTLE_GET_FAILURES);
	return q_end(q);
}

static enum outcome
add_row(void *arg)
{
	struct counting *c = arg;
	struct q *q = q_new(c->rq->cx.store, Q_THROTTLE_ADD);
	enum outcome e;

	q_text(q, ":client", c->name);
	q_int(q, ":minute", c->rq->cx.now / 60);
	while (q_row(q))
		c->count = q_col_int(q, COL_THROTTLE_ADD_FAILURES);
	if ((e = q_end(q)) != OK)
		return e;
	q = q_new(c->rq->cx.store, Q_THROTTLE_SWEEP);
	q_int(q, ":minute", c->rq->cx.now / 60);
	return q_run(q, NULL);
}

static enum outcome
too_many(struct counting *c, const char *what)
{
	struct context *cx = &c->rq->cx;

	cx->retry_after = 60 - cx->now % 60;
	return FAIL(cx->log, TOO_MANY_REQUESTS, "%lld %s in a minute",
	    (long long)c->count, what);
}

/* ---- failed logins */

/* Is the address of the request to be counted? */
static bool
counts(struct request *rq, struct counting *c)
{
	*c = (struct counting){ .rq = rq };
	throttle_network(rq->client, c->name);
	return rq->cx.conf->login_failures != 0 && c->name[0] != '\0';
}

enum outcome
throttle_admit(struct request *rq)
{
	const struct conf *f = rq->cx.conf;
	struct counting c;
	enum outcome e;

	if (!counts(rq, &c))
		return OK;
	if ((e = read_count(&c)) != OK)
		return e;
	return c.count < f->login_failures ||
	    c.count < f->login_failures_max ? OK :
	    too_many(&c, "failed logins of this address");
}

enum outcome
throttle_failure(struct request *rq, enum outcome e)
{
	struct counting c;

	if (!counts(rq, &c))
		return e;
	(void)store_write_soon(rq->cx.store, WRITE_WAIT, add_row, &c);
	if (c.count <= rq->cx.conf->login_failures)
		return e;
	log_forget(rq->cx.log);
	return too_many(&c, "failed logins of this address");
}

/* ---- calls to WeChat */

enum outcome
throttle_user(struct request *rq, const char *what)
{
	const int64_t most = rq->cx.conf->user_calls;
	struct counting c = { .rq = rq };
	enum outcome e;

	if (most == 0)
		return OK;
	snprintf(c.name, sizeof(c.name), "%s %s", what, rq->user.public_id);
	if ((e = read_count(&c)) != OK)
		return e;
	if (c.count < most)
		(void)store_write_soon(rq->cx.store, WRITE_WAIT, add_row, &c);
	else
		c.count++;
	return c.count <= most ? OK : too_many(&c, "such calls of this user");
}

enum outcome
throttle_changes(struct request *rq, const char *what, int64_t most)
{
	struct counting c = { .rq = rq };
	enum outcome e;

	snprintf(c.name, sizeof(c.name), "%s %s", what, rq->user.public_id);
	if ((e = add_row(&c)) != OK)
		return e;
	return c.count <= most ? OK : too_many(&c, "changes of this user");
}
