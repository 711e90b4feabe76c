/* SPDX-License-Identifier: MIT */
/* random.c: random bytes, ids of requests, and comparing secrets. */
#include <config.h>

#include <sys/random.h>

#include <errno.h>
#include <stdlib.h>

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

void
request_id_make(char out[REQUEST_ID_MAX + 1])
{
	uint8_t raw[16];

	random_bytes(raw, sizeof(raw));
	hex_write(raw, sizeof(raw), out);
}

bool
same_secret(const void *a, const void *b, size_t n)
{
	return memeql_sec(a, b, n) != 0;
}
