/* SPDX-License-Identifier: MIT */
/* sns.c: GET /sns/jscode2session (auth.code2Session).
 *
 * Order of checks: missing parameters 41002, 41004, 41008; grant_type 40002;
 * app 40013, address 40164, freeze 40243, secret 40125; code 40029 (unknown,
 * expired, of another app) or 40163 (used, while it is remembered); user
 * 40226, throttle 45011. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "sandbox/sandbox.h"

struct code_row {
	char	appid[APPID_MAX + 1], name[65];
	uint8_t	key[KEY_LEN];
	int64_t	made;
	bool	used;
};

enum outcome
secret_check(struct call *c, enum family family, const char *appid,
    const char *secret, bool *refused)
{
	struct app_row a;
	char text[160];
	enum outcome e = app_get(c, appid, &a);

	*refused = true;
	if (e == NOT_FOUND)
		return refuse(c, family, 40013, "invalid appid");
	if (e != OK)
		return e;
	snprintf(c->appid, sizeof(c->appid), "%s", appid);
	if (a.ip_allow[0] != '\0' && strstr(a.ip_allow, c->client) == NULL) {
		snprintf(text, sizeof(text), "invalid ip %s ipv6 ::ffff:%s, "
		    "not in whitelist", c->client, c->client);
		return refuse(c, FAMILY_API, 40164, text);
	}
	if (a.frozen)
		return refuse(c, family, 40243, "AppSecret is frozen");
	if (strcmp(a.secret, secret) != 0)
		return refuse(c, family, 40125, "invalid appsecret");
	*refused = false;
	return OK;
}

static enum outcome
find_code(struct call *c, const char *code, struct code_row *row)
{
	struct q *q = q_new(c->store, SANDBOX_CODE_GET);
	enum outcome e, found = NOT_FOUND;
	const void *key;
	size_t n;

	q_text(q, ":code", code);
	q_text(q, ":kind", "login");
	if (q_row(q)) {
		snprintf(row->appid, sizeof(row->appid), "%s",
		    q_col_text(q, COL_CODE_GET_APPID));
		snprintf(row->name, sizeof(row->name), "%s",
		    q_col_text(q, COL_CODE_GET_NAME));
		key = q_col_blob(q, COL_CODE_GET_SESSION_KEY, &n);
		memcpy(row->key, key, n < KEY_LEN ? n : KEY_LEN);
		row->made = q_col_int(q, COL_CODE_GET_MADE);
		row->used = !q_col_null(q, COL_CODE_GET_USED);
		found = OK;
	}
	e = q_end(q);
	return e != OK ? e : found;
}

static enum outcome
spend(struct call *c, const char *code)
{
	struct q *q = q_new(c->store, SANDBOX_CODE_SPEND);

	q_text(q, ":code", code);
	q_int(q, ":now", c->now);
	return q_run(q, NULL);
}

/* More than 100 exchanges of a user in a minute? */
static enum outcome
count_exchange(struct call *c, const struct code_row *row, bool *throttled)
{
	struct q *q = q_new(c->store, SANDBOX_PERSON_COUNT);

	q_text(q, ":appid", row->appid);
	q_text(q, ":name", row->name);
	q_int(q, ":minute", c->now / 60);
	*throttled = false;
	while (q_row(q))
		*throttled = q_col_int(q, COL_PERSON_COUNT_EXCHANGES) >
		    MINUTE_QUOTA;
	return q_end(q);
}

/* Members in the order that captures show, or, by a switch, in another, and
 * with members that nobody asked for. */
static enum outcome
answer(struct call *c, const struct code_row *row, const struct person *p)
{
	char key[32];
	int64_t shuffle, extra;
	enum outcome e;

	if ((e = fact_get(c, "shuffle", 0, &shuffle)) != OK ||
	    (e = fact_get(c, "extra", 0, &extra)) != OK)
		return e;
	base64_write(row->key, KEY_LEN, key);
	json_open(&c->reply, NULL);
	if (shuffle != 0 && p->unionid[0] != '\0')
		json_str(&c->reply, "unionid", p->unionid);
	if (shuffle != 0)
		json_str(&c->reply, "openid", p->openid);
	json_str(&c->reply, "session_key", key);
	if (extra != 0)
		json_int(&c->reply, "expires_in", 7200);
	if (shuffle == 0)
		json_str(&c->reply, "openid", p->openid);
	if (shuffle == 0 && p->unionid[0] != '\0')
		json_str(&c->reply, "unionid", p->unionid);
	json_close(&c->reply);
	return OK;
}

static enum outcome
exchange(struct call *c, const char *appid, const char *code)
{
	struct code_row row = { .made = 0 };
	struct person p;
	bool throttled;
	enum outcome e = find_code(c, code, &row);

	if (e == NOT_FOUND || (e == OK && strcmp(row.appid, appid) != 0))
		return refuse(c, FAMILY_SNS, 40029, "invalid code");
	if (e != OK)
		return e;
	if (row.used)
		return refuse(c, FAMILY_SNS, 40163, "code been used");
	if (c->now >= row.made + CODE_LIFE)
		return refuse(c, FAMILY_SNS, 40029, "invalid code");
	if ((e = person_get(c, appid, row.name, &p)) != OK ||
	    (e = count_exchange(c, &row, &throttled)) != OK)
		return e;
	if (p.blocked)
		return refuse(c, FAMILY_SNS, 40226, "code blocked");
	if (throttled)
		return refuse(c, FAMILY_SNS, 45011, "api minute-quota reach "
		    "limit  mustslower  retry next minute");
	if ((e = spend(c, code)) != OK)
		return e;
	return answer(c, &row, &p);
}

enum outcome
sns_jscode2session(struct call *c)
{
	static const struct { const char *name; int64_t errcode;
	    const char *text; } needed[] = {
		{ "appid",	41002,	"appid missing" },
		{ "secret",	41004,	"appsecret missing" },
		{ "js_code",	41008,	"missing code" },
	};
	const char *code = arg(c, &c->query, "js_code");
	const char *appid = arg(c, &c->query, "appid");
	int64_t spends;
	bool refused;
	enum outcome e;
	size_t i;

	for (i = 0; i < COUNT(needed); i++)
		if (*arg(c, &c->query, needed[i].name) == '\0')
			return refuse(c, i == 0 ? FAMILY_API : FAMILY_SNS,
			    needed[i].errcode, needed[i].text);
	if (strcmp(arg(c, &c->query, "grant_type"), "authorization_code") != 0)
		return refuse(c, FAMILY_SNS, 40002, "invalid grant_type");
	e = secret_check(c, FAMILY_SNS, appid, arg(c, &c->query, "secret"),
	    &refused);
	if (e != OK || refused) {
		/* seen once: a failed exchange may consume the code */
		if (e == OK &&
		    fact_get(c, "failure_spends", 0, &spends) == OK &&
		    spends != 0)
			e = spend(c, code);
		return e;
	}
	return exchange(c, appid, code);
}
