/* SPDX-License-Identifier: MIT */
/* login_code.c: which codes are being exchanged, and which were. */
#include <config.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/login.h"
#include "account/request.h"
#include "base/bounds.h"
#include "base/clock.h"
#include "base/hash.h"
#include "statements.h"

#define LOOK_AGAIN	10		/* ms */

static bool
lock(struct login_code *c)
{
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
	    .l_len = 1 };
	uint64_t at;

	memcpy(&at, c->hash, sizeof(at));
	range.l_start = (off_t)(at >> 2);	/* 62 bits; 2^63 is the end */
	return fcntl(c->fd, F_OFD_SETLK, &range) == 0;
}

void
login_code_begin(struct request *rq, const struct login *l,
    struct login_code *c)
{
	/* The other one may wait for WeChat, and then for the store. */
	const int64_t most = rq->cx.conf->wechat_timeout +
	    rq->cx.conf->busy_timeout, start = clock_ms();
	char path[FILE_PATH_MAX];

	*c = (struct login_code){ .fd = -1 };
	hash_pair(l->app->appid, l->code, l->code_len, c->hash);
	if (rq->cx.conf->code_replay == 0 || snprintf(path, sizeof(path),
	    "%s.lock", rq->cx.conf->database) >= (int)sizeof(path))
		return;
	c->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	while (c->fd != -1 && !(c->locked = lock(c)) &&
	    clock_ms() - start < most)
		clock_sleep_ms(LOOK_AGAIN);
}

void
login_code_end(struct login_code *c)
{
	if (c->fd != -1)
		close(c->fd);
	explicit_bzero(c, sizeof(*c));
	c->fd = -1;
}

enum outcome
login_code_find(struct request *rq, const struct login_code *c,
    int64_t *user_id,
    uint8_t key[SESSION_KEY_LEN])
{
	const struct place place = { SEALED_CODE_KEY, c->hash,
	    HASH_LEN };
	struct q *q = q_new(rq->cx.store, Q_CODE_FIND);
	enum outcome found = CODE_INVALID, e;
	const void *sealed;
	size_t n;

	q_blob(q, ":code_hash", c->hash, HASH_LEN);
	if (q_row(q)) {
		*user_id = q_col_int(q, COL_CODE_FIND_USER_ID);
		sealed = q_col_blob(q, COL_CODE_FIND_SESSION_KEY, &n);
		if (rq->cx.now > q_col_int(q, COL_CODE_FIND_AT) +
		    rq->cx.conf->code_replay ||
		    q_col_int(q, COL_CODE_FIND_REPEATS) >= CODE_REPEATS)
			found = CODE_USED;
		else if (!q_col_null(q, COL_CODE_FIND_BLOCKED))
			found = USER_BLOCKED;
		else if (q_col_int(q, COL_CODE_FIND_CURRENT) == 0)
			found = CODE_USED;
		else if (n == SESSION_KEY_LEN + SEAL_EXTRA &&
		    seal_open(rq->cx.seal, &place, sealed, n, key, NULL))
			found = OK;
		else
			found = FAIL(rq->cx.log, INTERNAL,
			    "login_codes.session_key does not open");
	}
	e = q_end(q);
	return e != OK ? e : found;
}

enum outcome
login_code_add(struct request *rq, const struct login_code *c,
    const uint8_t key[SESSION_KEY_LEN])
{
	const struct place place = { SEALED_CODE_KEY, c->hash,
	    HASH_LEN };
	uint8_t sealed[SESSION_KEY_LEN + SEAL_EXTRA];
	struct q *q;

	if (rq->cx.conf->code_replay == 0)
		return OK;
	seal_value(rq->cx.seal, &place, key, SESSION_KEY_LEN, sealed);
	q = q_new(rq->cx.store, Q_CODE_ADD);
	q_blob(q, ":code_hash", c->hash, HASH_LEN);
	q_int(q, ":user_id", rq->user.id);
	q_int(q, ":now", rq->cx.now);
	q_blob(q, ":session_key", sealed, sizeof(sealed));
	return q_run(q, NULL);
}

enum outcome
login_code_repeat(struct request *rq, const struct login_code *c)
{
	struct q *q = q_new(rq->cx.store, Q_CODE_REPEAT);
	enum outcome e;
	bool counted;

	q_blob(q, ":code_hash", c->hash, HASH_LEN);
	q_int(q, ":most", CODE_REPEATS);
	counted = q_row(q);
	e = q_end(q);
	return e != OK || counted ? e : CODE_USED;
}
