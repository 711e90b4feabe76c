/* SPDX-License-Identifier: MIT */
/* slow_disk.c: a disk that takes SLOW_SYNC_MS more for each sync.
 *
 * A library for LD_PRELOAD; the sync itself is done as ever. */
#include <config.h>

#include <sys/syscall.h>

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void
linger(void)
{
	const char *text = getenv("SLOW_SYNC_MS");
	const long ms = text == NULL ? 0 : strtol(text, NULL, 10);
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

int
fsync(int fd)
{
	linger();
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	linger();
	return (int)syscall(SYS_fdatasync, fd);
}
