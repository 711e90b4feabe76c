/* SPDX-License-Identifier: MIT */
/* restore.c: a store's content in the place of another's, which may be
 * damaged.
 *
 * SQLite writes it, as a transaction of its own: so the file keeps its owner
 * and mode, what lies beside it (-wal, -shm, -journal) fits it afterwards,
 * programs that run see the one content or the other, and a power cut leaves
 * one of them. */
#include <config.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/explain.h"
#include "store/store_int.h"

/* All pages in one step: nobody sees half of it. */
static int
copy_all(sqlite3 *from, sqlite3 *to, int64_t patience)
{
	const int64_t start = clock_ms();
	sqlite3_backup *b;
	int rc;

	if ((b = sqlite3_backup_init(to, "main", from, "main")) == NULL)
		return sqlite3_extended_errcode(to);
	while (((rc = sqlite3_backup_step(b, -1)) & 0xff) == SQLITE_BUSY ||
	    (rc & 0xff) == SQLITE_LOCKED) {
		if (clock_ms() - start >= patience)
			break;
		clock_sleep_ms(1);
	}
	sqlite3_backup_finish(b);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* From the WAL into the file, as checkpoint.c has it: `to` holds the write
 * lock, another connection copies.  Until then the header in the file is the
 * old content's. */
static int
copy_wal(sqlite3 *to, const char *path, int64_t patience)
{
	const int64_t start = clock_ms();
	int rc = sqlite3_exec(to, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	int in_wal = 0, done = -1;
	sqlite3 *c = NULL;

	if (rc == SQLITE_OK)
		rc = sqlite3_open_v2(path, &c, SQLITE_OPEN_READWRITE |
		    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(c, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
		    NULL);
	if (rc == SQLITE_OK)		/* it opens the WAL when it reads */
		rc = sqlite3_exec(c, "SELECT count(*) FROM sqlite_schema",
		    NULL, NULL, NULL);
	while (rc == SQLITE_OK && done != in_wal) {
		rc = sqlite3_wal_checkpoint_v2(c, NULL,
		    SQLITE_CHECKPOINT_PASSIVE, &in_wal, &done);
		if (rc == SQLITE_OK && done != in_wal &&
		    clock_ms() - start >= patience)
			rc = SQLITE_BUSY;	/* somebody reads the old */
		else if (done != in_wal)
			clock_sleep_ms(1);
	}
	sqlite3_close(c);
	if (sqlite3_get_autocommit(to) == 0)
		sqlite3_exec(to, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

static int
put(struct store *from, sqlite3 *to, const char *path)
{
	enum outcome e = OK;
	struct db *c = reader_take(from, &e);
	int rc;

	if (c == NULL)
		return SQLITE_BUSY;
	sqlite3_busy_timeout(to, (int)from->pool->busy_timeout);
	sqlite3_db_config(to, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	/* Whatever is there now counts as nothing, damaged or not. */
	sqlite3_db_config(to, SQLITE_DBCONFIG_RESET_DATABASE, 1, NULL);
	rc = copy_all(c->h, to, from->pool->busy_timeout);
	reader_give(from->pool, c);
	sqlite3_db_config(to, SQLITE_DBCONFIG_RESET_DATABASE, 0, NULL);
	return rc == SQLITE_OK ?
	    copy_wal(to, path, from->pool->busy_timeout) : rc;
}

enum outcome
store_restore(struct store *from, const char *path)
{
	sqlite3 *to = NULL;
	enum outcome e = OK;
	int rc;

	rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	    NULL);
	if (rc == SQLITE_OK)
		rc = put(from, to, path);
	if ((rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED)
		e = FAIL(from->log, BUSY, "%s: programs use it and it could "
		    "not be had alone; stop them (or the web server), and run "
		    "this again", path);
	else if (rc != SQLITE_OK)
		e = store_explain(to, path, rc, path, from->log);
	sqlite3_close(to);
	return e;
}

/* ---- a backup, as a store */

static int
version(sqlite3 *h, int *n)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(h, "PRAGMA user_version", -1, &st, NULL);

	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		*n = sqlite3_column_int(st, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(st);
	return rc;
}

enum outcome
store_open_copy(const char *file, struct log *log, struct sqlite3 **out)
{
	int n = 0, rc = sqlite3_open_v2(file, out, SQLITE_OPEN_READONLY |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

	/* Read it once: afterwards all its files are open.  An empty file is
	 * a database too, of version 0. */
	if (rc == SQLITE_OK && (rc = version(*out, &n)) == SQLITE_OK && n == 0)
		rc = SQLITE_NOTADB;
	if (rc == SQLITE_OK)
		return OK;
	sqlite3_close(*out);
	*out = NULL;
	return FAIL(log, INTERNAL, "%s: %s; name a file that wxloginctl "
	    "backup made", file, sqlite3_errstr(rc));
}

enum outcome
store_copy(struct sqlite3 *from, const char *path, struct log *log)
{
	sqlite3 *to = NULL;
	int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	    NULL);

	if (rc == SQLITE_OK)
		rc = copy_all(from, to, 0);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL,
		    NULL);
	sqlite3_close(to);
	return rc == SQLITE_OK ? OK : store_explain(NULL, path, rc, path, log);
}

void
store_close_copy(struct sqlite3 *h)
{
	sqlite3_close(h);
}
