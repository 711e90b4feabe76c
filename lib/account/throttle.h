/* SPDX-License-Identifier: MIT */
/* throttle.h: limits failed logins per client address, and calls to WeChat per
 * user.
 *
 * Failed logins are counted per client address (IPv6: its /64) and minute.
 * Many people can stand behind one address: so from login_failures on, a code
 * is still tried, but a wrong one is answered 429; at login_failures_max all
 * are, until the minute ends.  An address that is unknown (a shell) is not
 * counted.  Counts that can't be written are not made: a full disk keeps
 * nobody out. */
#ifndef THROTTLE_H
#define THROTTLE_H

#include <stdint.h>

#include "base/outcome.h"

struct request;

/* May a login of this address be tried?  OK or TOO_MANY_REQUESTS
 * (rq->retry_after is set). */
enum outcome	throttle_admit(struct request *);

/* Count a failed login; the outcome that its client is to see: `e`, or
 * TOO_MANY_REQUESTS. */
enum outcome	throttle_failure(struct request *, enum outcome e);

/* Count a call to WeChat that rq->user asks for, `what` being a word for its
 * kind: OK, or TOO_MANY_REQUESTS beyond user_calls in a minute. */
enum outcome	throttle_user(struct request *, const char *what);

/* The network of an address as text, "" when it is none.  For tests too. */
void		throttle_network(const char *address, char out[48]);

/* Count a change of rq->user inside the caller's transaction:
 * TOO_MANY_REQUESTS beyond `most` (1 or more) in a minute.  `what` is one of
 * our own words. */
enum outcome	throttle_changes(struct request *, const char *what,
		    int64_t most);

#endif
