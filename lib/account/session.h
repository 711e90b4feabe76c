/* SPDX-License-Identifier: MIT */
/* session.h: sessions in the store.
 *
 * Expiry: a session lives until idle_expires, which every use slides (written
 * at most once per `touch` seconds), and at the longest until max_expires. */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/outcome.h"

struct buf;
struct request;

/* Find the session of a token and judge it: OK (rq->session, rq->user and
 * rq->live are set, and the use is noted), AUTH_INVALID, AUTH_EXPIRED,
 * USER_BLOCKED; BUSY or INTERNAL when the store can't be read. */
enum outcome	session_find(struct request *, const char *token, size_t n);

/* What is left of the session, s. */
int64_t		session_idle_left(const struct request *);
int64_t		session_max_left(const struct request *);

/* A new session of rq->user with this token and session_key (of
 * SESSION_KEY_LEN bytes, or NULL: none), inside the caller's transaction: the
 * row, its audit row, the end of what is beyond max_sessions, a step of the
 * sweeps.  Sets rq->session. */
enum outcome	session_add(struct request *, const char token[TOKEN_LEN + 1],
		    const uint8_t *key, const char *device);

/* End sessions in a transaction of its own; *ended counts the live ones.
 * END_ONE: the one of rq->user whose id begins with the AUDIT_ID_LEN bytes at
 * `one`, if there is one; `one` is NULL otherwise.  Login codes of before are
 * worth nothing then. */
enum end_scope { END_THIS, END_OTHERS, END_ALL, END_ONE };
enum outcome	session_end(struct request *, enum end_scope,
		    const uint8_t *one, int64_t *ended);

/* Write member "sessions": the live sessions of rq->user, last used first,
 * SESSIONS_MAX at most, rq->session among them when it is live. */
enum outcome	session_list(struct request *, struct buf *);

#endif
