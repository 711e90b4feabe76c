/* SPDX-License-Identifier: MIT */
/* owner.h: whose a file is, who we are, and why the one may not be used by the
 * other.
 *
 * Names come from /etc/passwd and /etc/group alone: a statically linked
 * program has no other service to ask. */
#ifndef OWNER_H
#define OWNER_H

#include <stdbool.h>
#include <sys/types.h>

struct buf;

/* "www-data (33)", or "33" when it has no name, behind what the buffer has. */
void	owner_name(uid_t, struct buf *);

/* May this process not do with `path` what `need` says (R_OK, W_OK, X_OK,
 * ored)? True: it may not; `why` then has a sentence that names the file or
 * the folder on the way to it, its owner and mode, who we are, and what to do.
 * False: it may, or it can't be told. */
bool	owner_denies(const char *path, int need, struct buf *why);

/* Why a file could not be read, with errno `error`: as above, or the system's
 * words behind its name. */
void	owner_explain(const char *path, int error, struct buf *why);

/* What root makes, the programs' user can't use.  So, as root, act from now on
 * as the owner of `path` if that is not root: its owner, group and the groups
 * that the owner is in.  True: done, or nothing was to be done.  False: `why`
 * says what went wrong. */
bool	owner_act(const char *path, struct buf *why);

/* As root again, after owner_act(), for files that root named; and then as the
 * owner of `path` once more.  False: it could not be done. */
bool	owner_root(void);
bool	owner_again(const char *path);

#endif
