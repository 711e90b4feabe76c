/* SPDX-License-Identifier: MIT */
/* renew.c: the program's own file: was it replaced, and start it anew. */
#include <config.h>

#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "cgi/renew.h"

void
binary_find(struct binary *b)
{
	if (!file_program(b->path) || stat(b->path, &b->state) == -1)
		b->state.st_ino = 0;
}

bool
binary_changed(const struct binary *b)
{
	struct stat st;

	if (b->state.st_ino == 0)
		return false;
	return stat(b->path, &st) != 0 || st.st_ino != b->state.st_ino ||
	    st.st_mtim.tv_sec != b->state.st_mtim.tv_sec;
}

void
binary_execute(const struct binary *b, int fd, const sigset_t *signals)
{
	char *argv[] = { (char *)(uintptr_t)b->path, NULL };

	fcntl(fd, F_SETFD, 0);
	close_range(fd < 3 ? 3 : (unsigned)fd + 1, ~0U, 0);
	pthread_sigmask(SIG_SETMASK, signals, NULL);
	execv(b->path, argv);
}
