/* SPDX-License-Identifier: MIT */
/* write_queue.c: transactions, and how the threads of a process take turns. */
#include <config.h>

#include <assert.h>
#include <pthread.h>
#include <time.h>

#include "base/log.h"
#include "store/store_int.h"

void
store_patience(struct store *s, int64_t ms)
{
	s->patience = ms == 0 ? s->busy_timeout : ms;
}

/* SQLite takes its write lock by polling.  That is fair between a few processes
 * but starves some of a few hundred threads.  So the threads of a process wait
 * on this mutex, and only its owner polls. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static bool
enter_gate(struct store *s)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += s->patience / 1000;
	until.tv_nsec += s->patience % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	s->gate = pthread_mutex_clocklock(&gate, CLOCK_MONOTONIC, &until) == 0;
	return s->gate;
}

static void
leave_gate(struct store *s)
{
	if (s->gate)
		pthread_mutex_unlock(&gate);
	s->gate = false;
}

static enum outcome
begin(struct store *s, bool durable)
{
	enum outcome e;

	if (s->durable != durable) {
		e = store_exec(s, durable ? "PRAGMA synchronous=FULL" :
		    "PRAGMA synchronous=NORMAL");
		if (e != OK)
			return e;
		s->durable = durable;
	}
	return store_exec(s, "BEGIN IMMEDIATE");
}

static enum outcome
start(struct store *s, enum durability d)
{
	enum outcome e;

	assert(sqlite3_get_autocommit(s->h) != 0);
	if (!enter_gate(s))
		return store_outcome(s, SQLITE_BUSY, "waiting for a thread");
	s->wrote = true;
	if ((e = begin(s, d == DURABLE)) != OK)
		leave_gate(s);
	return e;
}

static void
roll_back(struct store *s)
{
	/* A full disk or an I/O error has rolled back already. */
	if (sqlite3_get_autocommit(s->h) == 0)
		sqlite3_exec(s->h, "ROLLBACK", NULL, NULL, NULL);
	leave_gate(s);
}

enum outcome
store_write(struct store *s, enum durability d,
    enum outcome (*body)(void *arg), void *arg)
{
	enum outcome e;

	if ((e = start(s, d)) != OK)
		return e;
	if ((e = body(arg)) == OK)
		e = store_exec(s, "COMMIT");
	if (e == OK)
		leave_gate(s);
	else
		roll_back(s);
	return e;
}

bool
store_write_soon(struct store *s, int64_t ms,
    enum outcome (*body)(void *arg), void *arg)
{
	const bool failed_before = s->log->cause[0] != '\0';
	enum outcome e;

	store_patience(s, ms);
	e = store_write(s, RELAXED, body, arg);
	store_patience(s, 0);
	if (e != OK && !failed_before)
		log_forget(s->log);
	return e == OK;
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
