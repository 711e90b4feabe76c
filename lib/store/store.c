/* SPDX-License-Identifier: MIT */
/* store.c: one connection to SQLite: opening, closing, what it is set to. */
#include <config.h>

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "store/store_int.h"

/* Time between two attempts to get the write lock, ns.  Short and fixed is fair
 * between many processes; SQLite's own growing delay starves some of them. */
#define BUSY_SLEEP	50000

void
store_init(void)
{
	/* One connection per thread: no mutex in it, and none for counting
	 * memory. */
	sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
	/* Hundreds of connections: no pages allocated in advance. */
	sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}

enum outcome
store_outcome(struct store *s, int rc, const char *where)
{
	switch (rc) {
	case SQLITE_OK: case SQLITE_ROW: case SQLITE_DONE:
		return OK;
	case SQLITE_IOERR_SHMSIZE:	/* no room for the WAL's index */
		return FAIL(s->log, BUSY, "store: %s: no room", where);
	}
	switch (rc & 0xff) {
	case SQLITE_BUSY: case SQLITE_LOCKED: case SQLITE_PROTOCOL:
		return FAIL(s->log, BUSY, "store: %s: locked for %" PRId64
		    " ms", where, s->patience);
	case SQLITE_FULL:
		return FAIL(s->log, BUSY, "store: %s: the disk is full",
		    where);
	default:
		return FAIL(s->log, INTERNAL, "store: %s: %s (%d)", where,
		    s->h == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(s->h),
		    rc);
	}
}

enum outcome
store_exec(struct store *s, const char *sql)
{
	return store_outcome(s, sqlite3_exec(s->h, sql, NULL, NULL, NULL),
	    "exec");
}

static int
on_busy(void *arg, int count)
{
	struct store *s = arg;
	const int64_t now = clock_ms();

	if (count == 0)
		s->waiting_since = now;
	if (now - s->waiting_since >= s->patience)
		return 0;
	nanosleep(&(struct timespec){ .tv_nsec = BUSY_SLEEP }, NULL);
	return 1;
}

static int
on_wal_commit(void *arg, sqlite3 *h, const char *name, int frames)
{
	struct store *s = arg;

	(void)h;
	(void)name;
	s->wal_frames = frames;
	return SQLITE_OK;
}

/* Make the file if there is none.  An existing one is not opened: closing a
 * descriptor of it would drop the POSIX locks of this process's other
 * connections. */
static enum outcome
make_file(const char *path, struct log *log)
{
	struct stat st;
	int fd;

	if (stat(path, &st) == 0) {
		if ((st.st_mode & S_IRWXO) != 0)
			(void)chmod(path, st.st_mode & 0770);
		return OK;
	}
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1 && errno == EEXIST)
		return OK;
	if (fd == -1)
		return FAIL(log, errno == ENOSPC ? BUSY : INTERNAL,
		    "database %s: %s; its folder has to be there and writable "
		    "for the program", path, strerror(errno));
	close(fd);
	return OK;
}

/* Does the pragma's first row say so? */
static bool
pragma_says(struct store *s, const char *pragma, const char *want)
{
	sqlite3_stmt *st = NULL;
	bool is = false;

	if (sqlite3_prepare_v2(s->h, pragma, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		is = sqlite3_stricmp((const char *)sqlite3_column_text(st, 0),
		    want) == 0;
	sqlite3_finalize(st);
	return is;
}

/* Changing the mode needs the file alone, and SQLite does not always wait for
 * that by itself: so ask again, within the patience. */
static enum outcome
set_journal(struct store *s, const struct store_options *o)
{
	const int64_t start = clock_ms();
	const char *mode, *change;

	s->wal = o->journal == JOURNAL_WAL ||
	    (o->journal == JOURNAL_AUTO && !file_on_network(o->path));
	mode = s->wal ? "wal" : "delete";
	change = s->wal ? "PRAGMA journal_mode=WAL" :
	    "PRAGMA journal_mode=DELETE";
	while (!pragma_says(s, "PRAGMA journal_mode", mode) &&
	    !pragma_says(s, change, mode)) {
		if (sqlite3_errcode(s->h) != SQLITE_OK &&
		    (sqlite3_errcode(s->h) & 0xff) != SQLITE_BUSY)
			return store_outcome(s, sqlite3_extended_errcode(s->h),
			    change);
		if (clock_ms() - start >= s->patience)
			return store_outcome(s, SQLITE_BUSY, change);
		clock_sleep_ms(1);
	}
	if (s->wal)
		sqlite3_wal_hook(s->h, on_wal_commit, s);
	return OK;
}

static enum outcome
set_up(struct store *s, const struct store_options *o)
{
	static const struct { int op, value; } config[] = {
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		/* never a checkpoint by the last one to close: see below */
		{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
	};
	enum outcome e;
	size_t i;
	int rc;

	rc = sqlite3_open_v2(o->path, &s->h, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc != SQLITE_OK)
		return store_outcome(s, rc, o->path);
	sqlite3_busy_handler(s->h, on_busy, s);
	for (i = 0; i < COUNT(config); i++)
		sqlite3_db_config(s->h, config[i].op, config[i].value, NULL);
	/* The rest of what we want is SQLite's default: synchronous=FULL,
	 * mmap_size=0, recursive_triggers=OFF. */
	if ((e = store_exec(s, "PRAGMA secure_delete=ON;"
	    "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-256")) != OK)
		return e;
	s->durable = true;
	if ((e = set_journal(s, o)) != OK)
		return e;
	return store_migrate(s);
}

enum outcome
store_open(const struct schema *schema, const struct store_options *o,
    struct log *log, struct store **out)
{
	struct store *s;
	enum outcome e;
	size_t i;

	if ((e = make_file(o->path, log)) != OK)
		return e;
	s = calloc(1, sizeof(*s) + schema->nstatements * sizeof(s->q[0]));
	if (s == NULL || asprintf(&s->lock_path, "%s.lock", o->path) == -1) {
		free(s);
		return FAIL(log, INTERNAL, "no memory");
	}
	s->schema = schema;
	s->log = log;
	s->busy_timeout = s->patience = o->busy_timeout;
	s->checkpoint_step = s->checkpoint_at = o->one_shot ?
	    CHECKPOINT_ONE_SHOT : CHECKPOINT_FRAMES;
	for (i = 0; i < schema->nstatements; i++)
		s->q[i] = (struct q){ .store = s,
		    .statement = &schema->statements[i] };
	if ((e = set_up(s, o)) != OK) {
		store_close(s);
		return e;
	}
	*out = s;
	return OK;
}

void
store_close(struct store *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->schema->nstatements; i++)
		sqlite3_finalize(s->q[i].st);
	sqlite3_close(s->h);
	free(s->lock_path);
	free(s);
}

bool
store_is_wal(struct store *s)
{
	return s->wal;
}

bool
store_sound(struct store *s)
{
	return pragma_says(s, "PRAGMA integrity_check", "ok");
}
