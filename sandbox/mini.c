/* SPDX-License-Identifier: MIT */
/* mini.c: the stand-in as WeChat's client, on the phone of a named user.
 *
 *   /sandbox/login    {appid, user, rotate}	wx.login: {"code"}
 *   /sandbox/phone    {appid, user, phone, countryCode, broken}
 *	the phone button: {"code", "encryptedData", "iv"}
 *   /sandbox/userinfo {appid, user, nickName, ..., broken}
 *	wx.getUserInfo: {"rawData", "signature", "encryptedData", "iv"}
 *
 * Data is encrypted with the key that is valid now.  `broken` spoils it on
 * purpose: appid, old, future, openid, padding, truncated, utf8, json, empty.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <nettle/aes.h>
#include <nettle/base64.h>
#include <nettle/cbc.h>
#include <nettle/sha1.h>

#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "sandbox/sandbox.h"

#define PLAIN_MAX	4096
#define CIPHER_B64	(BASE64_ENCODE_RAW_LENGTH(PLAIN_MAX + 16) + 1)

/* ---- who */

static enum outcome
who(struct call *c, const char **appid, struct person *p)
{
	const char *name = arg(c, &c->body, "user");
	struct app_row a;
	enum outcome e;

	*appid = arg(c, &c->body, "appid");
	if (**appid == '\0')
		*appid = "wx5a4dbeefcafe0001";
	if ((e = app_get(c, *appid, &a)) != OK)
		return e;
	return person_get(c, *appid, *name == '\0' ? "user" : name, p);
}

static enum outcome
unknown_app(struct call *c, enum outcome e)
{
	return e == NOT_FOUND ?
	    refuse(c, FAMILY_API, 40013, "invalid appid") : e;
}

/* ---- codes */

static enum outcome
add_code(struct call *c, const char *code, const char *kind,
    const char *appid, const struct person *p, const char *phone,
    const char *country)
{
	struct q *q = q_new(c->store, SANDBOX_CODE_ADD);

	q_text(q, ":code", code);
	q_text(q, ":kind", kind);
	q_text(q, ":appid", appid);
	q_text(q, ":name", p->name);
	q_blob(q, ":session_key", p->key, KEY_LEN);
	q_text(q, ":phone", phone);
	q_text(q, ":country", country);
	q_int(q, ":now", c->now);
	return q_run(q, NULL);
}

/* wx.login makes a new session_key now and then, not at each call; and when
 * the old one has died of disuse. */
enum outcome
mini_login(struct call *c)
{
	const char *appid;
	char code[33];
	struct person p;
	int64_t rotation;
	enum outcome e;
	struct q *q;

	if ((e = who(c, &appid, &p)) != OK)
		return unknown_app(c, e);
	if ((e = fact_get(c, "key_rotation", KEY_ROTATION, &rotation)) != OK)
		return e;
	if (arg_int(c, &c->body, "rotate", 0) != 0 ||
	    c->now >= p.key_made + rotation ||
	    c->now >= p.key_used + KEY_LIFE) {
		if ((e = person_new_key(c, appid, &p, false)) != OK)
			return e;
	}
	code[0] = '0';
	random_text(code + 1, 31, alnum);
	if ((e = add_code(c, code, "login", appid, &p, "", "")) != OK)
		return e;
	q = q_new(c->store, SANDBOX_PERSON_USE_KEY);
	q_text(q, ":appid", appid);
	q_text(q, ":name", p.name);
	q_int(q, ":now", c->now);
	if ((e = q_run(q, NULL)) != OK)
		return e;
	json_open(&c->reply, NULL);
	json_str(&c->reply, "code", code);
	json_str(&c->reply, "errMsg", "login:ok");
	json_close(&c->reply);
	return OK;
}

/* ---- encryption */

static bool
is_broken(struct call *c, const char *how)
{
	return strcmp(arg(c, &c->body, "broken"), how) == 0;
}

/* AES-128-CBC, PKCS#7 to 16, a fresh IV; members encryptedData and iv. */
static void
put_encrypted(struct call *c, const struct person *p, const char *text)
{
	uint8_t plain[PLAIN_MAX + 16], iv[16], chain[16];
	struct aes128_ctx aes;
	char b64[CIPHER_B64];
	size_t n = strlen(text), pad;

	memcpy(plain, text, n);
	if (is_broken(c, "utf8"))
		plain[n / 2] = 0xff;
	pad = 16 - n % 16;
	memset(plain + n, is_broken(c, "padding") ? 0 : (int)pad, pad);
	n += pad;
	random_bytes(iv, sizeof(iv));
	memcpy(chain, iv, sizeof(chain));
	aes128_set_encrypt_key(&aes, p->key);
	cbc_encrypt(&aes, (nettle_cipher_func *)aes128_encrypt, 16, chain, n,
	    plain, plain);
	base64_write(plain, is_broken(c, "truncated") ? n - 5 : n, b64);
	json_str(&c->reply, "encryptedData", is_broken(c, "empty") ? "" : b64);
	base64_write(iv, sizeof(iv), b64);
	json_str(&c->reply, "iv", b64);
}

static void
put_watermark(struct call *c, const char *appid, struct buf *b)
{
	int64_t at = c->now;

	if (is_broken(c, "old"))
		at -= 86400;
	else if (is_broken(c, "future"))
		at += 86400;
	json_open(b, "watermark");
	json_int(b, "timestamp", at);
	json_str(b, "appid", is_broken(c, "appid") ? "wx0000000000000000" :
	    appid);
	json_close(b);
}

/* ---- phone */

/* A number of one's own, the same each time. */
static void
default_phone(const struct person *p, char out[12])
{
	unsigned n = 0;
	const char *s;

	for (s = p->openid; *s != '\0'; s++)
		n = n * 31 + (unsigned char)*s;
	snprintf(out, 12, "138%08u", n % 100000000);
}

static void
put_phone_data(struct call *c, const char *appid, const struct person *p,
    const char *phone, const char *country)
{
	struct buf b = { .max = PLAIN_MAX };

	json_open(&b, NULL);
	if (!is_broken(c, "nophone")) {
		json_str(&b, "phoneNumber", phone);
		json_str(&b, "purePhoneNumber", phone);
		json_str(&b, "countryCode", country);
	}
	put_watermark(c, appid, &b);
	if (!is_broken(c, "json"))
		json_close(&b);
	put_encrypted(c, p, b.bad ? "{}" : b.p);
	buf_free(&b);
}

enum outcome
mini_phone(struct call *c)
{
	const char *appid, *phone = arg(c, &c->body, "phone");
	const char *country = arg(c, &c->body, "countryCode");
	char code[65], own[12];
	struct person p;
	enum outcome e;

	if ((e = who(c, &appid, &p)) != OK)
		return unknown_app(c, e);
	default_phone(&p, own);
	if (*phone == '\0')
		phone = own;
	if (*country == '\0')
		country = "86";
	random_text(code, 64, lower_hex);
	if ((e = add_code(c, code, "phone", appid, &p, phone, country)) != OK)
		return e;
	json_open(&c->reply, NULL);
	json_str(&c->reply, "errMsg", "getPhoneNumber:ok");
	json_str(&c->reply, "code", code);
	put_phone_data(c, appid, &p, phone, country);
	json_close(&c->reply);
	return OK;
}

/* ---- profile */

static void
put_profile(struct call *c, struct buf *b)
{
	static const char *const names[] = { "nickName", "avatarUrl",
	    "language", "city", "province", "country" };
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		const char *v = arg(c, &c->body, names[i]);

		if (*v == '\0' && i == 0)
			v = "微信用户";	/* what everybody is called */
		json_str(b, names[i], v);
	}
	json_int(b, "gender", arg_int(c, &c->body, "gender", 0));
}

static void
put_signature(struct call *c, const struct person *p, const char *raw)
{
	struct sha1_ctx ctx;
	uint8_t sum[SHA1_DIGEST_SIZE];
	char key[32], hex[2 * SHA1_DIGEST_SIZE + 1];

	base64_write(p->key, KEY_LEN, key);
	sha1_init(&ctx);
	sha1_update(&ctx, strlen(raw), (const uint8_t *)raw);
	sha1_update(&ctx, strlen(key), (const uint8_t *)key);
	sha1_digest(&ctx, sizeof(sum), sum);
	hex_write(sum, sizeof(sum), hex);
	json_str(&c->reply, "rawData", raw);
	json_str(&c->reply, "signature", hex);
}

enum outcome
mini_userinfo(struct call *c)
{
	struct buf raw = { .max = PLAIN_MAX }, b = { .max = PLAIN_MAX };
	const char *appid;
	struct person p;
	enum outcome e;

	if ((e = who(c, &appid, &p)) != OK)
		return unknown_app(c, e);
	json_open(&raw, NULL);
	put_profile(c, &raw);
	json_close(&raw);
	json_open(&b, NULL);
	json_str(&b, "openId", is_broken(c, "openid") ?
	    "oNobodyNobodyNobodyNobodyNob" : p.openid);
	put_profile(c, &b);
	if (p.unionid[0] != '\0')
		json_str(&b, "unionId", p.unionid);
	put_watermark(c, appid, &b);
	if (!is_broken(c, "json"))
		json_close(&b);
	json_open(&c->reply, NULL);
	json_str(&c->reply, "errMsg", "getUserInfo:ok");
	if (!raw.bad && !b.bad) {
		put_signature(c, &p, raw.p);
		put_encrypted(c, &p, b.p);
	}
	json_close(&c->reply);
	buf_free(&raw);
	buf_free(&b);
	return OK;
}
