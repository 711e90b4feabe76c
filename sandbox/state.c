/* SPDX-License-Identifier: MIT */
/* state.c: apps, people and facts in the stand-in's store. */
#include <config.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <nettle/base64.h>

#include "base/hash.h"
#include "base/random.h"
#include "sandbox/sandbox.h"

const char alnum[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const char lower_hex[] = "0123456789abcdef";
const char url_safe[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

void
random_text(char *out, size_t n, const char *alphabet)
{
	const size_t m = strlen(alphabet);
	uint8_t r;

	while (n > 0) {
		random_bytes(&r, 1);
		if (r < 256 / m * m) {		/* each as likely */
			*out++ = alphabet[r % m];
			n--;
		}
	}
	*out = '\0';
}

void
base64_write(const uint8_t *p, size_t n, char *out)
{
	base64_encode_raw(out, n, p);
	out[BASE64_ENCODE_RAW_LENGTH(n)] = '\0';
}

/* ---- apps */

/* Apps that are there without being made. */
static const struct { const char *appid, *secret, *platform; } builtin[] = {
	{ "wx5a4dbeefcafe0001", "5a4dbe00000000000000000000000001", "op1" },
	{ "wx5a4dbeefcafe0002", "5a4dbe00000000000000000000000002", "" },
};

enum outcome
app_get(struct call *c, const char *appid, struct app_row *a)
{
	struct q *q = q_new(c->store, SANDBOX_APP_GET);
	enum outcome e, found = NOT_FOUND;
	size_t i;

	*a = (struct app_row){ .frozen = false };
	q_text(q, ":appid", appid);
	if (q_row(q)) {
		snprintf(a->secret, sizeof(a->secret), "%s",
		    q_col_text(q, COL_APP_GET_SECRET));
		snprintf(a->platform, sizeof(a->platform), "%s",
		    q_col_text(q, COL_APP_GET_PLATFORM));
		snprintf(a->ip_allow, sizeof(a->ip_allow), "%s",
		    q_col_text(q, COL_APP_GET_IP_ALLOW));
		a->frozen = q_col_int(q, COL_APP_GET_FROZEN) != 0;
		found = OK;
	}
	if ((e = q_end(q)) != OK)
		return e;
	for (i = 0; i < COUNT(builtin) && found != OK; i++)
		if (strcmp(builtin[i].appid, appid) == 0) {
			snprintf(a->secret, sizeof(a->secret), "%s",
			    builtin[i].secret);
			snprintf(a->platform, sizeof(a->platform), "%s",
			    builtin[i].platform);
			found = OK;
		}
	return found;
}

/* ---- people */

/* "o" and 27 characters that always are the same for (who, where). */
static void
make_id(const char *who, const char *where, char out[OPENID_LEN + 1])
{
	uint8_t hash[HASH_LEN];
	size_t i;

	hash_pair(where, who, strlen(who), hash);
	out[0] = 'o';
	for (i = 1; i < OPENID_LEN; i++)
		out[i] = url_safe[hash[i] & 63];
	out[OPENID_LEN] = '\0';
}

static enum outcome
read_person(struct call *c, const char *appid, struct q *q, struct person *p)
{
	enum outcome e, found = NOT_FOUND;
	struct app_row a;
	const void *key;
	size_t n;

	if (q_row(q)) {
		snprintf(p->openid, sizeof(p->openid), "%s",
		    q_col_text(q, COL_PERSON_OPENID));
		key = q_col_blob(q, COL_PERSON_SESSION_KEY, &n);
		assert(n == KEY_LEN);
		memcpy(p->key, key, KEY_LEN);
		p->key_made = q_col_int(q, COL_PERSON_KEY_MADE);
		p->key_used = q_col_int(q, COL_PERSON_KEY_USED);
		p->blocked = q_col_int(q, COL_PERSON_BLOCKED) != 0;
		snprintf(p->name, sizeof(p->name), "%s",
		    q_col_text(q, COL_PERSON_NAME));
		found = OK;
	}
	if ((e = q_end(q)) != OK || found != OK)
		return e != OK ? e : found;
	if ((e = app_get(c, appid, &a)) != OK)
		return e;
	p->unionid[0] = '\0';
	if (a.platform[0] != '\0')
		make_id(p->name, a.platform, p->unionid);
	return OK;
}

static enum outcome
find_person(struct call *c, const char *appid, const char *name,
    struct person *p)
{
	struct q *q = q_new(c->store, SANDBOX_PERSON_GET);

	q_text(q, ":appid", appid);
	q_text(q, ":name", name);
	return read_person(c, appid, q, p);
}

enum outcome
person_by_openid(struct call *c, const char *appid, const char *openid,
    struct person *p)
{
	struct q *q = q_new(c->store, SANDBOX_PERSON_BY_OPENID);

	q_text(q, ":appid", appid);
	q_text(q, ":openid", openid);
	return read_person(c, appid, q, p);
}

enum outcome
person_get(struct call *c, const char *appid, const char *name,
    struct person *p)
{
	char openid[OPENID_LEN + 1];
	uint8_t key[KEY_LEN];
	struct q *q;
	enum outcome e;

	if ((e = find_person(c, appid, name, p)) != NOT_FOUND)
		return e;
	make_id(name, appid, openid);
	random_bytes(key, sizeof(key));
	q = q_new(c->store, SANDBOX_PERSON_ADD);
	q_text(q, ":appid", appid);
	q_text(q, ":name", name);
	q_text(q, ":openid", openid);
	q_blob(q, ":session_key", key, sizeof(key));
	q_int(q, ":now", c->now);
	if ((e = q_run(q, NULL)) != OK)
		return e;
	return find_person(c, appid, name, p);
}

enum outcome
person_new_key(struct call *c, const char *appid, struct person *p,
    bool inherit)
{
	struct q *q;

	random_bytes(p->key, sizeof(p->key));
	p->key_made = c->now;
	if (!inherit)
		p->key_used = c->now;
	q = q_new(c->store, SANDBOX_PERSON_NEW_KEY);
	q_blob(q, ":session_key", p->key, sizeof(p->key));
	q_int(q, ":made", p->key_made);
	q_int(q, ":used", p->key_used);
	q_text(q, ":appid", appid);
	q_text(q, ":name", p->name);
	return q_run(q, NULL);
}

/* ---- facts */

enum outcome
fact_get(struct call *c, const char *name, int64_t fallback, int64_t *value)
{
	struct q *q = q_new(c->store, SANDBOX_FACT_GET);

	*value = fallback;
	q_text(q, ":name", name);
	if (q_row(q))
		*value = q_col_int(q, COL_FACT_GET_VALUE);
	return q_end(q);
}

enum outcome
fact_set(struct call *c, const char *name, int64_t value)
{
	struct q *q = q_new(c->store, SANDBOX_FACT_SET);

	q_text(q, ":name", name);
	q_int(q, ":value", value);
	return q_run(q, NULL);
}
