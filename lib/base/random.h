/* SPDX-License-Identifier: MIT */
/* random.h: random bytes, ids of requests, and comparing secrets. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bounds.h"

/* n bytes of getrandom(2); ends the process if the kernel has none. */
void	random_bytes(void *p, size_t n);

/* An id for a request: 128 random bits in hexadecimal, and a NUL.  No secret:
 * several are fetched at a time, and kept by the thread until they are asked
 * for; a child of fork() starts with none. */
void	request_id_make(char out[REQUEST_ID_MAX + 1]);

/* Are the n bytes the same?  In a time that does not depend on where they
 * differ. */
bool	same_secret(const void *a, const void *b, size_t n);

#endif
