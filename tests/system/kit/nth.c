/* SPDX-License-Identifier: MIT */
/* nth.c: preloaded, it lets the allocation number NTH_FAILS fail, and with
 * NTH_ON=1 all behind it.  It counts from the program's first own call,
 * umask(), not the loader's and the libraries' starts.  What it counted is
 * written to the file NTH_COUNT at _exit(), with which a CGI run ends.  glibc
 * only. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void	*__libc_malloc(size_t);
extern void	*__libc_calloc(size_t, size_t);
extern void	*__libc_realloc(void *, size_t);

static atomic_long count, fails;
static atomic_int on, started;

mode_t
umask(mode_t mask)
{
	const char *nth = getenv("NTH_FAILS"), *all = getenv("NTH_ON");

	fails = nth == NULL ? 0 : atol(nth);
	on = all != NULL && *all == '1';
	started = 1;
	return (mode_t)syscall(SYS_umask, mask);
}

static int
refuse(void)
{
	long n;

	if (!started)
		return 0;
	n = ++count;
	if (fails == 0 || n < fails || (n > fails && !on))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t n)
{
	return refuse() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return refuse() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return refuse() ? NULL : __libc_realloc(p, n);
}

static void
tell(void)
{
	const char *path = getenv("NTH_COUNT");
	char text[32];
	int fd, n;

	started = 0;
	if (path == NULL || (fd = open(path, O_WRONLY | O_CREAT | O_TRUNC,
	    0600)) == -1)
		return;
	n = snprintf(text, sizeof(text), "%ld", (long)count);
	if (write(fd, text, (size_t)n) != n)
		abort();
	close(fd);
}

void
_exit(int status)
{
	tell();
	for (;;)
		syscall(SYS_exit_group, status);
}
