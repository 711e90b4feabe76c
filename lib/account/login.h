/* SPDX-License-Identifier: MIT */
/* login.h: from a login code to a session; the repeat rule for codes.
 *
 * Phones lose replies: the same code may come again, while its first exchange
 * still runs in some process, or within code_replay seconds behind it.  It
 * then gets a session of the same user with a fresh token, CODE_REPEATS times
 * at most, and WeChat is not asked again.
 *
 * While a code is being exchanged, one byte of DATABASE.lock is locked; its
 * offset is taken from the code's hash.  The lock works between processes and
 * threads, writes nothing, and is released by the kernel when a process is
 * killed. */
#ifndef LOGIN_H
#define LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/outcome.h"

struct app;
struct request;

struct login {
	const struct app	*app;
	const char		*code;		/* of `code_len` characters */
	size_t			 code_len;
	const char		*device;	/* or NULL */
	/* the result */
	char			 token[TOKEN_LEN + 1];
	char			 fresh_id[PUBLIC_ID_LEN + 1]; /* if new */
	bool			 new_user;
};

/* Log in: req.user and req.session are set on OK.  Any outcome of
 * wechat_code2session(), or BUSY, INTERNAL, USER_BLOCKED. */
enum outcome	login(struct request *, struct login *);

/* ---- the code (login_code.c) */
struct login_code {
	uint8_t	 hash[HASH_LEN];
	int	 fd;			/* of the lock file; -1: none */
	bool	 locked;		/* nobody else exchanges this code */
};

/* Get hold of a code: waits while another exchanges it, for as long as that
 * may take. */
void		login_code_begin(struct request *, const struct login *,
		    struct login_code *);
void		login_code_end(struct login_code *);

/* Look the code up.  OK: exchanged before and may be repeated; *user_id and
 * key are set.  CODE_USED: exchanged before, no repeats left, or its
 * sessions were ended since.  USER_BLOCKED.  CODE_INVALID:
 * not exchanged here. */
enum outcome	login_code_find(struct request *, const struct login_code *,
		    int64_t *user_id, uint8_t key[SESSION_KEY_LEN]);

/* Inside the caller's transaction: note an exchange; count a repeat
 * (CODE_USED when that was one too many). */
enum outcome	login_code_add(struct request *, const struct login_code *,
		    const uint8_t key[SESSION_KEY_LEN]);
enum outcome	login_code_repeat(struct request *, const struct login_code *);

#endif
