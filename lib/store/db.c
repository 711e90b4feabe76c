/* SPDX-License-Identifier: MIT */
/* db.c: one connection to SQLite, and what it is set to. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "store/explain.h"
#include "store/store_int.h"

/* Time between two attempts to get a lock, ns.  Short and fixed is fair
 * between many processes; SQLite's own growing delay starves some of them. */
#define BUSY_SLEEP	200000

/* Pages kept in memory, KiB: the one writer profits from what it read before;
 * the readers are many. */
#define WRITER_CACHE	"PRAGMA cache_size=-2048"
#define READER_CACHE	"PRAGMA cache_size=-256; PRAGMA query_only=ON"

static const char *const fixed[] = {
	[FIXED_BEGIN] = "BEGIN IMMEDIATE",
	[FIXED_COMMIT] = "COMMIT",
	[FIXED_ROLLBACK] = "ROLLBACK",
	[FIXED_SAVE] = "SAVEPOINT member",
	[FIXED_RELEASE] = "RELEASE member",
	[FIXED_ROLLBACK_TO] = "ROLLBACK TO member",
	[FIXED_FULL] = "PRAGMA synchronous=FULL",
	[FIXED_NORMAL] = "PRAGMA synchronous=NORMAL",
};

enum outcome
store_outcome(struct store *s, sqlite3 *h, int rc, const char *where)
{
	switch (rc & 0xff) {
	case SQLITE_OK: case SQLITE_ROW: case SQLITE_DONE:
		return OK;
	case SQLITE_BUSY: case SQLITE_LOCKED: case SQLITE_PROTOCOL:
		return FAIL(s->log, BUSY, "store: %s: locked for %" PRId64
		    " ms", where, s->patience);
	default:
		return store_explain(h, s->pool->path, rc, where, s->log);
	}
}

enum outcome
db_exec(struct store *s, struct db *c, const char *sql)
{
	return store_outcome(s, c->h,
	    sqlite3_exec(c->h, sql, NULL, NULL, NULL), "exec");
}

int
db_run(struct db *c, enum fixed which)
{
	int rc = SQLITE_OK;

	if (c->fixed[which] == NULL)
		rc = sqlite3_prepare_v3(c->h, fixed[which], -1,
		    SQLITE_PREPARE_PERSISTENT, &c->fixed[which], NULL);
	if (rc != SQLITE_OK)
		return rc;
	while ((rc = sqlite3_step(c->fixed[which])) == SQLITE_ROW)
		;
	sqlite3_reset(c->fixed[which]);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

bool
db_says(struct db *c, const char *pragma, const char *want)
{
	sqlite3_stmt *st = NULL;
	bool is = false;

	if (sqlite3_prepare_v2(c->h, pragma, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		is = sqlite3_stricmp((const char *)sqlite3_column_text(st, 0),
		    want) == 0;
	sqlite3_finalize(st);
	return is;
}

static int
on_busy(void *arg, int count)
{
	const struct db *c = arg;

	(void)count;
	if (clock_ms() >= c->deadline)
		return 0;
	nanosleep(&(struct timespec){ .tv_nsec = BUSY_SLEEP }, NULL);
	return 1;
}

static int
on_wal_commit(void *arg, sqlite3 *h, const char *name, int frames)
{
	struct store_pool *pool = arg;

	(void)h;
	(void)name;
	atomic_store(&pool->wal_frames, frames);
	return SQLITE_OK;
}

/* Changing the mode needs the file alone, and SQLite does not always wait for
 * that by itself: so ask again, within the patience. */
static enum outcome
set_journal(struct store *s, struct db *c)
{
	struct store_pool *pool = s->pool;
	const char *mode, *change;

	pool->wal = pool->journal == JOURNAL_WAL ||
	    (pool->journal == JOURNAL_AUTO && !file_on_network(pool->path));
	mode = pool->wal ? "wal" : "delete";
	change = pool->wal ? "PRAGMA journal_mode=WAL" :
	    "PRAGMA journal_mode=DELETE";
	while (!db_says(c, "PRAGMA journal_mode", mode) &&
	    !db_says(c, change, mode)) {
		if (sqlite3_errcode(c->h) != SQLITE_OK &&
		    (sqlite3_errcode(c->h) & 0xff) != SQLITE_BUSY)
			return store_outcome(s, c->h,
			    sqlite3_extended_errcode(c->h), change);
		if (clock_ms() >= c->deadline)
			return store_outcome(s, c->h, SQLITE_BUSY, change);
		clock_sleep_ms(1);
	}
	if (pool->wal)
		sqlite3_wal_hook(c->h, on_wal_commit, pool);
	return OK;
}

static enum outcome
set_up(struct store *s, struct db *c, bool writes)
{
	static const struct { int op, value; } config[] = {
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		/* never a checkpoint that checkpoint.c does not run */
		{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
	};
	enum outcome e;
	size_t i;
	int rc;

	rc = sqlite3_open_v2(s->pool->path, &c->h, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc != SQLITE_OK)
		return store_outcome(s, c->h, rc, s->pool->path);
	if ((e = db_check(s, c)) != OK)
		return e;
	sqlite3_busy_handler(c->h, on_busy, c);
	for (i = 0; i < COUNT(config); i++)
		sqlite3_db_config(c->h, config[i].op, config[i].value, NULL);
	/* SQLite may be compiled with other defaults than its own. */
	if ((e = db_exec(s, c, "PRAGMA synchronous=FULL;"
	    "PRAGMA mmap_size=0; PRAGMA recursive_triggers=OFF;"
	    "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
	    "PRAGMA wal_autocheckpoint=0")) != OK)
		return e;
	c->durable = true;
	e = db_exec(s, c, writes ? WRITER_CACHE : READER_CACHE);
	return e == OK && writes ? set_journal(s, c) : e;
}

enum outcome
db_open(struct store *s, bool writes, struct db **out)
{
	const struct schema *schema = s->pool->schema;
	struct db *c;
	enum outcome e;
	size_t i;

	c = calloc(1, sizeof(*c) + schema->nstatements * sizeof(c->q[0]));
	if (c == NULL)
		return FAIL(s->log, INTERNAL, "no memory");
	c->pool = s->pool;
	c->deadline = clock_ms() + s->patience;
	for (i = 0; i < schema->nstatements; i++)
		c->q[i] = (struct q){ .db = c,
		    .statement = &schema->statements[i] };
	if ((e = set_up(s, c, writes)) != OK) {
		db_close(c);
		return e;
	}
	*out = c;
	return OK;
}

void
db_close(struct db *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->pool->schema->nstatements; i++)
		sqlite3_finalize(c->q[i].st);
	for (i = 0; i < FIXED__MAX; i++)
		sqlite3_finalize(c->fixed[i]);
	sqlite3_close(c->h);
	free(c);
}
