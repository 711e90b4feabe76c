/* SPDX-License-Identifier: MIT */
/* explain.c: why a store can't be used, in words that say what to do. */
#include <config.h>

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/owner.h"
#include "store/explain.h"

#define RESTORE	"put the last backup back: wxloginctl restore FILE"

/* What lies beside the database, and is written when it is used. */
static const char *const companions[] = { "", "-wal", "-shm", "-journal",
    ".lock" };

/* The folder of a path; "." when it names none. */
static void
folder_of(const char *path, char out[FILE_PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	const size_t n = slash == NULL ? 0 : (size_t)(slash - path) +
	    (slash == path);

	if (n == 0 || n >= FILE_PATH_MAX)
		memcpy(out, ".", 2);
	else {
		memcpy(out, path, n);
		out[n] = '\0';
	}
}

static bool
explain_folder(const char *path, struct buf *why)
{
	char folder[FILE_PATH_MAX];
	struct stat st;

	folder_of(path, folder);
	if (owner_denies(folder, W_OK | X_OK, why)) {
		buf_str(why, "; the folder of the store has to be writable "
		    "for the program");
		return true;
	}
	if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode))
		return false;
	buf_fmt(why, "%s: there is no such folder; make it, and give it to "
	    "the programs' user", folder);
	return true;
}

static bool
explain_companion(const char *path, const char *suffix, struct buf *why)
{
	struct buf name = { .max = FILE_PATH_MAX };
	struct stat st;
	bool told = true;

	buf_fmt(&name, "%s%s", path, suffix);
	if (name.bad || stat(name.p, &st) != 0)
		told = false;
	else if (!S_ISREG(st.st_mode))
		buf_fmt(why, "%s: it is not a regular file; move it away",
		    name.p);
	else
		told = owner_denies(name.p, R_OK | W_OK, why);
	buf_free(&name);
	return told;
}

/* The permissions of all files. */
static bool
explain_files(const char *path, struct buf *why)
{
	size_t i;

	if (explain_folder(path, why))
		return true;
	for (i = 0; i < COUNT(companions); i++)
		if (explain_companion(path, companions[i], why))
			return true;
	if (access(path, F_OK) == 0 || errno != ENOENT)
		return false;
	buf_fmt(why, "%s: it is gone; " RESTORE, path);
	return true;
}

bool
store_files_usable(const char *path, struct buf *why)
{
	return !explain_files(path, why);
}

/* False: nothing better is known than SQLite's own words. */
static bool
explain(const char *path, int rc, int error, struct buf *why)
{
	switch (rc & 0xff) {
	case SQLITE_CANTOPEN:
		if (error != EMFILE && error != ENFILE)
			return explain_files(path, why);
		buf_fmt(why, "%s: too many files are open; raise the limit "
		    "(ulimit -n), or lower workers", path);
		return true;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return explain_files(path, why);
	case SQLITE_READONLY:
		if (rc != SQLITE_READONLY_DBMOVED)
			return explain_files(path, why);
		buf_fmt(why, "%s: it was moved or replaced while this program "
		    "used it; start the programs anew", path);
		return true;
	case SQLITE_NOTADB:
		buf_fmt(why, "%s: it is not a database, or its beginning is "
		    "damaged; set database to another path, or " RESTORE,
		    path);
		return true;
	case SQLITE_CORRUPT:
		buf_fmt(why, "%s: it is damaged; " RESTORE, path);
		return true;
	default:
		return false;
	}
}

/* The errno of the last operation that failed on a file of the connection: the
 * database (SQLITE_FCNTL_FILE_POINTER), the WAL or the journal (..._JOURNAL_
 * POINTER); 0: none, or it is closed. */
static int
file_errno(struct sqlite3 *h, int which)
{
	sqlite3_file *file = NULL;
	int error = 0;

	if (h == NULL || sqlite3_file_control(h, "main", which, &file) !=
	    SQLITE_OK || file == NULL || file->pMethods == NULL ||
	    file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO,
	    &error) != SQLITE_OK)
		return 0;
	return error;
}

static bool
means_no_room(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

/* SQLite knows one errno for a full disk: a quota and a limit on file sizes
 * are I/O errors to it. */
static bool
no_room(struct sqlite3 *h, int rc)
{
	int data, journal;

	if ((rc & 0xff) == SQLITE_FULL || rc == SQLITE_IOERR_SHMSIZE)
		return true;
	if ((rc & 0xff) != SQLITE_IOERR)
		return false;
	data = file_errno(h, SQLITE_FCNTL_FILE_POINTER);
	journal = file_errno(h, SQLITE_FCNTL_JOURNAL_POINTER);
	/* A journal that was rolled back is closed, and does not tell. */
	return means_no_room(data) || means_no_room(journal) ||
	    (rc == SQLITE_IOERR_WRITE && data == 0 && journal == 0);
}

enum outcome
store_explain(struct sqlite3 *h, const char *path, int rc, const char *where,
    struct log *log)
{
	const int error = h == NULL ? 0 : sqlite3_system_errno(h);
	struct buf why = { .max = CAUSE_MAX };
	enum outcome e;

	if (path == NULL && h != NULL)
		path = sqlite3_db_filename(h, "main");
	if (no_room(h, rc))
		e = FAIL(log, BUSY, "store: %s: the disk is full, or a quota "
		    "or a limit on file sizes is reached", where);
	else if (path != NULL && *path != '\0' &&
	    explain(path, rc, error, &why) && !why.bad)
		e = FAIL(log, INTERNAL, "store: %s", why.p);
	else
		e = FAIL(log, INTERNAL, "store: %s: %s (%d)", where,
		    h == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(h), rc);
	buf_free(&why);
	return e;
}

enum outcome
store_explain_making(const char *path, int error, struct log *log)
{
	struct buf why = { .max = CAUSE_MAX };
	enum outcome e;

	if (means_no_room(error))
		e = FAIL(log, BUSY, "database %s: %s", path, strerror(error));
	else if (explain_folder(path, &why) && !why.bad)
		e = FAIL(log, INTERNAL, "database %s: it can't be made: %s",
		    path, why.p);
	else
		e = FAIL(log, INTERNAL, "database %s: %s", path,
		    strerror(error));
	buf_free(&why);
	return e;
}
