/* SPDX-License-Identifier: MIT */
/* breaker.h: circuit breaker for calls to WeChat, shared by all processes.
 *
 * After BREAKER_FAILURES failures in a row to reach it (no connection,
 * timeout, cut reply; not -1, not an HTTP error), in whatever process, every
 * call is refused for BREAKER_OPEN seconds; then one may try.  The state is a
 * row of the store; a success writes only when there were failures before. */
#ifndef BREAKER_H
#define BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

struct context;

/* OK: go ahead; *failures is for breaker_note().  WECHAT_UNAVAILABLE: not now,
 * and context.retry_after is set. */
enum outcome	breaker_allow(struct context *, int64_t *failures);

/* Tell how it went.  A store that can't be written is no reason to fail. */
void		breaker_note(struct context *, int64_t failures, bool reached);

#endif
