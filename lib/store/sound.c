/* SPDX-License-Identifier: MIT */
/* sound.c: is the store what we opened, and undamaged? */
#include <config.h>

#include <sys/stat.h>

#include "base/log.h"
#include "store/store_int.h"

bool
store_pool_touched(struct store_pool *pool)
{
	struct store s = { .pool = pool };
	struct db *c;
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
	touched = db_wal_foreign(c->h, pool->path);
	reader_give(pool, c);
	return touched;
}

/* ---- damage */

bool
store_sound(struct store *s)
{
	enum outcome e = OK;
	struct db *c = reader_take(s, &e);
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
