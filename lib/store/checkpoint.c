/* SPDX-License-Identifier: MIT */
/* checkpoint.c: the WAL goes into the database file before it grows large.
 *
 * Versions of SQLite before 3.51.3 can damage a WAL database: when a
 * checkpoint begins while another connection commits and thereby starts the
 * WAL anew, the checkpoint may not notice, and a later one skips frames (the
 * "WAL-reset" bug, sqlite.org/wal.html).  Starting the WAL anew needs the
 * write lock.  So every checkpoint of ours is run while a transaction of ours
 * holds that lock: nobody can commit from its first look at the WAL to its
 * last.  SQLite's own RESTART and TRUNCATE take the lock too, but go on as
 * PASSIVE, without a word, when they can't have it; here nothing is done then.
 *
 * The transaction is on the writing connection, the checkpoint on another one,
 * in mode PASSIVE: it waits for no reader.  What a reader still needs stays in
 * the WAL until the next time; when all was copied, the next commit starts the
 * WAL anew.  A checkpoint by a program that is not ours is not covered. */
#include <config.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/store_int.h"

/* The WAL is checkpointed when it has so many frames of 4 KiB.  Where CGI runs
 * write, fewer: a process that is alone with a WAL reads all of it first. */
#define FRAMES		2000
#define FRAMES_ONE_SHOT	100
#define SHORTEN		(2 * FRAMES)	/* the file has grown: cut it */
#define FRAME_SIZE	4120		/* a page of 4 KiB and its header */

#define LOCK_WAIT	100		/* ms, for the write lock */

/* Frames of a WAL that this process was the first to open, and read whole. */
static atomic_int recovered;

int
checkpoint_first(bool one_shot)
{
	return one_shot ? FRAMES_ONE_SHOT : FRAMES;
}

void
checkpoint_on_log(void *arg, int code, const char *message)
{
	int frames;

	(void)arg;
	if (code == SQLITE_NOTICE_RECOVER_WAL && strncmp(message, "recovered ",
	    10) == 0 && (frames = (int)strtol(message + 10, NULL, 10)) > 0)
		atomic_store(&recovered, frames);
}

/* With the writer in hand: copy what can be copied.  True: all of it. */
static bool
copy_wal(struct store *s)
{
	struct store_pool *pool = s->pool;
	struct db *c = NULL;
	int in_wal = 0, done = -1;

	pool->writer->deadline = clock_ms() + LOCK_WAIT;
	if (db_run(pool->writer, FIXED_BEGIN) != SQLITE_OK)
		return false;
	if (db_open(s, false, &c) != OK ||
	    sqlite3_wal_checkpoint_v2(c->h, NULL, SQLITE_CHECKPOINT_PASSIVE,
	    &in_wal, &done) != SQLITE_OK)
		done = -1;
	db_close(c);
	(void)db_run(pool->writer, FIXED_ROLLBACK);
	return done >= 0 && done == in_wal;	/* SQLite leaves -1, -1 */
}

/* Commit something that changes nothing: it starts the WAL anew and cuts the
 * file to that one frame. */
static void
start_wal_anew(struct store *s)
{
	struct db *w = s->pool->writer;
	char *sql = sqlite3_mprintf("PRAGMA journal_size_limit=0;"
	    "BEGIN IMMEDIATE; PRAGMA application_id=%u; COMMIT;"
	    "PRAGMA journal_size_limit=-1",
	    (unsigned)s->pool->schema->application_id);

	if (sql != NULL && db_exec(s, w, sql) != OK &&
	    sqlite3_get_autocommit(w->h) == 0)
		(void)db_run(w, FIXED_ROLLBACK);
	sqlite3_free(sql);
}

/* Copy the WAL, and with `shorten` leave a short one. */
static void
checkpoint(struct store *s, bool shorten)
{
	struct store_pool *pool = s->pool;
	const int frames = atomic_load(&pool->wal_frames);
	const int64_t patience = s->patience;
	struct member m;
	bool all = false;

	s->patience = LOCK_WAIT;
	if (writer_take(s, &m)) {
		all = pool->writer != NULL && copy_wal(s);
		if (all && shorten)
			start_wal_anew(s);
		writer_give(s, &m);
	}
	s->patience = patience;
	/* With frames left, or not now: again when the WAL has grown as much
	 * once more. */
	atomic_store(&pool->checkpoint_at, checkpoint_first(pool->one_shot) +
	    (all ? 0 : frames));
	atomic_store(&pool->wal_frames, 0);
}

void
store_maintain(struct store *s)
{
	struct store_pool *pool = s->pool;
	const bool failed_before = s->log->cause[0] != '\0';
	int frames = atomic_load(&pool->wal_frames);

	if (!pool->wal || s->writing != NULL)
		return;
	if (pool->one_shot && frames < atomic_load(&recovered))
		frames = atomic_load(&recovered);
	if (frames < atomic_load(&pool->checkpoint_at) ||
	    atomic_flag_test_and_set(&pool->maintaining))
		return;			/* another thread does it */
	checkpoint(s, pool->one_shot || frames > SHORTEN);
	atomic_flag_clear(&pool->maintaining);
	if (!failed_before)
		log_forget(s->log);	/* no failure of the request */
}

void
checkpoint_last(struct store_pool *pool)
{
	char path[FILE_PATH_MAX];
	struct store s = { .pool = pool };
	struct stat st;
	struct log log;

	if (!pool->wal || pool->writer == NULL || snprintf(path, sizeof(path),
	    "%s-wal", pool->path) >= (int)sizeof(path) ||
	    stat(path, &st) != 0 || st.st_size < FRAMES_ONE_SHOT * FRAME_SIZE)
		return;
	log_open(&log, "store", NULL);	/* nothing of it is told */
	s.log = &log;
	checkpoint(&s, true);
}
