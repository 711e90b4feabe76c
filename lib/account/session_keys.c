/* SPDX-License-Identifier: MIT */
/* session_keys.c: the session_keys of a user, and what they open. */
#include <config.h>

#include <string.h>

#include "account/request.h"
#include "account/session_keys.h"
#include "base/random.h"
#include "base/text.h"
#include "statements.h"

/* ---- keys */

bool
session_key_open(struct seal *seal, const uint8_t id[SESSION_ID_LEN],
    const uint8_t *sealed, size_t n, uint8_t key[SESSION_KEY_LEN], bool *old)
{
	const size_t len = SESSION_KEY_LEN + SEAL_EXTRA;
	uint8_t hash[HASH_LEN];
	struct place place = { SEALED_SESSION_KEY, id, SESSION_ID_LEN };
	bool opened;

	if (n == len + HASH_LEN - SESSION_ID_LEN) {
		memcpy(hash, id, SESSION_ID_LEN);
		memcpy(hash + SESSION_ID_LEN, sealed + len,
		    HASH_LEN - SESSION_ID_LEN);
		place.key = hash;
		place.keylen = HASH_LEN;
	} else if (n != len)
		return false;
	opened = seal_open(seal, &place, sealed, len, key, old);
	if (opened && old != NULL && n != len)
		*old = true;
	return opened;
}

enum outcome
session_own_key(struct request *rq, uint8_t key[SESSION_KEY_LEN])
{
	const uint8_t *id = rq->session.id;
	struct q *q = q_new(rq->cx.store, Q_SESSION_OWN_KEY);
	enum outcome e, found = CODE_INVALID;
	const void *sealed;
	size_t n;

	q_blob(q, ":sid", id, SESSION_ID_LEN);
	if (q_row(q)) {
		sealed = q_col_blob(q, COL_SESSION_OWN_KEY_SESSION_KEY, &n);
		if (n == 0)
			found = CODE_INVALID;
		else if (session_key_open(rq->cx.seal, id, sealed, n, key,
		    NULL))
			found = OK;
		else
			found = FAIL(rq->cx.log, INTERNAL,
			    "sessions.session_key does not open");
	}
	e = q_end(q);
	return e != OK ? e : found;
}

/* Rows come newest first.  A key was current until the next newer session with
 * another key was made; the newest still is. */
static enum outcome
other_keys(struct request *rq, struct keys *k)
{
	const int64_t since = (rq->cx.now - rq->cx.conf->key_overlap) * 1000;
	uint8_t key[SESSION_KEY_LEN], newer[SESSION_KEY_LEN] = { 0 };
	int64_t newer_made = INT64_MAX, replaced = INT64_MAX;
	struct q *q = q_new(rq->cx.store, Q_SESSION_KEYS);
	const void *id, *sealed;
	size_t n, len;

	q_int(q, ":user_id", rq->user.id);
	while (q_row(q) && k->n < KEYS_MAX) {
		id = q_col_blob(q, COL_SESSION_KEYS_SID, &len);
		sealed = q_col_blob(q, COL_SESSION_KEYS_SESSION_KEY, &n);
		if (!session_key_open(rq->cx.seal, id, sealed, n, key, NULL))
			continue;
		if (newer_made != INT64_MAX &&
		    memcmp(newer, key, sizeof(key)) != 0)
			replaced = newer_made;
		memcpy(newer, key, sizeof(key));
		newer_made = q_col_int(q, COL_SESSION_KEYS_CREATED_MS);
		if (replaced >= since &&
		    memcmp(id, rq->session.id, SESSION_ID_LEN) != 0)
			memcpy(k->key[k->n++], key, sizeof(key));
	}
	explicit_bzero(key, sizeof(key));
	explicit_bzero(newer, sizeof(newer));
	return q_end(q);
}

enum outcome
session_keys(struct request *rq, struct keys *k)
{
	enum outcome e = session_own_key(rq, k->key[0]);

	/* A session without a key of its own, or with a damaged one, gets one
	 * that nobody knows: a known one would open what anybody made. */
	if (e == CODE_INVALID || e == INTERNAL)
		random_bytes(k->key[0], SESSION_KEY_LEN);
	else if (e != OK)
		return e;
	k->n = 1;
	return rq->cx.conf->key_overlap > 0 ? other_keys(rq, k) : OK;
}

/* ---- what they open */

enum outcome
session_open_signed(struct request *rq, const struct val *raw,
    const struct val *signature, struct json_object **out)
{
	struct keys keys;
	enum outcome e;

	if ((e = session_keys(rq, &keys)) != OK)
		return e;
	*out = opendata_signed(&keys, raw->s, raw->len, signature->s,
	    signature->len);
	explicit_bzero(&keys, sizeof(keys));
	return *out != NULL ? OK : FAIL(rq->cx.log, DECRYPT_WX_OPEN_DATA_FAIL,
	    "open data: the signature or what it signs is wrong");
}

enum outcome
session_open_encrypted(struct request *rq, const struct val *data,
    const struct val *iv, struct json_object **out)
{
	const struct opendata_rules rules = { .appid = rq->user.appid,
	    .openid = rq->user.openid, .now = rq->cx.now,
	    .watermark_age = rq->cx.conf->watermark_age };
	struct keys keys;
	uint8_t *bytes = arena_alloc(rq->cx.arena, data->len);
	uint8_t raw_iv[OPENDATA_IV];
	size_t n = 0, iv_len = 0;
	enum outcome e;

	*out = NULL;
	if (bytes == NULL)
		return FAIL(rq->cx.log, INTERNAL, "no memory");
	if ((e = session_keys(rq, &keys)) != OK)
		return e;
	/* field.c has seen that both are base64; lengths are judged here */
	if (base64_parse(data->s, data->len, bytes, data->len, &n) &&
	    base64_parse(iv->s, iv->len, raw_iv, OPENDATA_IV, &iv_len) &&
	    iv_len == OPENDATA_IV)
		*out = opendata_open(&keys, bytes, n, raw_iv, &rules);
	explicit_bzero(&keys, sizeof(keys));
	return *out != NULL ? OK : FAIL(rq->cx.log, DECRYPT_WX_OPEN_DATA_FAIL,
	    "open data: not to be opened with the user's keys");
}
