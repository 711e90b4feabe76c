/* SPDX-License-Identifier: MIT */
/* backup.c: an online copy of the store. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/store_int.h"

#define STEP	256		/* pages a step */

/* Copy within one read transaction: what is committed meanwhile stays out, so
 * the copy need not begin again at each commit, as SQLite's does.  Without a
 * WAL a reader would stop all writers for that long: there it begins again. */
static int
copy(struct db *from, sqlite3 *to, int64_t patience)
{
	sqlite3_backup *b;
	int rc = SQLITE_OK;

	if (from->pool->wal)
		rc = sqlite3_exec(from->h, "BEGIN; SELECT count(*) FROM "
		    "sqlite_schema", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return rc;
	if ((b = sqlite3_backup_init(to, "main", from->h, "main")) == NULL)
		rc = sqlite3_errcode(to);
	while (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
		rc = sqlite3_backup_step(b, STEP);
		if (rc == SQLITE_OK)
			from->deadline = clock_ms() + patience;
		else if (rc != SQLITE_DONE) {
			if (clock_ms() >= from->deadline)
				break;
			clock_sleep_ms(1);
		}
	}
	sqlite3_backup_finish(b);
	if (sqlite3_get_autocommit(from->h) == 0)
		sqlite3_exec(from->h, "ROLLBACK", NULL, NULL, NULL);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int
copy_to(struct store *s, const char *path)
{
	struct db *from;
	sqlite3 *to = NULL;
	enum outcome e;
	int rc;

	if ((from = reader_take(s, &e)) == NULL)
		return SQLITE_BUSY;
	rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL);
	if (rc == SQLITE_OK)
		rc = copy(from, to, s->patience);
	reader_give(s->pool, from);
	/* The copy is a file by itself, without a WAL beside it. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL,
		    NULL);
	sqlite3_close(to);
	return rc;
}

enum outcome
store_backup(struct store *s, const char *path)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc;

	if (fd == -1)
		return FAIL(s->log, INTERNAL, "%s: %s", path,
		    strerror(errno));
	close(fd);
	if ((rc = copy_to(s, path)) == SQLITE_OK)
		return OK;
	unlink(path);
	return FAIL(s->log, INTERNAL, "backup to %s: %s", path,
	    sqlite3_errstr(rc));
}
