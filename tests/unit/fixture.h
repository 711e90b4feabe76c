/* SPDX-License-Identifier: MIT */
/* fixture.h: a store in a temporary folder and a request on it, for tests of
 * what stands on the store. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stdlib.h>

#include <sqlite3.h>

#include "account/request.h"
#include "account/session.h"
#include "account/token.h"
#include "account/user.h"
#include "base/clock.h"
#include "statements.h"
#include "tests/unit/tmp.h"

struct box {
	struct conf	 conf;
	struct log	 log;
	struct store	*store;
	struct seal	 seal;
	struct arena	 arena;
	struct app	 app;
	struct request	 rq;
};

/* The settings as they are by default. */
static inline void
box_defaults(struct conf *c, const char *database)
{
	struct buf why = { .max = 256 };

	*c = (struct conf){ .database = NULL };
	for (size_t i = 0; i < settings_count; i++)
		if (settings[i].fallback != NULL && !setting_parse(
		    &settings[i], settings[i].fallback, NULL, c, &why))
			abort();
	c->database = strdup(database);
}

/* All is well, or the test ends. */
static inline void
box_must(struct box *b, enum outcome e, const char *what)
{
	if (e == OK)
		return;
	printf("Bail out! %s: %s (%s)\n", what, outcome_row(e)->code,
	    b->log.cause);
	exit(99);
}

static inline void
box_open(struct box *b, const char *name)
{
	struct store_options o = { .journal = JOURNAL_WAL,
	    .busy_timeout = 100 };

	*b = (struct box){ .seal = { .nkeys = 1 } };
	box_defaults(&b->conf, tmp_path(name));
	memset(b->seal.keys[0], 0x42, 32);
	memcpy(b->app.appid, "wx1", 4);
	b->conf.apps = &b->app;
	b->conf.napps = 1;
	b->conf.default_app = &b->app;
	log_open(&b->log, "test", NULL);
	o.path = b->conf.database;
	box_must(b, store_open(&q_schema, &o, &b->log, &b->store), "store");
	b->rq = (struct request){ .client = "192.0.2.1",
	    .data = { .max = REPLY_MAX } };
	b->rq.cx = (struct context){ .conf = &b->conf, .store = b->store,
	    .seal = &b->seal, .log = &b->log, .arena = &b->arena,
	    .now = clock_now() };
}

static inline void
box_close(struct box *b)
{
	buf_free(&b->rq.data);
	arena_free(&b->arena);
	store_close(b->store);
	free(b->conf.database);
	free(b->conf.wechat_base_url);
	*b = (struct box){ .store = NULL };
}

/* A number that the store tells by SQL of the test, on a connection of its
 * own; -1: no row, -2: an error. */
static inline int64_t
box_sql(const char *path, const char *sql)
{
	sqlite3 *h = NULL;
	sqlite3_stmt *st = NULL;
	int64_t n = -1;
	int rc;

	if (sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE, NULL) != SQLITE_OK ||
	    sqlite3_db_config(h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) !=
	    SQLITE_OK || sqlite3_busy_timeout(h, 5000) != SQLITE_OK ||
	    sqlite3_prepare_v2(h, sql, -1, &st, NULL) != SQLITE_OK)
		n = -2;
	else if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	else if (rc != SQLITE_DONE)
		n = -2;
	if (n == -2)
		printf("# %s: %s\n", sql, sqlite3_errmsg(h));
	sqlite3_finalize(st);
	sqlite3_close(h);
	return n;
}

struct box_user {
	struct box	*b;
	const char	*openid;
	char		 id[PUBLIC_ID_LEN + 1];
};

static inline enum outcome
box_user_row(void *arg)
{
	const struct box_user *u = arg;
	struct q *q = q_new(u->b->store, Q_USER_LOGIN);

	q_text(q, ":public_id", u->id);
	q_text(q, ":appid", u->b->app.appid);
	q_text(q, ":openid", u->openid);
	q_text(q, ":unionid", NULL);
	q_int(q, ":now", u->b->rq.cx.now);
	q_int(q, ":minute", u->b->rq.cx.now / 60);
	return user_take(&u->b->rq, q);
}

/* A user of this openid, as rq.user. */
static inline void
box_user(struct box *b, const char *openid)
{
	struct box_user u = { .b = b, .openid = openid };

	public_id_make(b->rq.cx.now, u.id);
	box_must(b, store_write(b->store, DURABLE, box_user_row, &u), "user");
}

struct box_session {
	struct box	*b;
	char		*token;
	const uint8_t	*key;
	const char	*device;
};

static inline enum outcome
box_session_row(void *arg)
{
	const struct box_session *s = arg;

	return session_add(&s->b->rq, s->token, s->key, s->device);
}

/* A session of rq.user with this session_key. */
static inline void
box_session_of(struct box *b, char token[TOKEN_LEN + 1], const uint8_t *key,
    const char *device)
{
	token_make(token);
	box_must(b, store_write(b->store, RELAXED, box_session_row,
	    &(struct box_session){ b, token, key, device }), "session_add");
}

static inline void
box_session(struct box *b, char token[TOKEN_LEN + 1])
{
	static const uint8_t key[SESSION_KEY_LEN] = "0123456789abcde";

	box_session_of(b, token, key, "phone");
}

/* Another process, as far as locks go, that holds the write lock of the store
 * until box_unlock(). */
static inline sqlite3 *
box_lock(struct box *b, const char *path)
{
	sqlite3 *h = NULL;

	box_must(b, sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE, NULL) ==
	    SQLITE_OK && sqlite3_db_config(h,
	    SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) == SQLITE_OK &&
	    sqlite3_exec(h, "BEGIN IMMEDIATE", NULL, NULL, NULL) ==
	    SQLITE_OK ? OK : INTERNAL, "another process's lock");
	return h;
}

static inline void
box_unlock(sqlite3 *h)
{
	sqlite3_exec(h, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(h);
}

/* Look for a token in a request of its own at this time. */
static inline enum outcome
box_find(struct box *b, const char *token, int64_t now)
{
	b->rq.cx.now = now;
	b->rq.live = false;
	b->rq.session = (struct session){ .used = 0 };
	log_forget(&b->log);
	return session_find(&b->rq, token, strlen(token));
}

#endif
