/* SPDX-License-Identifier: MIT */
/* random.c: random bytes, ids of requests, and comparing secrets. */
#include <config.h>

#include <sys/random.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/memops.h>

#include "base/random.h"
#include "base/text.h"

void
random_bytes(void *p, size_t n)
{
	unsigned char *at = p;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		/* Linux 3.17 has it; without it there is no token to give. */
		if (got <= 0)
			abort();
		at += got;
		n -= (size_t)got;
	}
}

/* Ids of requests come from a pool, a thread's own, so that a request makes no
 * system call for one.  What was given out is wiped.  Nothing secret is made
 * of it: an id is in the reply and in the log. */
#define ID_BYTES	16

static _Thread_local struct {
	uint8_t	bytes[32 * ID_BYTES];
	size_t	left;			/* bytes not given out yet */
} pool;

/* In a child of fork(): what is left would be given out twice.  The thread
 * that forked is the only one there. */
static void
forget_pool(void)
{
	explicit_bzero(&pool, sizeof(pool));
}

static void
watch_forks(void)
{
	if (pthread_atfork(NULL, NULL, forget_pool) != 0)
		abort();	/* only without memory */
}

void
request_id_make(char out[REQUEST_ID_MAX + 1])
{
	static pthread_once_t watched = PTHREAD_ONCE_INIT;
	uint8_t *raw;

	if (pool.left == 0) {
		pthread_once(&watched, watch_forks);
		random_bytes(pool.bytes, sizeof(pool.bytes));
		pool.left = sizeof(pool.bytes);
	}
	pool.left -= ID_BYTES;
	raw = pool.bytes + pool.left;
	hex_write(raw, ID_BYTES, out);
	explicit_bzero(raw, ID_BYTES);
}

bool
same_secret(const void *a, const void *b, size_t n)
{
	return memeql_sec(a, b, n) != 0;
}
