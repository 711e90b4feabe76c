/* SPDX-License-Identifier: MIT */
/* token.h: session tokens, and the public ids of users. */
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

/* A public id: 48 bits of the time in ms, 80 random bits, in Crockford's
 * base 32 (a ULID), and a NUL. */
void	public_id_make(int64_t now, char out[PUBLIC_ID_LEN + 1]);

#endif
