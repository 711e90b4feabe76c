/* SPDX-License-Identifier: MIT */
/* pool.c: the connections for reading that the threads of a process share. */
#include <config.h>

#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/store_int.h"

/* An idle connection, or leave to open one; false: neither in time.  A
 * connection is held for a statement, some microseconds, so this hardly ever
 * waits. */
static bool
await_reader(struct store *s, struct db **c)
{
	struct store_pool *pool = s->pool;
	struct timespec until;
	int rc = 0;

	clock_deadline(s->pool->busy_timeout, &until);
	pthread_mutex_lock(&pool->mutex);
	while (pool->idle == NULL && pool->readers >= READERS_MAX &&
	    rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&pool->given, &pool->mutex,
		    &until);
	if ((*c = pool->idle) != NULL)
		pool->idle = (*c)->next;
	else if (pool->readers < READERS_MAX)
		pool->readers++;
	else {
		pthread_mutex_unlock(&pool->mutex);
		return false;
	}
	pthread_mutex_unlock(&pool->mutex);
	return true;
}

struct db *
reader_take(struct store *s, enum outcome *why)
{
	struct store_pool *pool = s->pool;
	struct db *c;

	if (pool->one_shot) {
		pool->writer->deadline = clock_ms() + pool->busy_timeout;
		return pool->writer;
	}
	if (!await_reader(s, &c)) {
		*why = FAIL(s->log, BUSY, "store: no connection came free in "
		    "%lld ms", (long long)pool->busy_timeout);
		return NULL;
	}
	if (c == NULL && (*why = db_open(s, false, &c)) != OK) {
		pthread_mutex_lock(&pool->mutex);
		pool->readers--;
		pthread_cond_signal(&pool->given);
		pthread_mutex_unlock(&pool->mutex);
		return NULL;
	}
	c->deadline = clock_ms() + pool->busy_timeout;
	return c;
}

void
reader_give(struct store_pool *pool, struct db *c)
{
	if (pool->one_shot)
		return;
	pthread_mutex_lock(&pool->mutex);
	c->next = pool->idle;
	pool->idle = c;
	pthread_cond_signal(&pool->given);
	pthread_mutex_unlock(&pool->mutex);
}
