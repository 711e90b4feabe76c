/* SPDX-License-Identifier: MIT */
/* token.c: session tokens, and the public ids of users. */
#include <config.h>

#include <assert.h>
#include <string.h>

#include <nettle/base64.h>

#include "account/token.h"
#include "base/random.h"
#include "base/text.h"

void
token_make(char out[TOKEN_LEN + 1])
{
	struct base64_encode_ctx ctx;
	uint8_t raw[32];
	size_t n;

	random_bytes(raw, sizeof(raw));
	base64url_encode_init(&ctx);
	n = base64_encode_update(&ctx, out, sizeof(raw), raw);
	/* Two of 32 bytes are left: three characters, and "=" in its place. */
	n += base64_encode_final(&ctx, out + n);
	assert(n == TOKEN_LEN + 1 && out[TOKEN_LEN] == '=');
	out[TOKEN_LEN] = '\0';
	explicit_bzero(raw, sizeof(raw));
	explicit_bzero(&ctx, sizeof(ctx));
}

bool
token_valid(const char *s, size_t n)
{
	return n == TOKEN_LEN && all_alnum_or(s, n, "_-");
}

void
public_id_make(int64_t now, char out[PUBLIC_ID_LEN + 1])
{
	static const char digit[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t ms = (uint64_t)now * 1000, bits = 0;
	uint8_t raw[10];
	int i, have = 0, r = 0;

	random_bytes(raw, sizeof(raw));
	for (i = 9; i >= 0; i--) {
		out[i] = digit[ms & 31];
		ms >>= 5;
	}
	for (i = 10; i < PUBLIC_ID_LEN; i++) {
		while (have < 5) {
			bits = bits << 8 | raw[r++];
			have += 8;
		}
		have -= 5;
		out[i] = digit[bits >> have & 31];
	}
	out[PUBLIC_ID_LEN] = '\0';
}
