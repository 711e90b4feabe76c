/* SPDX-License-Identifier: MIT */
/* write_queue.c: transactions: one writer a process, commits in groups.
 *
 * SQLite takes its write lock by polling.  That is fair between a few
 * processes but starves some of a few hundred threads, and each commit costs a
 * sync of the disk.  So the threads of a process queue for one connection,
 * first come, first served.  Each runs its body in the transaction that the
 * one before left open, in a savepoint of its own: a body that fails rolls
 * back alone.  The last in the queue commits for all; then all are told the
 * group's outcome.
 *
 * A RELAXED body waits for no commit.  A group is opened with the durability
 * of its first member, since SQLite can't change it inside a transaction: so a
 * DURABLE one commits a RELAXED group before it, which costs no sync. */
#include <config.h>

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/store_int.h"

/* A group is committed when it has so many members, or is so old, though more
 * are waiting: the first of it should not wait for the last of a crowd. */
#define GROUP_MEMBERS	64
#define GROUP_AGE	20	/* ms */

bool
cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;
	bool ok;

	if (pthread_condattr_init(&attr) != 0)
		return false;
	ok = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
	    pthread_cond_init(cond, &attr) == 0;
	pthread_condattr_destroy(&attr);
	return ok;
}

/* ---- turns */

static void
leave_line(struct write_queue *q, const struct member *m)
{
	struct member **at;

	for (at = &q->first; *at != NULL; at = &(*at)->next)
		if (*at == m) {
			*at = m->next;
			return;
		}
}

/* Wait until the writer is ours; false: not within the patience.  Who was
 * given the turn has it, however late it looks. */
static bool
take_turn(struct store *s, struct member *m)
{
	struct write_queue *q = &s->pool->queue;
	struct member **at;
	struct timespec until;
	int rc = 0;

	*m = (struct member){ .next = NULL };
	if (!cond_init(&m->wake))
		return false;
	clock_deadline(s->patience, &until);
	pthread_mutex_lock(&q->mutex);
	if (!q->busy)
		q->busy = m->turn = true;
	else {
		for (at = &q->first; *at != NULL; at = &(*at)->next)
			;
		*at = m;
	}
	while (!m->turn && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&m->wake, &q->mutex, &until);
	if (!m->turn)
		leave_line(q, m);
	pthread_mutex_unlock(&q->mutex);
	if (!m->turn)
		pthread_cond_destroy(&m->wake);
	return m->turn;
}

/* The turn goes to the next in the line; the mutex is held. */
static void
pass_turn(struct write_queue *q)
{
	struct member *next = q->first;

	if (next == NULL) {
		q->busy = false;
		return;
	}
	q->first = next->next;
	next->next = NULL;
	next->turn = true;
	pthread_cond_signal(&next->wake);
}

/* ---- the group; only who has the turn calls these */

/* Tell all members how the group ended; the mutex is held. */
static void
tell_members(struct write_queue *q, enum outcome e)
{
	struct member *m, *next;

	for (m = q->members; m != NULL; m = next) {
		next = m->next;
		m->outcome = e;
		m->finished = true;
		pthread_cond_signal(&m->wake);
	}
	q->members = NULL;
}

/* The group has ended with `e`; `why` is told to the log of each member. */
static void
end_group(struct store *s, enum outcome e, const char *why)
{
	struct write_queue *q = &s->pool->queue;

	pthread_mutex_lock(&q->mutex);
	q->open = false;
	q->writes = 0;
	if (e != OK)	/* or who reads it late would find a later success */
		snprintf(q->why, sizeof(q->why), "store: the commit of a "
		    "group: %s", why);
	tell_members(q, e);
	pthread_mutex_unlock(&q->mutex);
}

/* A connection that failed otherwise than by a full disk or a lock is opened
 * anew by the next who writes. */
static void
drop_if_broken(struct store_pool *pool, enum outcome e)
{
	if (e != INTERNAL || pool->one_shot)
		return;
	db_close(pool->writer);
	pool->writer = NULL;
}

static enum outcome
commit_group(struct store *s)
{
	struct store_pool *pool = s->pool;
	struct db *w = pool->writer;
	int rc;
	enum outcome e;

	/* Who commits may have little patience; those who wait have more. */
	if (pool->queue.members != NULL &&
	    w->deadline < clock_ms() + pool->busy_timeout)
		w->deadline = clock_ms() + pool->busy_timeout;
	rc = db_run(w, pool->queue.writes > 0 ? FIXED_COMMIT :
	    FIXED_ROLLBACK);
	e = store_outcome(s, w->h, rc, "COMMIT");
	if (e != OK && sqlite3_get_autocommit(w->h) == 0)
		(void)db_run(w, FIXED_ROLLBACK);
	end_group(s, e, e == BUSY && (rc & 0xff) != SQLITE_BUSY ?
	    "the disk is full" : sqlite3_errstr(rc));
	drop_if_broken(pool, e);
	return e;
}

static enum outcome
open_group(struct store *s, enum durability d)
{
	struct write_queue *q = &s->pool->queue;
	struct db *w;
	enum outcome e;
	int rc = SQLITE_OK;

	if (s->pool->writer == NULL &&
	    (e = db_open(s, true, &s->pool->writer)) != OK)
		return e;
	w = s->pool->writer;
	if (w->durable != (d == DURABLE)) {
		rc = db_run(w, d == DURABLE ? FIXED_FULL :
		    FIXED_NORMAL);
		/* After a failure it may be either; DURABLE sets it. */
		w->durable = rc == SQLITE_OK && d == DURABLE;
	}
	if (rc == SQLITE_OK)
		rc = db_run(w, FIXED_BEGIN);
	e = store_outcome(s, w->h, rc, "BEGIN");
	if (e != OK) {
		drop_if_broken(s->pool, e);
		return e;
	}
	q->open = true;
	q->writes = 0;
	q->opened = clock_ms();
	return OK;
}

/* ---- one transaction */

/* Run the body in the open group.  A first member needs no savepoint: when it
 * fails, the group is empty. */
static enum outcome
run_body(struct store *s, enum outcome (*body)(void *arg), void *arg)
{
	struct write_queue *q = &s->pool->queue;
	struct db *w = s->pool->writer;
	const bool saved = q->writes > 0;
	enum outcome e;
	int rc;

	if (saved && (e = store_outcome(s, w->h,
	    db_run(w, FIXED_SAVE), "SAVEPOINT")) != OK)
		return e;
	s->writing = w;
	e = body(arg);
	s->writing = NULL;
	if (sqlite3_get_autocommit(w->h) != 0) {
		/* A full disk or an I/O error has rolled all of it back. */
		if (e == OK)
			e = FAIL(s->log, INTERNAL, "store: the transaction "
			    "is gone");
		end_group(s, e, "a full disk or an I/O error");
		drop_if_broken(s->pool, e);
		return e;
	}
	if (e == OK)
		q->writes++;
	if (saved && e != OK &&
	    (rc = db_run(w, FIXED_ROLLBACK_TO)) != SQLITE_OK) {
		/* What it wrote can't be taken out alone: nothing stays. */
		end_group(s, store_outcome(s, w->h, rc, "ROLLBACK TO"),
		    sqlite3_errstr(rc));
		db_close(w);
		s->pool->writer = NULL;
		return e;
	}
	if (saved)
		(void)db_run(w, FIXED_RELEASE);
	return e;
}

/* Behind a body that returned `e`: commit for all when nobody waits, or leave
 * the group to the next one and wait for its commit. */
static enum outcome
finish(struct store *s, struct member *m, enum durability d, enum outcome e)
{
	struct write_queue *q = &s->pool->queue;
	enum outcome group;
	bool last;

	pthread_mutex_lock(&q->mutex);
	last = q->first == NULL || (e != OK && q->writes == 0) ||
	    q->writes >= GROUP_MEMBERS || clock_ms() - q->opened >= GROUP_AGE;
	if (last) {
		pthread_mutex_unlock(&q->mutex);
		group = q->open ? commit_group(s) : OK;
		pthread_mutex_lock(&q->mutex);
		pass_turn(q);
		pthread_mutex_unlock(&q->mutex);
		return e != OK ? e : group;
	}
	if (e == OK && d == DURABLE) {
		m->next = q->members;
		q->members = m;
	}
	pass_turn(q);
	while (e == OK && d == DURABLE && !m->finished)
		pthread_cond_wait(&m->wake, &q->mutex);
	group = m->finished ? m->outcome : OK;
	if (group != OK)
		(void)FAIL(s->log, group, "%s", q->why);
	pthread_mutex_unlock(&q->mutex);
	return e != OK ? e : group;
}

enum outcome
store_write(struct store *s, enum durability d,
    enum outcome (*body)(void *arg), void *arg)
{
	struct write_queue *q = &s->pool->queue;
	const int64_t start = clock_ms();
	struct member m;
	enum outcome e = OK;

	assert(s->writing == NULL && s->reading == NULL);
	if (!take_turn(s, &m))
		return FAIL(s->log, BUSY, "store: locked for %lld ms by other "
		    "requests", (long long)s->patience);
	if (s->pool->writer != NULL)
		s->pool->writer->deadline = start + s->patience;
	if (q->open && d == DURABLE && !s->pool->writer->durable)
		(void)commit_group(s);	/* nobody waits for it */
	if (!q->open)
		e = open_group(s, d);
	if (e == OK) {
		atomic_fetch_add(&s->pool->writes, 1);
		e = run_body(s, body, arg);
	}
	e = finish(s, &m, d, e);
	pthread_cond_destroy(&m.wake);
	return e;
}

bool
store_write_soon(struct store *s, int64_t ms,
    enum outcome (*body)(void *arg), void *arg)
{
	const bool failed_before = s->log->cause[0] != '\0';
	const int64_t patience = s->patience;
	enum outcome e;

	s->patience = ms;
	e = store_write(s, RELAXED, body, arg);
	s->patience = patience;
	if (e != OK && !failed_before)
		log_forget(s->log);
	return e == OK;
}

uint64_t
store_writes(struct store *s)
{
	return atomic_load(&s->pool->writes);
}

static enum outcome
nothing(void *arg)
{
	(void)arg;
	return OK;
}

bool
store_writable(struct store *s)
{
	return store_write(s, DURABLE, nothing, NULL) == OK;
}

/* ---- the writer by itself */

bool
writer_take(struct store *s, struct member *m)
{
	if (!take_turn(s, m))
		return false;
	if (s->pool->queue.open)
		(void)commit_group(s);
	return true;
}

void
writer_give(struct store *s, struct member *m)
{
	struct write_queue *q = &s->pool->queue;

	pthread_mutex_lock(&q->mutex);
	pass_turn(q);
	pthread_mutex_unlock(&q->mutex);
	pthread_cond_destroy(&m->wake);
}

bool
queue_init(struct write_queue *q)
{
	*q = (struct write_queue){ .busy = false };
	return pthread_mutex_init(&q->mutex, NULL) == 0;
}
