/* SPDX-License-Identifier: MIT */
/* renew.h: the program's own file: was it replaced, and start it anew. */
#ifndef RENEW_H
#define RENEW_H

#include <sys/stat.h>

#include <signal.h>
#include <stdbool.h>

#include "base/file.h"

struct binary {
	char		 path[FILE_PATH_MAX];
	struct stat	 state;		/* st_ino 0: it could not be found */
};

/* The file of this process, as it is now. */
void	binary_find(struct binary *);

/* Has it been replaced since?  A deleted one counts. */
bool	binary_changed(const struct binary *);

/* Execute it in this process, with the listening socket `fd` open and these
 * signals blocked.  Returns when there is no program any more. */
void	binary_execute(const struct binary *, int fd, const sigset_t *);

#endif
