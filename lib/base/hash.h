/* SPDX-License-Identifier: MIT */
/* hash.h: SHA-256 and HMAC-SHA-256. */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"

/* SHA-256 of n bytes. */
void	hash_sha256(const void *p, size_t n, uint8_t out[HASH_LEN]);

/* SHA-256 of a string, its NUL, and n bytes. */
void	hash_pair(const char *first, const void *p, size_t n,
	    uint8_t out[HASH_LEN]);

/* HMAC-SHA-256 (RFC 2104) of n bytes, which may be 0, with a key. */
void	hash_keyed(const void *key, size_t keylen, const void *p, size_t n,
	    uint8_t out[HASH_LEN]);

#endif
