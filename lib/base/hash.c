/* SPDX-License-Identifier: MIT */
/* hash.c: SHA-256 and HMAC-SHA-256. */
#include <config.h>

#include <string.h>

#include <nettle/hmac.h>
#include <nettle/sha2.h>

#include "base/hash.h"

void
hash_sha256(const void *p, size_t n, uint8_t out[HASH_LEN])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, n, p);
	sha256_digest(&ctx, HASH_LEN, out);
	explicit_bzero(&ctx, sizeof(ctx));
}

void
hash_pair(const char *first, const void *p, size_t n, uint8_t out[HASH_LEN])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, strlen(first) + 1, (const uint8_t *)first);
	sha256_update(&ctx, n, p);
	sha256_digest(&ctx, HASH_LEN, out);
	explicit_bzero(&ctx, sizeof(ctx));
}

void
hash_keyed(const void *key, size_t keylen, const void *p, size_t n,
    uint8_t out[HASH_LEN])
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, keylen, key);
	if (n > 0)
		hmac_sha256_update(&ctx, n, p);
	hmac_sha256_digest(&ctx, HASH_LEN, out);
	explicit_bzero(&ctx, sizeof(ctx));
}
