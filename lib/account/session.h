/* SPDX-License-Identifier: MIT */
/* session.h: users and sessions in the store.
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

struct arena;
struct buf;
struct conf;
struct log;
struct q;
struct request;
struct seal;
struct store;

/* Strings are the request's, never NULL; unknown is "". */
struct user {
	int64_t		 id;
	const char	*public_id, *appid, *openid, *unionid;
	bool		 blocked;
	const char	*nickname, *avatar_url;
	int64_t		 gender;
	const char	*language, *country, *province, *city;
	const void	*phone;		/* sealed */
	size_t		 phone_len;	/* 0: none */
};

struct session {
	uint8_t	 token_hash[HASH_LEN];
	int64_t	 created;			/* s */
	int64_t	 used, idle_expires, max_expires;
};

/* Read a user from a row of a statement whose first columns are those of
 * sql/user.sql.  False: no memory. */
bool	user_read(struct q *, struct arena *, struct user *);

/* Write the contract's userInfo as member "userInfo". */
enum outcome	user_out(struct request *, const struct user *, struct buf *);

/* Run a statement that gives one user's columns, and read them into req.user;
 * INTERNAL when it gives none. */
enum outcome	user_take(struct request *, struct q *);

/* Read req.user again by its id, after it was changed. */
enum outcome	user_reload(struct request *);

/* Find the session of a token and judge it: OK (req.session, req.user and
 * req.live are set, and the use is noted), AUTH_INVALID, AUTH_EXPIRED,
 * USER_BLOCKED; BUSY or INTERNAL when the store can't be read. */
enum outcome	session_find(struct request *, const char *token, size_t n);

/* What is left of the session, s. */
int64_t		session_idle_left(const struct request *);
int64_t		session_max_left(const struct request *);

/* A new session of req.user with this token and session_key, inside
 * the caller's transaction: the row, its audit row, the end of what is beyond
 * max_sessions, a step of the sweeps.  Sets req.session. */
enum outcome	session_add(struct request *, const char token[TOKEN_LEN + 1],
		    const uint8_t key[SESSION_KEY_LEN], const char *device);

/* End sessions in a transaction of its own; *ended counts the live ones. */
enum end_scope { END_THIS, END_OTHERS, END_ALL };
enum outcome	session_end(struct request *, enum end_scope, int64_t *ended);

/* A row of the audit trail, inside the caller's transaction.  `token_hash` and
 * `device` may be NULL. */
enum outcome	audit_add(struct request *, const char *event, int64_t user_id,
		    const uint8_t *token_hash, const char *device);

/* Remove what is too old, a bounded step of each table, inside the caller's
 * transaction. */
enum outcome	sweep_step(struct store *, const struct conf *, int64_t now);

#endif
