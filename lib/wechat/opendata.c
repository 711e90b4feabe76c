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

#include "account/request.h"
#include "base/json.h"
#include "base/text.h"
#include "cgi/field.h"
#include "statements.h"
#include "wechat/opendata.h"

#define BLOCK	16

void
session_key_text(const uint8_t key[SESSION_KEY_LEN],
    char out[SESSION_KEY_B64 + 1])
{
	base64_encode_raw(out, SESSION_KEY_LEN, key);
	out[SESSION_KEY_B64] = '\0';
}

/* ---- keys */

static bool
open_key(struct req *rq, const void *token_hash, const void *sealed, size_t n,
    uint8_t key[SESSION_KEY_LEN])
{
	const struct place place = { "sessions.session_key", token_hash,
	    HASH_LEN };

	return n == SESSION_KEY_LEN + SEAL_EXTRA &&
	    seal_open(rq->seal, &place, sealed, n, key, NULL);
}

enum outcome
opendata_own_key(struct req *rq, uint8_t key[SESSION_KEY_LEN])
{
	const uint8_t *hash = rq->session.token_hash;
	struct q *q = q_new(rq->store, Q_SESSION_OWN_KEY);
	enum outcome e, found = CODE_INVALID;
	const void *sealed;
	size_t n;

	q_blob(q, ":token_hash", hash, HASH_LEN);
	if (q_row(q)) {
		sealed = q_col_blob(q, 0, &n);
		found = open_key(rq, hash, sealed, n, key) ? OK :
		    FAIL(rq->log, INTERNAL, "sessions.session_key does not "
		    "open");
	}
	e = q_end(q);
	return e != OK ? e : found;
}

/* Rows come newest first.  A key was current until the next newer session with
 * another key was made; the newest still is. */
static enum outcome
other_keys(struct req *rq, struct keys *k)
{
	const int64_t since = (rq->now - rq->conf->key_overlap) * 1000;
	uint8_t key[SESSION_KEY_LEN], newer[SESSION_KEY_LEN] = { 0 };
	int64_t newer_made = INT64_MAX, replaced = INT64_MAX;
	struct q *q = q_new(rq->store, Q_SESSION_KEYS);
	const void *hash, *sealed;
	size_t n, len;

	q_int(q, ":user_id", rq->user.id);
	while (q_row(q) && k->n < KEYS_MAX) {
		hash = q_col_blob(q, 0, &len);
		sealed = q_col_blob(q, 2, &n);
		if (!open_key(rq, hash, sealed, n, key))
			continue;
		if (newer_made != INT64_MAX &&
		    memcmp(newer, key, sizeof(key)) != 0)
			replaced = newer_made;
		memcpy(newer, key, sizeof(key));
		newer_made = q_col_int(q, 1);
		if (replaced >= since && memcmp(hash, rq->session.token_hash,
		    HASH_LEN) != 0)
			memcpy(k->key[k->n++], key, sizeof(key));
	}
	explicit_bzero(key, sizeof(key));
	explicit_bzero(newer, sizeof(newer));
	return q_end(q);
}

enum outcome
opendata_keys(struct req *rq, struct keys *k)
{
	enum outcome e = opendata_own_key(rq, k->key[0]);

	/* A session without a key of its own, or with a damaged one, gets one
	 * that nobody knows: a known one would open what anybody made. */
	if (e == CODE_INVALID || e == INTERNAL)
		random_bytes(k->key[0], SESSION_KEY_LEN);
	else if (e != OK)
		return e;
	k->n = 1;
	return rq->conf->key_overlap > 0 ? other_keys(rq, k) : OK;
}

/* ---- the signature */

enum outcome
opendata_signed(struct req *rq, const struct val *raw,
    const struct val *signature, struct json_object **out)
{
	struct keys keys;
	struct sha1_ctx ctx;
	uint8_t sum[SHA1_DIGEST_SIZE];
	char text[SESSION_KEY_B64 + 1], hex[2 * SHA1_DIGEST_SIZE + 1];
	bool found = false;
	enum outcome e;
	size_t i;

	if ((e = opendata_keys(rq, &keys)) != OK)
		return e;
	for (i = 0; i < keys.n; i++) {
		session_key_text(keys.key[i], text);
		sha1_init(&ctx);
		sha1_update(&ctx, raw->len, (const uint8_t *)raw->s);
		sha1_update(&ctx, SESSION_KEY_B64, (const uint8_t *)text);
		sha1_digest(&ctx, sizeof(sum), sum);
		hex_write(sum, sizeof(sum), hex);
		found |= signature->len == sizeof(hex) - 1 &&
		    same_secret(hex, signature->s, sizeof(hex) - 1);
	}
	explicit_bzero(&keys, sizeof(keys));
	explicit_bzero(text, sizeof(text));
	explicit_bzero(&ctx, sizeof(ctx));
	*out = found ? json_parse_object(raw->s, raw->len) : NULL;
	return *out != NULL ? OK : FAIL(rq->log, DECRYPT_WX_OPEN_DATA_FAIL,
	    "open data: the signature or what it signs is wrong");
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

enum outcome
opendata_encrypted(struct req *rq, const struct val *data,
    const struct val *iv, struct json_object **out)
{
	const struct opendata_rules rules = { rq->user.appid, rq->user.openid,
	    rq->now, rq->conf->watermark_age };
	struct keys keys;
	uint8_t *bytes = arena_alloc(rq->arena, data->len), raw_iv[BLOCK];
	size_t n = 0, iv_len = 0;
	enum outcome e;

	*out = NULL;
	if (bytes == NULL)
		return FAIL(rq->log, INTERNAL, "memory is out");
	if ((e = opendata_keys(rq, &keys)) != OK)
		return e;
	/* field.c has seen that both are base64; lengths are judged here */
	if (base64_parse(data->s, data->len, bytes, data->len, &n) &&
	    base64_parse(iv->s, iv->len, raw_iv, BLOCK, &iv_len) &&
	    iv_len == BLOCK)
		*out = opendata_open(&keys, bytes, n, raw_iv, &rules);
	explicit_bzero(&keys, sizeof(keys));
	return *out != NULL ? OK : FAIL(rq->log, DECRYPT_WX_OPEN_DATA_FAIL,
	    "open data: not to be opened with the user's keys");
}
