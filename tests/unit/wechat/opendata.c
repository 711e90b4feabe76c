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

static enum opendata_point
point(const uint8_t *data, size_t n, const struct opendata_rules *r)
{
	struct opendata d;
	const enum opendata_point p = opendata_open(&keys, data, n, iv, r,
	    &d);

	ok(p == d.point && (p == OPENDATA_OPEN) == (d.json != NULL),
	    "an object when it opens, and only then");
	json_done(d.json);
	return p;
}

static bool
opens(const uint8_t *data, size_t n, const struct opendata_rules *r)
{
	return point(data, n, r) == OPENDATA_OPEN;
}

#define FILL	"\"filler\":\"0123456789abcdef0123456789abcdef\","

static const struct {
	const char *why, *text; size_t n; enum opendata_point point;
} texts[] = {
#define T(s) s, sizeof(s) - 1
{ "right", T("{" GOOD "}"), OPENDATA_OPEN },
{ "with its openId", T("{\"openId\":\"openid-1\"," GOOD "}"),
    OPENDATA_OPEN },
{ "timestamp as text", T("{\"watermark\":{\"appid\":\"wx1\",\"timestamp\":"
    "\"1700000000\"}}"), OPENDATA_OPEN },
{ "UTF-8 and emoji", T("{\"nickName\":\"\xe5\xbe\xae\xf0\x9f\x98\x80\"," GOOD
    "}"), OPENDATA_OPEN },
{ "600 s old", T("{" MARK("wx1", "1699999400") "}"), OPENDATA_OPEN },
{ "300 s ahead", T("{" MARK("wx1", "1700000300") "}"), OPENDATA_OPEN },
{ "601 s old", T("{" MARK("wx1", "1699999399") "}"), OPENDATA_AGE },
{ "301 s ahead", T("{" MARK("wx1", "1700000301") "}"), OPENDATA_AGE },
{ "of another app", T("{" MARK("wx2", "1700000000") "}"), OPENDATA_APP },
{ "of an app that begins so", T("{" MARK("wx12", "1700000000") "}"),
    OPENDATA_APP },
{ "of another app, old, of another user", T("{\"openId\":\"x\","
    MARK("wx2", "1") "}"), OPENDATA_APP },
{ "old, of another user", T("{\"openId\":\"x\"," MARK("wx1", "1") "}"),
    OPENDATA_AGE },
{ "of another user", T("{\"openId\":\"openid-2\"," GOOD "}"), OPENDATA_USER },
{ "openId empty", T("{\"openId\":\"\"," GOOD "}"), OPENDATA_USER },
{ "openId null", T("{\"openId\":null," GOOD "}"), OPENDATA_USER },
{ "openId of another kind", T("{\"openId\":1," GOOD "}"), OPENDATA_USER },
{ "no watermark", T("{\"openId\":\"openid-1\"}"), OPENDATA_MARK },
{ "watermark of another kind", T("{\"watermark\":\"wx1\"}"), OPENDATA_MARK },
{ "no appid in it", T("{\"watermark\":{\"timestamp\":1700000000}}"),
    OPENDATA_MARK },
{ "no timestamp in it", T("{\"watermark\":{\"appid\":\"wx1\"}}"),
    OPENDATA_MARK },
{ "timestamp of letters", T("{" MARK("wx1", "\"x\"") "}"), OPENDATA_MARK },
{ "timestamp with a fraction", T("{" MARK("wx1", "1700000000.5") "}"),
    OPENDATA_MARK },
{ "timestamp beyond 64 bits", T("{" MARK("wx1", "99999999999999999999") "}"),
    OPENDATA_AGE },
{ "timestamp far below zero", T("{" MARK("wx1", "-99999999999999999999") "}"),
    OPENDATA_MARK },
{ "an array", T("[{" FILL GOOD "}]"), OPENDATA_NO_JSON },
{ "bytes behind", T("{" FILL GOOD "}x"), OPENDATA_NO_JSON },
{ "no JSON", T("hello hello hello hello hello hello hello hello hello"),
    OPENDATA_NO_JSON },
{ "a name with a control character", T("{\"open\x01Id\":\"x\"," FILL GOOD "}"),
    OPENDATA_NO_JSON },
{ "empty", T(""), OPENDATA_NO_KEY },
/* mended */
{ "not UTF-8", T("{\"nickName\":\"\xff\"," GOOD "}"), OPENDATA_OPEN },
{ "a lone surrogate", T("{\"nickName\":\"\\ud800\"," GOOD "}"),
    OPENDATA_OPEN },
{ "half an emoji, as bytes", T("{\"nickName\":\"\xed\xa0\xbd\"," GOOD "}"),
    OPENDATA_OPEN },
{ "a control character", T("{\"nickName\":\"\x14\"," GOOD "}"),
    OPENDATA_OPEN },
{ "a NUL behind", T("{" GOOD "}\0"), OPENDATA_OPEN },
{ "padding behind, once more", T("{" GOOD "}\x05\x05\x05\x05\x05"),
    OPENDATA_OPEN },
{ "blanks around the timestamp", T("{" MARK("wx1", "\" 1700000000 \"") "}"),
    OPENDATA_OPEN },
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
		is_int(point(out, n, &rules), texts[i].point, "judged: %s",
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
	n = seal_text(keys.key[0], "{" FILL GOOD "}",
	    strlen("{" FILL GOOD "}"), out);
	keys.key[0][0] ^= 1;
	is_int(point(out, n, &rules), OPENDATA_NO_KEY, "judged: another key");
	keys.key[0][0] ^= 1;
	is_int(point(out, n - 16, &rules), OPENDATA_PADDING,
	    "judged: the last block missing");
	is_int(point(out + 16, n - 16, &rules), OPENDATA_NO_JSON,
	    "judged: the first block missing, as if by another iv");
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
	/* with 1, the rest of the padding is behind the object, like NULs */
	is_int(opened, 2, "padding: one of 256 last bytes is right, and 1");
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
