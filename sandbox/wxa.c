/* SPDX-License-Identifier: MIT */
/* wxa.c: the calls that take an access_token: GET /wxa/checksession, GET
 * /wxa/resetusersessionkey, POST /wxa/business/getuserphonenumber. */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <nettle/hmac.h>

#include "base/json.h"
#include "base/text.h"
#include "sandbox/sandbox.h"

#define RESET_APART	60	/* s between two resets of a user */

/* HMAC-SHA256 of the empty text with the key's *text* as key, in hexadecimal:
 * what proves that the caller has the session_key. */
static bool
signature_right(const struct person *p, const char *signature)
{
	struct hmac_sha256_ctx ctx;
	char key[32], want[2 * SHA256_DIGEST_SIZE + 1];
	uint8_t mac[SHA256_DIGEST_SIZE];

	base64_write(p->key, KEY_LEN, key);
	hmac_sha256_set_key(&ctx, strlen(key), (const uint8_t *)key);
	hmac_sha256_digest(&ctx, sizeof(mac), mac);
	hex_write(mac, sizeof(mac), want);
	return strcasecmp(want, signature) == 0;
}

/* The token, the person and the signature of both session_key calls. */
static enum outcome
check(struct call *c, struct person *p, bool *refused)
{
	enum outcome e = token_check(c, refused);

	if (e != OK || *refused)
		return e;
	*refused = true;
	if (strcmp(arg(c, &c->query, "sig_method"), "hmac_sha256") != 0)
		return refuse(c, FAMILY_API, 87008, "invalid sig_method");
	e = person_by_openid(c, c->appid, arg(c, &c->query, "openid"), p);
	if (e == NOT_FOUND)
		return refuse(c, FAMILY_API, 40003, "invalid openid");
	if (e != OK)
		return e;
	if (c->now >= p->key_used + KEY_LIFE ||
	    !signature_right(p, arg(c, &c->query, "signature")))
		return refuse(c, FAMILY_API, 87009, "invalid signature");
	*refused = false;
	return OK;
}

static void
say_ok(struct call *c)
{
	json_open(&c->reply, NULL);
	json_int(&c->reply, "errcode", 0);
	json_str(&c->reply, "errmsg", "ok");
}

enum outcome
wxa_checksession(struct call *c)
{
	struct person p;
	bool refused;
	enum outcome e = check(c, &p, &refused);

	if (e == OK && !refused) {
		say_ok(c);
		json_close(&c->reply);
	}
	return e;
}

enum outcome
wxa_resetusersessionkey(struct call *c)
{
	struct person p;
	char key[32];
	bool refused;
	enum outcome e = check(c, &p, &refused);

	if (e != OK || refused)
		return e;
	if (c->now < p.key_made + RESET_APART)
		return refuse(c, FAMILY_API, 45011, "api minute-quota reach "
		    "limit  mustslower  retry next minute");
	if ((e = person_new_key(c, c->appid, &p, true)) != OK)
		return e;
	base64_write(p.key, KEY_LEN, key);
	say_ok(c);
	json_str(&c->reply, "openid", p.openid);
	json_str(&c->reply, "session_key", key);
	json_close(&c->reply);
	return OK;
}

struct phone_row {
	char	phone[32], country[8], name[65];
};

/* A phone code that is unknown, used, expired, of another app or of another
 * kind is 40029 alike. */
static enum outcome
take_code(struct call *c, const char *code, struct phone_row *row)
{
	struct q *q = q_new(c->store, SANDBOX_CODE_GET);
	bool good = false;
	enum outcome e;

	q_text(q, ":code", code);
	q_text(q, ":kind", "phone");
	if (q_row(q)) {
		snprintf(row->name, sizeof(row->name), "%s",
		    q_col_text(q, COL_CODE_GET_NAME));
		snprintf(row->phone, sizeof(row->phone), "%s",
		    q_col_text(q, COL_CODE_GET_PHONE));
		snprintf(row->country, sizeof(row->country), "%s",
		    q_col_text(q, COL_CODE_GET_COUNTRY));
		good = strcmp(q_col_text(q, COL_CODE_GET_APPID),
		    c->appid) == 0 &&
		    c->now < q_col_int(q, COL_CODE_GET_MADE) + CODE_LIFE &&
		    q_col_null(q, COL_CODE_GET_USED);
	}
	if ((e = q_end(q)) != OK)
		return e;
	if (!good)
		return NOT_FOUND;
	q = q_new(c->store, SANDBOX_CODE_SPEND);
	q_text(q, ":code", code);
	q_int(q, ":now", c->now);
	return q_run(q, NULL);
}

static enum outcome
answer_phone(struct call *c, const struct phone_row *row)
{
	const bool home = strcmp(row->country, "86") == 0;
	int64_t as_number, other_app;
	char full[48];
	enum outcome e;

	if ((e = fact_get(c, "country_number", 0, &as_number)) != OK ||
	    (e = fact_get(c, "phone_other_app", 0, &other_app)) != OK)
		return e;
	snprintf(full, sizeof(full), "%s%s", home ? "" : row->country,
	    row->phone);
	say_ok(c);
	json_open(&c->reply, "phone_info");
	json_str(&c->reply, "phoneNumber", full);
	json_str(&c->reply, "purePhoneNumber", row->phone);
	if (as_number != 0)
		buf_fmt(&c->reply, ",\"countryCode\":%s", row->country);
	else
		json_str(&c->reply, "countryCode", row->country);
	json_open(&c->reply, "watermark");
	json_int(&c->reply, "timestamp", c->now);
	json_str(&c->reply, "appid", other_app != 0 ? "wx0000000000000000" :
	    c->appid);
	json_close(&c->reply);
	json_close(&c->reply);
	json_close(&c->reply);
	return OK;
}

enum outcome
wxa_getuserphonenumber(struct call *c)
{
	const char *openid;
	struct phone_row row;
	struct person p;
	bool refused;
	enum outcome e = token_check(c, &refused);

	if (e != OK || refused)
		return e;
	if (c->body.json == NULL)
		return refuse(c, FAMILY_API, 47001, "data format error");
	e = take_code(c, arg(c, &c->body, "code"), &row);
	if (e == NOT_FOUND)
		return refuse(c, FAMILY_HINT, 40029, "invalid code");
	if (e != OK)
		return e;
	openid = arg(c, &c->body, "openid");
	if (*openid != '\0') {
		if ((e = person_get(c, c->appid, row.name, &p)) != OK)
			return e;
		if (strcmp(p.openid, openid) != 0)
			return refuse(c, FAMILY_HINT, 40029, "invalid code");
	}
	return answer_phone(c, &row);
}
