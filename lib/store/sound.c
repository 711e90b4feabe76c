/* SPDX-License-Identifier: MIT */
/* sound.c: is the store what we opened, and undamaged? */
#include <config.h>

#include <sys/stat.h>

#include "base/buf.h"
#include "base/log.h"
#include "store/store_int.h"

#define VERSION_AT	18	/* of the journal, in the database's header */
#define VERSION_ROLLBACK 1
#define WAL_HEADER	32	/* bytes; a WAL of that size holds nothing */

/* Does the header say that there is no WAL, while there is one?  A file put
 * over the database leaves it like that; we never do: the header is changed
 * before a WAL is made, and behind its end.  The file is read through SQLite:
 * closing a descriptor of our own would drop its locks. */
static bool
has_foreign_wal(sqlite3 *h, const char *path)
{
	struct buf wal = { .max = FILE_PATH_MAX };
	sqlite3_file *file = NULL;
	uint8_t version = 0;
	struct stat st;
	bool is;

	if (sqlite3_file_control(h, "main", SQLITE_FCNTL_FILE_POINTER,
	    &file) != SQLITE_OK || file == NULL || file->pMethods == NULL ||
	    file->pMethods->xRead(file, &version, 1, VERSION_AT) != SQLITE_OK ||
	    version != VERSION_ROLLBACK)
		return false;
	buf_fmt(&wal, "%s-wal", path);
	is = !wal.bad && stat(wal.p, &st) == 0 && st.st_size > WAL_HEADER;
	/* Once more: whoever was changing the mode is past it by now. */
	is = is && file->pMethods->xRead(file, &version, 1, VERSION_AT) ==
	    SQLITE_OK && version == VERSION_ROLLBACK && stat(wal.p, &st) == 0;
	buf_free(&wal);
	return is;
}

enum outcome
connection_check(struct store *s, struct connection *c)
{
	if (!has_foreign_wal(c->h, s->pool->path))
		return OK;
	return FAIL(s->log, INTERNAL, "store: a file was put over %s while its "
	    "-wal was there, and the two do not belong together; put the last "
	    "backup back: wxloginctl restore FILE", s->pool->path);
}

/* ---- the file that was opened, and the one that is there */

void
pool_remember(struct store_pool *pool)
{
	struct stat st;

	if (stat(pool->path, &st) != 0)
		return;
	pool->dev = st.st_dev;
	pool->ino = st.st_ino;
}

bool
store_pool_touched(struct store_pool *pool)
{
	struct store s = { .pool = pool };
	struct connection *c;
	enum outcome e = OK;
	struct stat st;
	struct log log;
	bool touched;

	/* Gone is not replaced: whoever moves it away puts another there. */
	if (!atomic_load(&pool->ready) || stat(pool->path, &st) != 0)
		return false;
	if (st.st_dev != pool->dev || st.st_ino != pool->ino)
		return true;
	log_open(&log, "store", NULL);	/* nothing of it is told */
	s.log = &log;
	if ((c = reader_take(&s, &e)) == NULL)
		return false;
	touched = has_foreign_wal(c->h, pool->path);
	reader_give(pool, c);
	return touched;
}

/* ---- damage */

bool
store_sound(struct store *s)
{
	enum outcome e = OK;
	struct connection *c = reader_take(s, &e);
	sqlite3_stmt *st = NULL;
	const char *text = NULL;
	bool sound = false;
	int rc;

	if (c == NULL)
		return false;
	rc = sqlite3_prepare_v2(c->h, "PRAGMA integrity_check(1)", -1, &st,
	    NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(st, 0);
	if (text == NULL)
		(void)store_outcome(s, c->h, rc == SQLITE_ROW ? SQLITE_NOMEM :
		    rc, "integrity_check");
	else if (sqlite3_stricmp(text, "ok") == 0)
		sound = true;
	else
		log_cause(s->log, __FILE__, __LINE__, "store: %s: it is "
		    "damaged (%s); put the last backup back: wxloginctl "
		    "restore FILE", s->pool->path, text);
	sqlite3_finalize(st);
	reader_give(s->pool, c);
	return sound;
}
