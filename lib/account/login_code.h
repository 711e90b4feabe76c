/* SPDX-License-Identifier: MIT */
/* login_code.h: which login codes are being exchanged, and which were.
 *
 * While a code is being exchanged, one byte of DATABASE.lock is locked; its
 * offset is taken from the code's hash.  The lock works between processes and
 * threads, and is released by the kernel when a process is killed.  A code
 * that WeChat refuses is noted in the file's first bytes, so that those who
 * waited do not ask one after another what the first one has learnt. */
#ifndef LOGIN_CODE_H
#define LOGIN_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/outcome.h"

struct login;
struct request;

struct login_code {
	uint8_t	 hash[HASH_LEN];
	int	 fd;			/* of the lock file; -1: none */
	int64_t	 since;			/* waiting for it, Unix ms */
	bool	 locked;		/* nobody else exchanges this code */
};

/* Get hold of a code: waits while another exchanges it, for as long as that
 * may take. */
void		login_code_begin(struct request *, const struct login *,
		    struct login_code *);
void		login_code_end(struct login_code *);

/* Look the code up.  OK: exchanged before and may be repeated; *user_id is
 * set, and key unless *has_key is false.  CODE_USED: exchanged before, no
 * repeats left, or its sessions were ended since.  USER_BLOCKED.
 * CODE_INVALID: not exchanged here. */
enum outcome	login_code_find(struct request *, const struct login_code *,
		    int64_t *user_id, uint8_t key[SESSION_KEY_LEN],
		    bool *has_key);

/* What WeChat said of this code to another request, while this one waited, or
 * a moment ago; OK when nothing is known, or the code may be exchanged.  And:
 * tell the others. */
enum outcome	login_code_learnt(const struct login_code *);
void		login_code_tell(const struct login_code *, enum outcome);

/* Inside the caller's transaction: note an exchange (key NULL: it gave none);
 * count a repeat (CODE_USED when that was one too many). */
enum outcome	login_code_add(struct request *, const struct login_code *,
		    const uint8_t *key);
enum outcome	login_code_repeat(struct request *, const struct login_code *);

#endif
