/* SPDX-License-Identifier: MIT */
/* store.c: a process's pool, and a thread's handle on it. */
#include <config.h>

#include <sys/stat.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/explain.h"
#include "store/store_int.h"

/* Small allocations of a connection come from 48 KiB of its own: connections
 * are few. */
#define LOOKASIDE_SIZE	1200
#define LOOKASIDE_COUNT	40

void
store_init(void)
{
	/* A connection is used by one thread at a time: no mutex in it, and
	 * none for counting memory. */
	sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_LOOKASIDE, LOOKASIDE_SIZE,
	    LOOKASIDE_COUNT);
	sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
	sqlite3_config(SQLITE_CONFIG_LOG, checkpoint_on_log, NULL);
}

/* ---- the pool */

struct store_pool *
store_pool_new(const struct schema *schema, const struct store_options *o)
{
	struct store_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return NULL;
	*pool = (struct store_pool){ .schema = schema, .journal = o->journal,
	    .busy_timeout = o->busy_timeout, .one_shot = o->one_shot,
	    .checkpoint_at = checkpoint_first(o->one_shot),
	    .maintaining = ATOMIC_FLAG_INIT };
	if ((pool->path = strdup(o->path)) == NULL ||
	    pthread_mutex_init(&pool->opening, NULL) != 0 ||
	    pthread_mutex_init(&pool->mutex, NULL) != 0 ||
	    !cond_init(&pool->given) || !queue_init(&pool->queue)) {
		free(pool->path);
		free(pool);
		return NULL;
	}
	return pool;
}

void
store_pool_free(struct store_pool *pool)
{
	struct db *c;

	if (pool == NULL)
		return;
	checkpoint_last(pool);
	while ((c = pool->idle) != NULL) {
		pool->idle = c->next;
		db_close(c);
	}
	db_close(pool->writer);
	pthread_mutex_destroy(&pool->opening);
	pthread_mutex_destroy(&pool->mutex);
	pthread_cond_destroy(&pool->given);
	pthread_mutex_destroy(&pool->queue.mutex);
	free(pool->path);
	free(pool);
}

/* Make the file if there is none.  An existing one is not opened: closing a
 * descriptor of it would drop the POSIX locks of this process's other
 * connections. */
static enum outcome
make_database(const char *path, struct log *log)
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
		return store_explain_making(path, errno, log);
	close(fd);
	return OK;
}

/* Whoever comes first opens the writer and brings the schema up to date. */
static enum outcome
open_pool(struct store *s)
{
	struct store_pool *pool = s->pool;
	struct timespec until;
	enum outcome e = OK;

	if (atomic_load(&pool->ready))
		return OK;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += pool->busy_timeout / 1000 + 1;
	if (pthread_mutex_timedlock(&pool->opening, &until) != 0)
		return FAIL(s->log, BUSY, "store: others are opening it");
	if (!atomic_load(&pool->ready)) {
		if ((e = make_database(pool->path, s->log)) == OK &&
		    (e = db_open(s, true, &pool->writer)) == OK &&
		    (e = store_migrate(s)) != OK) {
			db_close(pool->writer);
			pool->writer = NULL;
		}
		if (e == OK)
			pool_remember(pool);
		atomic_store(&pool->ready, e == OK);
	}
	pthread_mutex_unlock(&pool->opening);
	return e;
}

/* ---- a handle */

enum outcome
store_join(struct store_pool *pool, struct log *log, struct store **out)
{
	struct store *s = calloc(1, sizeof(*s));
	enum outcome e;

	if (s == NULL)
		return FAIL(log, INTERNAL, "no memory");
	s->pool = pool;
	s->log = log;
	s->patience = pool->busy_timeout;
	if ((e = open_pool(s)) == OK)
		*out = s;
	else
		free(s);
	return e;
}

enum outcome
store_open(const struct schema *schema, const struct store_options *o,
    struct log *log, struct store **out)
{
	struct store_pool *pool = store_pool_new(schema, o);
	enum outcome e;

	if (pool == NULL)
		return FAIL(log, INTERNAL, "no memory");
	if ((e = store_join(pool, log, out)) == OK)
		(*out)->own_pool = true;
	else
		store_pool_free(pool);
	return e;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	assert(s->writing == NULL && s->reading == NULL);
	if (s->own_pool)
		store_pool_free(s->pool);
	free(s);
}

bool
store_is_wal(struct store *s)
{
	return s->pool->wal;
}
