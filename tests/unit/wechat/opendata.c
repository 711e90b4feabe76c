/* SPDX-License-Identifier: MIT */
/* opendata.c: what WeChat encrypts opens with the right key only, and only
 * when all checks hold. */
#include <config.h>

#include <string.h>

#include <nettle/aes.h>
#include <nettle/cbc.h>

#include "base/json.h"
#include "tests/unit/tap.h"
#include "wechat/opendata.h"

#define NOW	INT64_C(1700000000)
#define MARK(appid, at)							\
	"\"watermark\":{\"appid\":\"" appid "\",\"timestamp\":" at "}"
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

static const struct { const char *why,
    *text; size_t n; bool fine; } texts[] = {
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
		about(texts[i].text, texts[i].n);
		is_int(opens(out, n, &rules), texts[i].fine, "judged: %s",
		    texts[i].why);
	}
	about(NULL, 0);
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

int
main(void)
{
	judged();
	padding();
	lengths();
	return done();
}
