/* SPDX-License-Identifier: MIT */
/* login.h: from a login code to a session; the repeat rule for codes.
 *
 * Phones lose replies: the same code may come again, while its first exchange
 * still runs in some process, or within code_replay seconds behind it.  It
 * then gets a session of the same user with a fresh token, CODE_REPEATS times
 * at most, and WeChat is not asked again. */
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

/* Log in: rq->user and rq->session are set on OK.  Any outcome of
 * wechat_code2session(), or BUSY, INTERNAL, USER_BLOCKED. */
enum outcome	login(struct request *, struct login *);

#endif
