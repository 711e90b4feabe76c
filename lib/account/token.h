/* SPDX-License-Identifier: MIT */
/* token.h: session tokens, hashes, and the public ids of users. */
#ifndef TOKEN_H
#define TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"

/* A new token: 32 random bytes as base64url without padding, and a NUL. */
void	token_make(char out[TOKEN_LEN + 1]);

/* Is it 43 characters of the token's alphabet? */
bool	token_valid(const char *s, size_t n);

/* SHA-256 of n bytes. */
void	hash_sha256(const void *p, size_t n, uint8_t out[HASH_LEN]);

/* SHA-256 of "appid NUL code": what is stored of a login code. */
void	hash_code(const char *appid, const char *code, size_t n,
	    uint8_t out[HASH_LEN]);

/* A public id: 48 bits of the time in ms, 80 random bits, in Crockford's
 * base 32 (a ULID), and a NUL. */
void	public_id_make(int64_t now, char out[PUBLIC_ID_LEN + 1]);

/* An id for a request: 128 random bits in hexadecimal, and a NUL. */
void	request_id_make(char out[REQUEST_ID_MAX + 1]);

#endif
