/* SPDX-License-Identifier: MIT */
/* opendata.c: AES-128-CBC, padding, JSON, watermark; and the SHA-1 signature.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include <nettle/aes.h>
#include <nettle/base64.h>
#include <nettle/cbc.h>
#include <nettle/sha1.h>

#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "wechat/opendata.h"

#define BLOCK	16

void
session_key_text(const uint8_t key[SESSION_KEY_LEN],
    char out[SESSION_KEY_B64 + 1])
{
	base64_encode_raw(out, SESSION_KEY_LEN, key);
	out[SESSION_KEY_B64] = '\0';
}

/* ---- the signature */

struct json_object *
opendata_signed(const struct keys *keys, const char *raw, size_t n,
    const char *signature, size_t signature_len)
{
	struct sha1_ctx ctx;
	uint8_t sum[SHA1_DIGEST_SIZE];
	char text[SESSION_KEY_B64 + 1], hex[2 * SHA1_DIGEST_SIZE + 1];
	bool found = false;
	size_t i;

	for (i = 0; i < keys->n; i++) {
		session_key_text(keys->key[i], text);
		sha1_init(&ctx);
		sha1_update(&ctx, n, (const uint8_t *)raw);
		sha1_update(&ctx, SESSION_KEY_B64, (const uint8_t *)text);
		sha1_digest(&ctx, sizeof(sum), sum);
		hex_write(sum, sizeof(sum), hex);
		found |= signature_len == sizeof(hex) - 1 &&
		    same_secret(hex, signature, sizeof(hex) - 1);
	}
	explicit_bzero(text, sizeof(text));
	explicit_bzero(&ctx, sizeof(ctx));
	return found ? json_parse_object(raw, n) : NULL;
}

/* ---- decryption */

/* The length without PKCS#7 padding for blocks of 16 (all pad bytes are looked
 * at, whatever they are), 0 when the padding is wrong. */
static size_t
unpad(const uint8_t *p, size_t n)
{
	const unsigned pad = p[n - 1];
	unsigned i, wrong = (pad == 0) | (pad > BLOCK);

	for (i = 1; i <= BLOCK; i++)
		wrong |= (unsigned)(i <= pad) & (unsigned)(p[n - i] != pad);
	return wrong != 0 ? 0 : n - pad;
}

static bool
watermark_right(struct json_object *o, const struct opendata_rules *r)
{
	struct json_object *mark = json_child(o, "watermark");
	const char *appid;
	int64_t at;
	size_t n;

	if (mark == NULL || (appid = json_text(mark, "appid", &n)) == NULL ||
	    strcmp(appid, r->appid) != 0 ||
	    !json_number(mark, "timestamp", &at))
		return false;
	return at <= r->now + CLOCK_SKEW &&
	    (r->watermark_age == 0 || at >= r->now - r->watermark_age);
}

static bool
openid_right(struct json_object *o, const struct opendata_rules *r)
{
	const char *openid;
	size_t n;

	if (!json_has(o, "openId"))
		return true;
	openid = json_text(o, "openId", &n);
	return openid != NULL && strcmp(openid, r->openid) == 0;
}

/* One key: decrypt into `plain` and judge all of it. */
static struct json_object *
open_with(const uint8_t key[SESSION_KEY_LEN], const uint8_t *data, size_t n,
    const uint8_t iv[BLOCK], uint8_t *plain, const struct opendata_rules *r)
{
	struct aes128_ctx aes;
	uint8_t chain[BLOCK];
	struct json_object *o;
	size_t len;

	memcpy(chain, iv, BLOCK);
	aes128_set_decrypt_key(&aes, key);
	cbc_decrypt(&aes, (nettle_cipher_func *)aes128_decrypt, BLOCK, chain,
	    n, plain, data);
	explicit_bzero(&aes, sizeof(aes));
	len = unpad(plain, n);
	/* With wrong padding the text is parsed all the same. */
	o = json_parse_object((const char *)plain, len == 0 ? n : len);
	if (o == NULL || len == 0 ||
	    ((int)watermark_right(o, r) & (int)openid_right(o, r)) == 0) {
		json_done(o);
		return NULL;
	}
	return o;
}

struct json_object *
opendata_open(const struct keys *keys, const uint8_t *data, size_t n,
    const uint8_t iv[16], const struct opendata_rules *r)
{
	struct json_object *found = NULL, *o;
	uint8_t *plain;
	size_t i;

	if (n == 0 || n % BLOCK != 0 || (plain = malloc(n)) == NULL)
		return NULL;
	for (i = 0; i < keys->n; i++) {
		o = open_with(keys->key[i], data, n, iv, plain, r);
		if (found == NULL)
			found = o;
		else
			json_done(o);
	}
	explicit_bzero(plain, n);
	free(plain);
	return found;
}
