/* SPDX-License-Identifier: MIT */
/* throttle.h: limits failed logins per client address.
 *
 * Failed logins are counted per client address (IPv6: its /64) and minute; at
 * login_failures the address gets 429 until the minute ends.  An address that
 * is unknown (a shell) is not counted. */
#ifndef THROTTLE_H
#define THROTTLE_H

#include "base/outcome.h"

struct request;

/* OK or TOO_MANY_REQUESTS (req.retry_after is set). */
enum outcome	throttle_admit(struct request *);

/* Count a failed login. */
void		throttle_note(struct request *);

/* The network of an address as text, "" when it is none.  For tests too. */
void		throttle_network(const char *address, char out[48]);

#endif
