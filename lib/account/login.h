/* SPDX-License-Identifier: MIT */
/* login.h: from a login code to a session; the repeat rule for codes.
 *
 * Phones lose replies: the same code may come again, while its first exchange
 * still runs in some process, or within code_replay seconds behind it.  It then
 * gets a session of the same user with a fresh token, CODE_REPEATS times at
 * most, and WeChat is not asked again.
 *
 * Whether an exchange runs is told by a lock on one byte of a file beside the
 * store, at an offset made from the code's hash.  It needs no write, holds
 * between processes and threads, and goes with a process that is killed. */
#ifndef LOGIN_H
#define LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/outcome.h"

struct app;
struct req;

struct login {
	const struct app	*app;
	const char		*code;		/* of `code_len` characters */
	size_t			 code_len;
	const char		*device;	/* or NULL */
	/* the result */
	char			 token[TOKEN_LEN + 1];
	bool			 new_user;
};

/* Log in: req.user and req.session are set on OK.  Any outcome of
 * wechat_code2session(), or BUSY, INTERNAL, USER_BLOCKED. */
enum outcome	login(struct req *, struct login *);

/* ---- the code (login_code.c) */
struct login_code {
	uint8_t	 hash[HASH_LEN];
	int	 fd;			/* of the lock file; -1: none */
	bool	 locked;		/* nobody else exchanges this code */
};

/* Get hold of a code: waits while another exchanges it, for as long as that
 * may take. */
void		login_code_begin(struct req *, const struct login *,
		    struct login_code *);
void		login_code_end(struct login_code *);

/* Was it exchanged before?  OK: yes, and it may be repeated; *user_id and the
 * session_key tell for whom.  CODE_USED: yes, and no more.  CODE_INVALID: not
 * as far as we know. */
enum outcome	login_code_find(struct req *, const struct login_code *,
		    int64_t *user_id, uint8_t key[SESSION_KEY_LEN]);

/* Inside the caller's transaction: note an exchange; count a repeat
 * (CODE_USED when that was one too many). */
enum outcome	login_code_add(struct req *, const struct login_code *,
		    const uint8_t key[SESSION_KEY_LEN]);
enum outcome	login_code_repeat(struct req *, const struct login_code *);

#endif
