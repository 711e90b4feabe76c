/* SPDX-License-Identifier: MIT */
/* user.h: users as they are read and shown. */
#ifndef USER_H
#define USER_H

#include <stdbool.h>

#include "base/outcome.h"

struct arena;
struct buf;
struct q;
struct request;
struct user;

/* Read a user from a row of a statement whose first columns are those of
 * sql/user.sql.  False: no memory. */
bool	user_read(struct q *, struct arena *, struct user *);

/* Write the contract's userInfo as member "userInfo". */
enum outcome	user_out(struct request *, const struct user *, struct buf *);

/* Run a statement that gives one user's columns, and read them into rq->user;
 * INTERNAL when it gives none, NO_MEMORY. */
enum outcome	user_take(struct request *, struct q *);

/* Read rq->user again by its id, after it was changed. */
enum outcome	user_reload(struct request *);

/* Make the login codes that rq->user exchanged before now worthless, inside
 * the caller's transaction: who ended a session does not want it back by a
 * code. */
enum outcome	user_void_codes(struct request *);

#endif
