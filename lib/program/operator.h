/* SPDX-License-Identifier: MIT */
/* operator.h: as whom a program works that an operator starts by hand. */
#ifndef OPERATOR_H
#define OPERATOR_H

#include <stdbool.h>

struct buf;
struct conf;

/* What root makes in the store's folder is closed to the programs' user.  So
 * as root: act from now on as the owner of the database, or, while there is
 * none, of its folder.  To be called before secrets are read, the store opened
 * or the log begun.  False: it can't be told who that is; `why` then has a
 * sentence. True: `why` may have one of what is odd, or of who we are now. */
bool	operator_act(const char *database, struct buf *why);

/* As root again, if root started this, for a file that the operator named; and
 * back.  False: it could not be done. */
bool	operator_root(void);
bool	operator_again(const char *database);

#endif
