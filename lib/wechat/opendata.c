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

static bool
signature_holds(const uint8_t key[SESSION_KEY_LEN], const char *raw, size_t n,
    const char *signature, size_t signature_len)
{
	struct sha1_ctx ctx;
	uint8_t sum[SHA1_DIGEST_SIZE];
	char text[SESSION_KEY_B64 + 1], hex[2 * SHA1_DIGEST_SIZE + 1];

	session_key_text(key, text);
	sha1_init(&ctx);
	sha1_update(&ctx, n, (const uint8_t *)raw);
	sha1_update(&ctx, SESSION_KEY_B64, (const uint8_t *)text);
	sha1_digest(&ctx, sizeof(sum), sum);
	hex_write(sum, sizeof(sum), hex);
	explicit_bzero(text, sizeof(text));
	explicit_bzero(&ctx, sizeof(ctx));
	return signature_len == sizeof(hex) - 1 &&
	    same_secret(hex, signature, sizeof(hex) - 1);
}

enum opendata_point
opendata_signed(const struct keys *keys, const char *raw, size_t n,
    const char *signature, size_t signature_len, struct opendata *out)
{
	enum json_result parsed;
	bool holds = false;
	size_t i;

	*out = (struct opendata){ .point = OPENDATA_NO_KEY };
	for (i = 0; i < keys->n; i++)
		holds |= signature_holds(keys->key[i], raw, n, signature,
		    signature_len);
	parsed = json_read(raw, n, JSON_MEND, &out->json);
	if (parsed == JSON_NO_MEMORY)
		out->point = OPENDATA_NO_MEMORY;
	else if (holds)
		out->point = parsed == JSON_OK ? OPENDATA_OPEN :
		    OPENDATA_NO_JSON;
	if (out->point != OPENDATA_OPEN) {
		json_done(out->json);
		out->json = NULL;
	}
	return out->point;
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

/* Did the key open it, whatever the text may be?  Then all but its ends, which
 * a wrong iv garbles or which were cut off, is UTF-8 without control
 * characters.  What a wrong key gives is not, so good as never. */
static bool
readable(const uint8_t *plain, size_t n)
{
	const char *const text = (const char *)plain;
	size_t i = BLOCK, bad = 0, step;

	while (i < n && i < 2 * BLOCK && (plain[i] & 0xc0) == 0x80)
		i++;			/* of a character that began before */
	for (; i + BLOCK < n; i += step) {
		step = utf8_length(text + i, n - i);
		bad += step == 0 || plain[i] < 0x20;
		step = step == 0 ? 1 : step;
	}
	return n > 3 * BLOCK && bad * 16 < n;
}

static bool
openid_right(const struct json_object *o, const struct opendata_rules *r)
{
	const char *openid;
	size_t n;

	if (!json_has(o, "openId"))
		return true;
	openid = json_text(o, "openId", &n);
	return openid != NULL && strcmp(openid, r->openid) == 0;
}

/* All rules are looked at, whichever is broken. */
static enum opendata_point
judge(const struct json_object *o, const struct opendata_rules *r,
    struct opendata *out)
{
	const struct json_object *mark = json_child(o, "watermark");
	const bool user = openid_right(o, r);
	const char *appid = NULL;
	bool app, age;
	int64_t at = -1;
	size_t n;

	if (mark == NULL || (appid = json_text(mark, "appid", &n)) == NULL ||
	    !json_number(mark, "timestamp", &at) || at < 0)
		return OPENDATA_MARK;
	out->age = r->now - at;
	if (n <= APPID_MAX && all_alnum_or(appid, n, "_-"))
		memcpy(out->appid, appid, n + 1);
	app = strcmp(appid, r->appid) == 0;
	age = out->age >= -CLOCK_SKEW &&
	    (r->watermark_age == 0 || out->age <= r->watermark_age);
	return !app ? OPENDATA_APP : !age ? OPENDATA_AGE :
	    !user ? OPENDATA_USER : OPENDATA_OPEN;
}

/* One key: decrypt into `plain` and judge all of it. */
static void
open_with(const uint8_t key[SESSION_KEY_LEN], const uint8_t *data, size_t n,
    const uint8_t iv[BLOCK], uint8_t *plain, const struct opendata_rules *r,
    struct opendata *out)
{
	struct aes128_ctx aes;
	uint8_t chain[BLOCK];
	enum json_result parsed;
	bool opened;
	size_t len;

	*out = (struct opendata){ .point = OPENDATA_NO_KEY };
	memcpy(chain, iv, BLOCK);
	aes128_set_decrypt_key(&aes, key);
	cbc_decrypt(&aes, (nettle_cipher_func *)aes128_decrypt, BLOCK, chain,
	    n, plain, data);
	explicit_bzero(&aes, sizeof(aes));
	len = unpad(plain, n);
	opened = readable(plain, n);
	/* With wrong padding the text is parsed all the same. */
	parsed = json_read((const char *)plain, len == 0 ? n : len, JSON_MEND,
	    &out->json);
	if (parsed == JSON_NO_MEMORY)
		out->point = OPENDATA_NO_MEMORY;
	else if (parsed == JSON_OK) {
		out->point = judge(out->json, r, out);
		if (len == 0)
			out->point = OPENDATA_PADDING;
	} else if (opened)
		out->point = len == 0 ? OPENDATA_PADDING : OPENDATA_NO_JSON;
	if (out->point != OPENDATA_OPEN) {
		json_done(out->json);
		out->json = NULL;
	}
}

enum opendata_point
opendata_open(const struct keys *keys, const uint8_t *data, size_t n,
    const uint8_t iv[OPENDATA_IV], const struct opendata_rules *r,
    struct opendata *out)
{
	struct opendata one;
	uint8_t *plain;
	size_t i;

	*out = (struct opendata){ .point = OPENDATA_NO_KEY };
	if (n == 0 || n % BLOCK != 0)
		return out->point;
	if ((plain = malloc(n)) == NULL)
		return out->point = OPENDATA_NO_MEMORY;
	for (i = 0; i < keys->n; i++) {
		open_with(keys->key[i], data, n, iv, plain, r, &one);
		if (one.point > out->point)
			*out = one;
		else
			json_done(one.json);
	}
	explicit_bzero(plain, n);
	free(plain);
	return out->point;
}
