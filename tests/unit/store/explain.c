/* SPDX-License-Identifier: MIT */
/* explain.c: why a store can't be used names the file and what to do. */
#include <config.h>

#include <errno.h>
#include <string.h>

#include <sqlite3.h>

#include "base/log.h"
#include "store/explain.h"
#include "tests/unit/tap.h"
#include "tests/unit/tmp.h"

static struct log l;

/* The outcome of this code for a store at `path`, and a part of the cause. */
static void
explains(const char *path, int rc, enum outcome want, const char *says)
{
	const enum outcome e = store_explain(NULL, path, rc, "here", &l);

	ok(e == want, "%d: the outcome", rc);
	ok(strstr(l.cause, says) != NULL, "%d: %s", rc, says);
	if (strstr(l.cause, says) == NULL)
		printf("# %s\n", l.cause);
	log_forget(&l);
}

int
main(void)
{
	const char *path = tmp_write("there.db", "x", 1, 0600);
	char none[1100];

	log_open(&l, "test", NULL);
	explains(path, SQLITE_NOTADB, INTERNAL, "is not a database");
	explains(path, SQLITE_CORRUPT, INTERNAL, "it is damaged; put the last "
	    "backup back: wxloginctl restore FILE");
	explains(path, SQLITE_CORRUPT_INDEX, INTERNAL, "it is damaged");
	explains(path, SQLITE_READONLY_DBMOVED, INTERNAL, "moved or replaced");
	explains(path, SQLITE_FULL, BUSY, "the disk is full");
	explains(path, SQLITE_IOERR_SHMSIZE, BUSY, "the disk is full");
	explains(path, SQLITE_IOERR_READ, INTERNAL, "here: disk I/O error");
	explains(path, SQLITE_CANTOPEN, INTERNAL,
	    "here: unable to open database file");
	snprintf(none, sizeof(none), "%s/x.db", tmp_path("none"));
	explains(none, SQLITE_CANTOPEN, INTERNAL, "there is no such folder");
	explains(tmp_path("gone.db"), SQLITE_CANTOPEN, INTERNAL,
	    "gone.db: it is gone");
	ok(mkdir(tmp_path("there.db-wal"), 0700) == 0, "a folder as WAL");
	explains(path, SQLITE_CANTOPEN, INTERNAL,
	    "there.db-wal: it is not a regular file");
	ok(store_explain_making(none, ENOENT, &l) == INTERNAL &&
	    strstr(l.cause, "there is no such folder") != NULL,
	    "making it: no folder");
	log_forget(&l);
	ok(store_explain_making(path, EDQUOT, &l) == BUSY,
	    "making it: a quota is BUSY");
	log_forget(&l);
	return done();
}
