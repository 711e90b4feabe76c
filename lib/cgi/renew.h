/* SPDX-License-Identifier: MIT */
/* renew.h: the program's own file: was it replaced, and start it anew. */
#ifndef RENEW_H
#define RENEW_H

#include <sys/stat.h>
#include <sys/types.h>

#include <stdbool.h>

#include "base/file.h"

struct binary {
	char		 path[FILE_PATH_MAX];
	struct stat	 state;		/* st_ino 0: it could not be found */
};

/* The file of this process, as it is now. */
void	binary_find(struct binary *);

/* Has it been replaced since?  One that is gone has not. */
bool	binary_changed(const struct binary *);

/* Start it as a child that serves the same listening socket while this process
 * still has requests to finish; -1: it could not be started. */
pid_t	binary_start(const struct binary *, int fd);

/* Execute it in this process, with the listening socket `fd` open.  Signals
 * stay blocked, so one that waits reaches the new program.  Tried for some
 * seconds: a program may be half-written while it is installed.  `stand_in`
 * (-1: none) is the child that it has to relieve.  Returns when there is no
 * program any more. */
void	binary_execute(const struct binary *, int fd, pid_t stand_in);

/* At the start of a program: when it is such a child, it ends with its parent
 * (Linux: PR_SET_PDEATHSIG), whatever ends that one. */
void	binary_stand_in(void);

/* At the start of a program: end the child that has stood in for it, if there
 * is one; it finishes its requests. */
void	binary_relieve(void);

#endif
