/* SPDX-License-Identifier: MIT */
/* login_code.c: which codes are being exchanged, and which were. */
#include <config.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/login.h"
#include "account/login_code.h"
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

	*c = (struct login_code){ .fd = -1, .since = clock_now_ms() };
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

/* ---- what WeChat said of codes that it refused */

/* One of the notes at the start of the lock file; a code's place follows from
 * its hash.  Nobody waits for a note, and a newer one of another code may take
 * its place: then WeChat is asked again. */
struct note {
	uint8_t	hash[HASH_LEN];
	int64_t	at;			/* Unix ms */
	int64_t	outcome;
};

static off_t
note_place(const struct login_code *c)
{
	return (off_t)(c->hash[HASH_LEN - 1] % CODE_NOTES) *
	    (off_t)sizeof(struct note);
}

/* Those who waited adopt whatever it was; who comes later only what does not
 * change: WeChat may be back, and a limit be over. */
enum outcome
login_code_learnt(const struct login_code *c)
{
	const int64_t now = clock_now_ms();
	struct note n;

	if (!c->locked || pread(c->fd, &n, sizeof(n), note_place(c)) !=
	    sizeof(n) || memcmp(n.hash, c->hash, HASH_LEN) != 0 ||
	    n.at > now || n.at < now - CODE_NOTE_LIFE ||
	    n.outcome <= OK || n.outcome >= OUTCOME__MAX)
		return OK;
	return n.at > c->since || n.outcome == CODE_INVALID ||
	    n.outcome == CODE_USED || n.outcome == USER_BLOCKED ?
	    (enum outcome)n.outcome : OK;
}

void
login_code_tell(const struct login_code *c, enum outcome e)
{
	struct note n = { .at = clock_now_ms(), .outcome = e };

	if (!c->locked)
		return;
	memcpy(n.hash, c->hash, HASH_LEN);
	/* Without the note the others ask WeChat themselves. */
	if (pwrite(c->fd, &n, sizeof(n), note_place(c)) != sizeof(n))
		return;
}

/* ---- codes that were exchanged */

/* Is it too late to repeat a code?  The clock may have been set back since; so
 * the time is at least that of the last exchange by anybody, and a code that
 * was exchanged ahead of it is used. */
static bool
too_late(const struct request *rq, int64_t at, int64_t latest)
{
	const int64_t now = latest > rq->cx.now ? latest : rq->cx.now;

	return now > at + rq->cx.conf->code_replay ||
	    at > rq->cx.now + CODE_AHEAD;
}

/* Judge the row of a code: OK, CODE_USED, USER_BLOCKED. */
static enum outcome
may_repeat(struct request *rq, struct q *q)
{
	struct log *log = rq->cx.log;

	if (too_late(rq, q_col_int(q, COL_CODE_FIND_AT),
	    q_col_int(q, COL_CODE_FIND_LATEST)))
		return FAIL(log, CODE_USED, "this code was exchanged more "
		    "than code_replay seconds ago");
	if (q_col_int(q, COL_CODE_FIND_REPEATS) >= CODE_REPEATS)
		return FAIL(log, CODE_USED, "this code was repeated %d times",
		    CODE_REPEATS);
	if (!q_col_null(q, COL_CODE_FIND_BLOCKED))
		return FAIL(log, USER_BLOCKED, "the operator blocked this "
		    "user");
	if (q_col_int(q, COL_CODE_FIND_CURRENT) == 0)
		return FAIL(log, CODE_USED, "sessions of this user were ended "
		    "since this code was exchanged");
	return OK;
}

enum outcome
login_code_find(struct request *rq, const struct login_code *c,
    int64_t *user_id, uint8_t key[SESSION_KEY_LEN], bool *has_key)
{
	const struct place place = { SEALED_CODE_KEY, c->hash, HASH_LEN };
	struct q *q = q_new(rq->cx.store, Q_CODE_FIND);
	enum outcome found = CODE_INVALID, e;
	const void *sealed;
	size_t n;

	q_blob(q, ":code_hash", c->hash, HASH_LEN);
	q_int(q, ":far", rq->cx.now + CODE_FAR);
	if (q_row(q)) {
		*user_id = q_col_int(q, COL_CODE_FIND_USER_ID);
		sealed = q_col_blob(q, COL_CODE_FIND_SESSION_KEY, &n);
		/* of no key at all: sealed, but empty */
		*has_key = n == SESSION_KEY_LEN + SEAL_EXTRA;
		found = may_repeat(rq, q);
		if (found == OK && ((!*has_key && n != SEAL_EXTRA) ||
		    !seal_open(rq->cx.seal, &place, sealed, n, key, NULL)))
			found = FAIL(rq->cx.log, INTERNAL,
			    "login_codes.session_key does not open");
	}
	e = q_end(q);
	return e != OK ? e : found;
}

enum outcome
login_code_add(struct request *rq, const struct login_code *c,
    const uint8_t *key)
{
	const struct place place = { SEALED_CODE_KEY, c->hash, HASH_LEN };
	const size_t n = key == NULL ? 0 : SESSION_KEY_LEN;
	uint8_t sealed[SESSION_KEY_LEN + SEAL_EXTRA];
	struct q *q;

	if (rq->cx.conf->code_replay == 0)
		return OK;
	seal_value(rq->cx.seal, &place, key == NULL ? c->hash : key, n,
	    sealed);
	q = q_new(rq->cx.store, Q_CODE_ADD);
	q_blob(q, ":code_hash", c->hash, HASH_LEN);
	q_int(q, ":user_id", rq->user.id);
	q_int(q, ":now", rq->cx.now);
	q_blob(q, ":session_key", sealed, n + SEAL_EXTRA);
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
	return e != OK || counted ? e : FAIL(rq->cx.log, CODE_USED, "this "
	    "code was repeated %d times", CODE_REPEATS);
}
