/* SPDX-License-Identifier: MIT */
/* foreign.c: does the WAL belong to the file, and is it the file we opened? */
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
bool
db_wal_foreign(sqlite3 *h, const char *path)
{
	struct buf wal = { .max = FILE_PATH_MAX };
	sqlite3_file *file = NULL;
	uint8_t version = 0;
	struct stat st;
	bool is;

	if (sqlite3_file_control(h, "main", SQLITE_FCNTL_FILE_POINTER,
	    &file) != SQLITE_OK || file == NULL || file->pMethods == NULL ||
	    file->pMethods->xRead(file, &version, 1, VERSION_AT) !=
	    SQLITE_OK || version != VERSION_ROLLBACK)
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
db_check(struct store *s, struct db *c)
{
	if (!db_wal_foreign(c->h, s->pool->path))
		return OK;
	return FAIL(s->log, INTERNAL, "store: a file was put over %s while "
	    "its -wal was there, and the two do not belong together; put the "
	    "last backup back: wxloginctl restore FILE", s->pool->path);
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
