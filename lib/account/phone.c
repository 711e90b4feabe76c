/* SPDX-License-Identifier: MIT */
/* phone.c: a user's phone number, sealed at rest. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account/audit.h"
#include "account/phone.h"
#include "account/request.h"
#include "account/sweep.h"
#include "account/user.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"
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

/* Who of the app holds the number; 0: nobody. */
static enum outcome
find_holder(struct request *rq, const uint8_t hash[HASH_LEN], int64_t *id)
{
	struct q *q = q_new(rq->cx.store, Q_PROFILE_PHONE_HOLDER);

	*id = 0;
	q_text(q, ":appid", rq->user.appid);
	q_blob(q, ":phone_hash", hash, HASH_LEN);
	if (q_row(q))
		*id = q_col_int(q, COL_PROFILE_PHONE_HOLDER_ID);
	return q_end(q);
}

/* ---- open data that was used
 *
 * A row of meta for each: the name has its age first, so that the old ones are
 * swept without a look at the others.  The iv is left out of the hash: who
 * alters it alters the beginning of the text only. */

#define USED		"used_data:"
#define USED_NAME_MAX	(sizeof(USED) + 16 + 1 + 2 * HASH_LEN)

static void
used_name(int64_t made, const struct phone_data *data, char *name)
{
	uint8_t hash[HASH_LEN];
	int n = snprintf(name, USED_NAME_MAX, USED "%016" PRIx64,
	    (uint64_t)made);

	if (data == NULL)
		return;
	name[n++] = ':';
	hash_sha256(data->bytes, data->n, hash);
	hex_write(hash, HASH_LEN, name + n);
}

/* Note that the data is used; *again: it was before.  What is too old to be
 * accepted once more is forgotten. */
static enum outcome
use_data(struct request *rq, const struct phone_data *data, bool *again)
{
	const struct conf *conf = rq->cx.conf;
	const int64_t age = conf->watermark_age != 0 ? conf->watermark_age :
	    conf->keep_audit;
	char name[USED_NAME_MAX], before[USED_NAME_MAX];
	struct q *q = q_new(rq->cx.store, Q_META_ADD);
	int64_t changed = 0;
	enum outcome e;

	used_name(data->made, data, name);
	q_text(q, ":name", name);
	q_blob(q, ":value", "", 0);
	e = q_run(q, &changed);
	*again = changed == 0;
	if (e != OK || rq->cx.now < age + CLOCK_SKEW)
		return e;
	used_name(rq->cx.now - age - CLOCK_SKEW, NULL, before);
	q = q_new(rq->cx.store, Q_META_SWEEP);
	q_text(q, ":prefix", USED);
	q_text(q, ":before", before);
	q_int(q, ":most", SWEEP_ROWS);
	return q_run(q, NULL);
}

/* ---- binding */

struct binding {
	struct request		*rq;
	const char		*text;		/* "COUNTRYCODE NUMBER" */
	const struct phone_data	*data;
};

/* WeChat has just proved who holds the number now. */
static enum outcome
take_away(struct request *rq, int64_t holder)
{
	enum outcome e;

	if (rq->cx.conf->phone_conflict == PHONE_REFUSE)
		return FAIL(rq->cx.log, PHONE_TAKEN, "another user holds the "
		    "number, and phone_conflict is refuse");
	if ((e = set_phone(rq, holder, NULL, NULL, NULL)) != OK)
		return e;
	return audit_add(rq, "phone_moved_away", holder, NULL, NULL);
}

static enum outcome
bind_row(void *arg)
{
	const struct binding *b = arg;
	struct request *rq = b->rq;
	uint8_t hash[HASH_LEN];
	bool again = false;
	int64_t holder;
	enum outcome e;

	if ((e = hash_phone(rq, b->text, hash)) != OK ||
	    (e = find_holder(rq, hash, &holder)) != OK ||
	    (b->data != NULL && (e = use_data(rq, b->data, &again)) != OK))
		return e;
	if (again)
		return holder == rq->user.id ? user_reload(rq) :
		    FAIL(rq->cx.log, DECRYPT_WX_OPEN_DATA_FAIL, "open data: "
		    "it was used before, and the number has changed since");
	if (holder != 0 && holder != rq->user.id &&
	    (e = take_away(rq, holder)) != OK)
		return e;
	if ((e = set_phone(rq, rq->user.id, rq->user.public_id, b->text,
	    hash)) != OK)
		return e;
	if ((e = audit_add(rq, "phone_bind", rq->user.id,
	    rq->session.id, NULL)) != OK ||
	    (e = sweep_sometimes(&rq->cx)) != OK)
		return e;
	return user_reload(rq);
}

enum outcome
phone_bind(struct request *rq, const struct wechat_phone *p,
    const struct phone_data *data)
{
	char text[TEXT_MAX + 1];
	enum outcome e;

	snprintf(text, sizeof(text), "%s %s", p->country, p->number);
	e = store_write(rq->cx.store, DURABLE, bind_row,
	    &(struct binding){ rq, text, data });
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
