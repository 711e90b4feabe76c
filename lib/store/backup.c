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

#define STEP	256		/* pages between which others may write */

static int
copy(struct store *s, sqlite3 *to)
{
	const int64_t start = clock_ms();
	sqlite3_backup *b = sqlite3_backup_init(to, "main", s->h, "main");
	int rc = SQLITE_OK;

	if (b == NULL)
		return sqlite3_errcode(to);
	while ((rc = sqlite3_backup_step(b, STEP)) == SQLITE_OK ||
	    rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
		if (rc == SQLITE_OK)
			continue;
		if (clock_ms() - start >= s->busy_timeout)
			break;
		clock_sleep_ms(1);
	}
	sqlite3_backup_finish(b);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

enum outcome
store_backup(struct store *s, const char *path)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	sqlite3 *to = NULL;
	int rc;

	if (fd == -1)
		return FAIL(s->log, INTERNAL, "%s: %s", path,
		    strerror(errno));
	close(fd);
	rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL);
	if (rc == SQLITE_OK)
		rc = copy(s, to);
	/* The copy is a file by itself, without a WAL beside it. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL,
		    NULL);
	sqlite3_close(to);
	if (rc == SQLITE_OK)
		return OK;
	unlink(path);
	return FAIL(s->log, INTERNAL, "backup to %s: %s", path,
	    sqlite3_errstr(rc));
}
