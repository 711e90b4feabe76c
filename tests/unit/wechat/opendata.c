/* SPDX-License-Identifier: MIT */
/* opendata.c: what WeChat encrypts or signs opens with the right key only, and
 * only when all checks hold; which keys are tried. */
#include <config.h>

#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/sha1.h>

#include "base/json.h"
#include "base/text.h"
#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"
#include "wechat/opendata.h"

#define NOW	INT64_C(1700000000)
#define MARK(appid, at) "\"watermark\":{\"appid\":\"" appid "\",\"timestamp\":" at "}"
#define GOOD	MARK("wx1", "1700000000")

static struct keys keys = { .n = 1 };
static const uint8_t iv[16] = "0123456789abcde";
static const struct opendata_rules rules = { "wx1", "openid-1", NOW, 600 };

/* Encrypt n bytes, which are whole blocks already. */
static void
encrypt(const uint8_t key[16], const void *plain, size_t n, uint8_t *out)
{
	struct aes128_ctx aes;
	uint8_t chain[16];

	memcpy(chain, iv, 16);
	aes128_set_encrypt_key(&aes, key);
	cbc_encrypt(&aes, (nettle_cipher_func *)aes128_encrypt, 16, chain, n,
	    out, plain);
}

/* Encrypt a text with padding of WeChat's kind; the length. */
static size_t
seal_text(const uint8_t key[16], const char *text, size_t n, uint8_t *out)
{
	uint8_t plain[2048];
	const size_t pad = 16 - n % 16;

	memcpy(plain, text, n);
	memset(plain + n, (int)pad, pad);
	encrypt(key, plain, n + pad, out);
	return n + pad;
}

static bool
opens(const uint8_t *data, size_t n, const struct opendata_rules *r)
{
	struct json_object *o = opendata_open(&keys, data, n, iv, r);
	const bool is = o != NULL;

	json_done(o);
	return is;
}

static const struct { const char *why, *text; size_t n; bool fine; } texts[] = {
#define T(s) s, sizeof(s) - 1
{ "right", T("{" GOOD "}"), true },
{ "with its openId", T("{\"openId\":\"openid-1\"," GOOD "}"), true },
{ "timestamp as text", T("{\"watermark\":{\"appid\":\"wx1\",\"timestamp\":"
    "\"1700000000\"}}"), true },
{ "UTF-8 and emoji", T("{\"nickName\":\"\xe5\xbe\xae\xf0\x9f\x98\x80\"," GOOD
    "}"), true },
{ "600 s old", T("{" MARK("wx1", "1699999400") "}"), true },
{ "300 s ahead", T("{" MARK("wx1", "1700000300") "}"), true },
{ "601 s old", T("{" MARK("wx1", "1699999399") "}"), false },
{ "301 s ahead", T("{" MARK("wx1", "1700000301") "}"), false },
{ "of another app", T("{" MARK("wx2", "1700000000") "}"), false },
{ "of an app that begins so", T("{" MARK("wx12", "1700000000") "}"), false },
{ "of another user", T("{\"openId\":\"openid-2\"," GOOD "}"), false },
{ "openId empty", T("{\"openId\":\"\"," GOOD "}"), false },
{ "openId null", T("{\"openId\":null," GOOD "}"), false },
{ "openId of another kind", T("{\"openId\":1," GOOD "}"), false },
{ "no watermark", T("{\"openId\":\"openid-1\"}"), false },
{ "watermark of another kind", T("{\"watermark\":\"wx1\"}"), false },
{ "no appid in it", T("{\"watermark\":{\"timestamp\":1700000000}}"), false },
{ "no timestamp in it", T("{\"watermark\":{\"appid\":\"wx1\"}}"), false },
{ "timestamp of letters", T("{" MARK("wx1", "\"x\"") "}"), false },
{ "timestamp with a fraction", T("{" MARK("wx1", "1700000000.5") "}"), false },
{ "timestamp beyond 64 bits", T("{" MARK("wx1", "99999999999999999999") "}"),
    false },
{ "timestamp far below zero", T("{" MARK("wx1", "-99999999999999999999") "}"),
    false },
{ "an array", T("[{" GOOD "}]"), false },
{ "bytes behind", T("{" GOOD "}x"), false },
{ "not UTF-8", T("{\"nickName\":\"\xff\"," GOOD "}"), false },
{ "a lone surrogate", T("{\"nickName\":\"\\ud800\"," GOOD "}"), false },
{ "empty", T(""), false },
{ "no JSON", T("hello"), false },
};

static void
judged(void)
{
	uint8_t out[2048];
	struct opendata_rules any_age = rules;
	size_t n;

	memset(keys.key[0], 1, 16);
	for (size_t i = 0; i < COUNT(texts); i++) {
		n = seal_text(keys.key[0], texts[i].text, texts[i].n, out);
		ok(opens(out, n, &rules) == texts[i].fine, "judged: %s",
		    texts[i].why);
	}
	any_age.watermark_age = 0;
	n = seal_text(keys.key[0], "{" MARK("wx1", "5") "}",
	    strlen("{" MARK("wx1", "5") "}"), out);
	ok(!opens(out, n, &rules) && opens(out, n, &any_age),
	    "judged: watermark_age 0 is any age");
	n = seal_text(keys.key[0], "{" MARK("wx1", "1700000301") "}",
	    strlen("{" MARK("wx1", "1700000301") "}"), out);
	ok(!opens(out, n, &any_age), "judged: but not the future");
}

static void
padding(void)
{
	static const char text[] = "{" GOOD "}";	/* and its padding */
	const size_t n = sizeof(text) - 1, whole = (n + 16) / 16 * 16;
	uint8_t plain[256], out[256];
	unsigned opened = 0;

	/* every last byte, with as many bytes of padding as are right */
	for (unsigned last = 0; last < 256; last++) {
		memset(plain, ' ', sizeof(plain));
		memcpy(plain, text, n);
		memset(plain + n, (int)(whole - n), whole - n);
		plain[whole - 1] = (uint8_t)last;
		encrypt(keys.key[0], plain, whole, out);
		opened += opens(out, whole, &rules);
	}
	is_int(opened, 1, "padding: one of 256 last bytes is right");
	for (size_t pad = 1; pad <= 16; pad++) {
		const size_t full = (n + 32) / 16 * 16;

		memset(plain, ' ', sizeof(plain));
		memcpy(plain, text, n);
		memset(plain + full - pad, (int)pad, pad);
		encrypt(keys.key[0], plain, full, out);
		ok(opens(out, full, &rules), "padding: %zu bytes", pad);
		if (pad == 1)
			continue;
		plain[full - pad] ^= 1;
		encrypt(keys.key[0], plain, full, out);
		ok(!opens(out, full, &rules),
		    "padding: %zu bytes, the first one wrong", pad);
	}
	memset(plain, ' ', sizeof(plain));
	memcpy(plain, text, n);
	memset(plain + 128 - 17, 17, 17);
	encrypt(keys.key[0], plain, 128, out);
	ok(!opens(out, 128, &rules), "padding: 17 bytes");
	memset(plain + 128 - 17, ' ', 17);
	plain[127] = 0;
	encrypt(keys.key[0], plain, 128, out);
	ok(!opens(out, 128, &rules), "padding: none");
	memset(plain, 16, 16);
	encrypt(keys.key[0], plain, 16, out);
	ok(!opens(out, 16, &rules), "padding: nothing else");
}

static void
lengths(void)
{
	static const char text[] = "{" GOOD "}";
	uint8_t out[256];
	size_t n = seal_text(keys.key[0], text, sizeof(text) - 1, out), i;
	unsigned opened = 0;

	for (i = 0; i < n; i++)
		opened += opens(out, i, &rules);
	is_int(opened, 0, "lengths: cut anywhere it does not open");
	memset(keys.key[1], 2, 16);
	keys.n = 2;
	ok(opens(out, n, &rules), "keys: the first of two");
	n = seal_text(keys.key[1], text, sizeof(text) - 1, out);
	ok(opens(out, n, &rules), "keys: the second of two");
	keys.n = 1;
	ok(!opens(out, n, &rules), "keys: one that is not tried");
	keys.n = 0;
	ok(!opens(out, n, &rules), "keys: none");
	keys.n = 1;
}

/* ---- the keys of a user, from the store */

static struct box b;

static void
add(uint8_t with, int64_t made, char token[TOKEN_LEN + 1])
{
	uint8_t key[SESSION_KEY_LEN];
	char sql[256], hex[2 * HASH_LEN + 1];

	memset(key, with, sizeof(key));
	box_must(&b, store_begin(b.store, RELAXED), "begin");
	box_must(&b, session_add(&b.rq, token, key, NULL), "session_add");
	box_must(&b, store_commit(b.store), "commit");
	hex_write(b.rq.session.token_hash, HASH_LEN, hex);
	snprintf(sql, sizeof(sql), "UPDATE sessions SET created_ms = %lld WHERE"
	    " token_hash = x'%s'", (long long)made * 1000, hex);
	box_must(&b, box_sql(b.conf.database, sql) == -2 ? INTERNAL : OK, sql);
}

static bool
has(const struct keys *k, uint8_t with)
{
	uint8_t key[SESSION_KEY_LEN];

	memset(key, with, sizeof(key));
	for (size_t i = 0; i < k->n; i++)
		if (memcmp(k->key[i], key, sizeof(key)) == 0)
			return true;
	return false;
}

static void
from_store(void)
{
	char own[TOKEN_LEN + 1], token[TOKEN_LEN + 1];
	struct session session;
	struct keys k;
	int64_t t;

	box_open(&b, "keys.db");
	box_user(&b, "openid-1");
	b.conf.max_sessions = 1000;
	t = b.rq.now;
	add(1, t - 5000, token);	/* replaced long ago */
	add(2, t - 4000, token);	/* replaced 200 s ago */
	add(3, t - 200, own);
	session = b.rq.session;
	ok(opendata_keys(&b.rq, &k) == OK && k.key[0][0] == 3 && has(&k, 2),
	    "keys: the own in front, and one that was current 300 s ago");
	ok(!has(&k, 1), "keys: not one that was replaced before");
	b.conf.key_overlap = 0;
	ok(opendata_keys(&b.rq, &k) == OK && k.n == 1 && k.key[0][0] == 3,
	    "keys: key_overlap 0: the own only");
	b.conf.key_overlap = 300;
	box_user(&b, "openid-2");
	add(9, t, token);
	box_user(&b, "openid-1");
	b.rq.session = session;
	ok(opendata_keys(&b.rq, &k) == OK && !has(&k, 9),
	    "keys: not another user's");
	/* a phone that stays logged in while another one logs in often */
	for (int i = 0; i < 80; i++)
		add((uint8_t)(10 + i % 2), t - 100 + i, token);
	b.rq.session = session;
	ok(opendata_keys(&b.rq, &k) == OK && has(&k, 3) && k.key[0][0] == 3,
	    "keys: the own, behind 80 newer sessions");
	ok(opendata_own_key(&b.rq, k.key[1]) == OK && k.key[1][0] == 3,
	    "own key: behind 80 newer sessions");
	/* a session without a key tries one that nobody knows */
	box_must(&b, box_sql(b.conf.database, "UPDATE sessions SET session_key "
	    "= NULL") == -2 ? INTERNAL : OK, "sql");
	ok(opendata_keys(&b.rq, &k) == OK && k.n == 1 && !has(&k, 0),
	    "keys: none: a random one, not zeros");
	ok(opendata_own_key(&b.rq, k.key[1]) == CODE_INVALID,
	    "own key: none");
	box_close(&b);
}

static void
signed_text(void)
{
	static const char raw[] = "{\"nickName\":\"x\"}";
	struct val text = { .set = true, .s = raw, .len = sizeof(raw) - 1 };
	struct val signature = { .set = true, .len = 40 };
	char token[TOKEN_LEN + 1], key_text[SESSION_KEY_B64 + 1], hex[41];
	uint8_t key[SESSION_KEY_LEN], sum[SHA1_DIGEST_SIZE];
	struct json_object *o;
	struct sha1_ctx ctx;

	box_open(&b, "signed.db");
	box_user(&b, "openid-1");
	add(7, b.rq.now, token);
	memset(key, 7, sizeof(key));
	session_key_text(key, key_text);
	is_str(key_text, "BwcHBwcHBwcHBwcHBwcHBw==", "the key's text");
	sha1_init(&ctx);
	sha1_update(&ctx, text.len, (const uint8_t *)raw);
	sha1_update(&ctx, SESSION_KEY_B64, (const uint8_t *)key_text);
	sha1_digest(&ctx, sizeof(sum), sum);
	hex_write(sum, sizeof(sum), hex);
	signature.s = hex;
	ok(opendata_signed(&b.rq, &text, &signature, &o) == OK && o != NULL,
	    "signed: right");
	json_done(o);
	hex[39] = hex[39] == '0' ? '1' : '0';
	ok(opendata_signed(&b.rq, &text, &signature, &o) ==
	    DECRYPT_WX_OPEN_DATA_FAIL && o == NULL, "signed: a digit changed");
	hex[39] = hex[39] == '0' ? '1' : '0';
	signature.len = 39;
	ok(opendata_signed(&b.rq, &text, &signature, &o) ==
	    DECRYPT_WX_OPEN_DATA_FAIL, "signed: a digit short");
	signature.len = 40;
	text.len--;
	ok(opendata_signed(&b.rq, &text, &signature, &o) ==
	    DECRYPT_WX_OPEN_DATA_FAIL, "signed: the text changed");
	box_close(&b);
}

int
main(void)
{
	store_init();
	judged();
	padding();
	lengths();
	from_store();
	signed_text();
	return done();
}
