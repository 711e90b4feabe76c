/* SPDX-License-Identifier: MIT */
/* throttle.c: limits failed logins per client address. */
#include <config.h>

#include <arpa/inet.h>

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

enum outcome
throttle_admit(struct request *rq)
{
	char client[48];
	int64_t failures = 0;
	enum outcome e;
	struct q *q;

	throttle_network(rq->client, client);
	if (rq->cx.conf->login_failures == 0 || client[0] == '\0')
		return OK;
	q = q_new(rq->cx.store, Q_THROTTLE_GET);
	q_text(q, ":client", client);
	q_int(q, ":minute", rq->cx.now / 60);
	if (q_row(q))
		failures = q_col_int(q, COL_THROTTLE_GET_FAILURES);
	if ((e = q_end(q)) != OK)
		return e;
	if (failures < rq->cx.conf->login_failures)
		return OK;
	rq->cx.retry_after = 60 - rq->cx.now % 60;
	return FAIL(rq->cx.log, TOO_MANY_REQUESTS,
	    "%lld failed logins of this "
	    "address in a minute", (long long)failures);
}

static enum outcome
count(void *arg)
{
	struct request *rq = arg;
	char client[48];
	struct q *q;
	enum outcome e;

	throttle_network(rq->client, client);
	q = q_new(rq->cx.store, Q_THROTTLE_ADD);
	q_text(q, ":client", client);
	q_int(q, ":minute", rq->cx.now / 60);
	if ((e = q_run(q, NULL)) != OK)
		return e;
	q = q_new(rq->cx.store, Q_THROTTLE_SWEEP);
	q_int(q, ":minute", rq->cx.now / 60);
	return q_run(q, NULL);
}

void
throttle_note(struct request *rq)
{
	char client[48];

	throttle_network(rq->client, client);
	if (rq->cx.conf->login_failures == 0 || client[0] == '\0')
		return;
	(void)store_write_soon(rq->cx.store, WRITE_WAIT, count, rq);
}
