/* SPDX-License-Identifier: MIT */
/* phone.c: a user's phone number, sealed at rest. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "account/audit.h"
#include "account/phone.h"
#include "account/request.h"
#include "account/sweep.h"
#include "account/user.h"
#include "base/hash.h"
#include "base/random.h"
#include "statements.h"
#include "wechat/wechat.h"

#define HASH_KEY	"phone_hash_key"	/* in meta, sealed */
#define HASH_KEY_LEN	32
#define TEXT_MAX	(COUNTRY_MAX + 1 + PHONE_MAX)

/* ---- the keyed hash */

static enum outcome
read_hash_key(struct request *rq, uint8_t key[HASH_KEY_LEN], bool *found)
{
	const struct place place = { SEALED_META, HASH_KEY,
	    sizeof(HASH_KEY) - 1 };
	struct q *q = q_new(rq->cx.store, Q_META_GET);
	bool opens = true;
	const void *p;
	size_t n;
	enum outcome e;

	*found = false;
	q_text(q, ":name", HASH_KEY);
	if (q_row(q)) {
		p = q_col_blob(q, COL_META_GET_VALUE, &n);
		*found = true;
		opens = n == HASH_KEY_LEN + SEAL_EXTRA &&
		    seal_open(rq->cx.seal, &place, p, n, key, NULL);
	}
	if ((e = q_end(q)) != OK || opens)
		return e;
	return FAIL(rq->cx.log, INTERNAL, "meta " HASH_KEY " does not open");
}

/* Made at the first phone number, inside the caller's transaction. */
static enum outcome
hash_key(struct request *rq, uint8_t key[HASH_KEY_LEN])
{
	const struct place place = { SEALED_META, HASH_KEY,
	    sizeof(HASH_KEY) - 1 };
	uint8_t sealed[HASH_KEY_LEN + SEAL_EXTRA];
	bool found;
	struct q *q;
	enum outcome e;

	if ((e = read_hash_key(rq, key, &found)) != OK || found)
		return e;
	random_bytes(key, HASH_KEY_LEN);
	seal_value(rq->cx.seal, &place, key, HASH_KEY_LEN, sealed);
	q = q_new(rq->cx.store, Q_META_ADD);
	q_text(q, ":name", HASH_KEY);
	q_blob(q, ":value", sealed, sizeof(sealed));
	return q_run(q, NULL);
}

static enum outcome
hash_phone(struct request *rq, const char *text, uint8_t out[HASH_LEN])
{
	uint8_t key[HASH_KEY_LEN];
	enum outcome e;

	if ((e = hash_key(rq, key)) != OK)
		return e;
	hash_keyed(key, sizeof(key), text, strlen(text), out);
	explicit_bzero(key, sizeof(key));
	return OK;
}

/* ---- the row */

/* Set or, with text NULL, remove the number of a user. */
static enum outcome
set_phone(struct request *rq, int64_t id, const char *public_id,
    const char *text, const uint8_t *hash)
{
	const struct place place = { SEALED_PHONE, public_id, PUBLIC_ID_LEN };
	uint8_t sealed[TEXT_MAX + SEAL_EXTRA];
	struct q *q = q_new(rq->cx.store, Q_PROFILE_SET_PHONE);

	q_int(q, ":id", id);
	q_int(q, ":now", rq->cx.now);
	if (text != NULL) {
		seal_value(rq->cx.seal, &place, text, strlen(text), sealed);
		q_blob(q, ":phone", sealed, strlen(text) + SEAL_EXTRA);
		q_blob(q, ":phone_hash", hash, HASH_LEN);
	}
	return q_run(q, NULL);
}

/* The other user of the app that holds the number; 0: nobody. */
static enum outcome
other_holder(struct request *rq, const uint8_t hash[HASH_LEN], int64_t *id)
{
	struct q *q = q_new(rq->cx.store, Q_PROFILE_PHONE_HOLDER);

	*id = 0;
	q_text(q, ":appid", rq->user.appid);
	q_blob(q, ":phone_hash", hash, HASH_LEN);
	if (q_row(q) &&
	    q_col_int(q, COL_PROFILE_PHONE_HOLDER_ID) != rq->user.id)
		*id = q_col_int(q, COL_PROFILE_PHONE_HOLDER_ID);
	return q_end(q);
}

struct binding {
	struct request	*rq;
	const char	*text;		/* "COUNTRYCODE NUMBER" */
};

static enum outcome
bind_row(void *arg)
{
	const struct binding *b = arg;
	struct request *rq = b->rq;
	const char *text = b->text;
	uint8_t hash[HASH_LEN];
	int64_t other;
	enum outcome e;

	if ((e = hash_phone(rq, text, hash)) != OK ||
	    (e = other_holder(rq, hash, &other)) != OK)
		return e;
	if (other != 0 && rq->cx.conf->phone_conflict == PHONE_REFUSE)
		return PHONE_TAKEN;
	/* WeChat has just proved who holds the number now. */
	if (other != 0 &&
	    ((e = set_phone(rq, other, NULL, NULL, NULL)) != OK ||
	    (e = audit_add(rq, "phone_moved_away", other, NULL, NULL)) != OK))
		return e;
	if ((e = set_phone(rq, rq->user.id, rq->user.public_id, text,
	    hash)) != OK)
		return e;
	if ((e = audit_add(rq, "phone_bind", rq->user.id,
	    rq->session.id, NULL)) != OK ||
	    (e = sweep_sometimes(&rq->cx)) != OK)
		return e;
	return user_reload(rq);
}

enum outcome
phone_bind(struct request *rq, const struct wechat_phone *p)
{
	char text[TEXT_MAX + 1];
	enum outcome e;

	snprintf(text, sizeof(text), "%s %s", p->country, p->number);
	e = store_write(rq->cx.store, DURABLE, bind_row,
	    &(struct binding){ rq, text });
	explicit_bzero(text, sizeof(text));
	return e;
}

static enum outcome
unbind_row(void *arg)
{
	struct request *rq = arg;
	enum outcome e;

	if ((e = set_phone(rq, rq->user.id, NULL, NULL, NULL)) != OK ||
	    (e = audit_add(rq, "phone_unbind", rq->user.id,
	    rq->session.id, NULL)) != OK ||
	    (e = sweep_sometimes(&rq->cx)) != OK)
		return e;
	return user_reload(rq);
}

enum outcome
phone_unbind(struct request *rq)
{
	if (rq->user.phone_len == 0)
		return OK;
	return store_write(rq->cx.store, DURABLE, unbind_row, rq);
}
