/* SPDX-License-Identifier: MIT */
/* watch.c: a deadline for reading a FastCGI request, by signals to workers. */
#include <config.h>

#include <sys/eventfd.h>

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "cgi/watch.h"

static void
on_cut(int signal)
{
	(void)signal;		/* read() returns; that is all */
}

bool
watch_init(struct watch *w, int64_t n)
{
	struct sigaction action = { .sa_handler = on_cut };
	int64_t i;

	*w = (struct watch){ .n = n };
	w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->readings = calloc((size_t)n, sizeof(*w->readings));
	if (w->wake == -1 || w->readings == NULL)
		return false;
	for (i = 0; i < n; i++) {
		w->readings[i].watch = w;
		pthread_mutex_init(&w->readings[i].lock, NULL);
	}
	/* Not SA_RESTART.  A real-time signal: nobody else sends it. */
	sigemptyset(&action.sa_mask);
	sigaction(SIGRTMIN, &action, NULL);
	return true;
}

void
watch_free(struct watch *w)
{
	int64_t i;

	for (i = 0; i < w->n; i++)
		pthread_mutex_destroy(&w->readings[i].lock);
	free(w->readings);
	close(w->wake);
}

/* ---- the workers' side */

void
reading_join(struct reading *r)
{
	r->thread = pthread_self();
}

void
reading_new(struct reading *r, int64_t ms)
{
	pthread_mutex_lock(&r->lock);
	r->started = clock_ms();
	r->deadline = r->started + ms;
	r->cut = CUT_NOT;
	pthread_mutex_unlock(&r->lock);
}

static void
set_now(struct reading *r, bool now)
{
	pthread_mutex_lock(&r->lock);
	r->now = now;
	pthread_mutex_unlock(&r->lock);
}

void
reading_begin(struct reading *r)
{
	const uint64_t one = 1;

	set_now(r, true);
	if (!atomic_exchange(&r->watch->on, true) &&
	    write(r->watch->wake, &one, sizeof(one)) != sizeof(one))
		abort();	/* only an overflow of 2^64 could */
}

/* A signal that was sent under the lock has arrived when the lock is ours: it
 * interrupts nothing that comes after this. */
void
reading_end(struct reading *r)
{
	set_now(r, false);
}

enum cut
reading_cut(struct reading *r)
{
	enum cut cut;

	pthread_mutex_lock(&r->lock);
	cut = r->cut;
	pthread_mutex_unlock(&r->lock);
	return cut;
}

/* ---- the main thread's side */

/* The signal comes again at each look until the worker has left its call: one
 * that came between two calls of read() did nothing. */
static void
cut(struct reading *r, enum cut why)
{
	if (r->cut == CUT_NOT)
		r->cut = why;
	(void)pthread_kill(r->thread, SIGRTMIN);
}

struct seen {
	bool	reading, slow;
};

/* Look at one worker; cut who is late, or was cut before. */
static struct seen
look(struct reading *r)
{
	struct seen seen = { .slow = false };
	const int64_t now = clock_ms();

	pthread_mutex_lock(&r->lock);
	seen.reading = r->now;
	if (r->now && (r->cut != CUT_NOT || now >= r->deadline))
		cut(r, CUT_LATE);
	else if (r->now)
		seen.slow = now - r->started >= WATCH_SLOW;
	pthread_mutex_unlock(&r->lock);
	return seen;
}

/* Cut the oldest of those who read and are not cut yet. */
static void
cut_oldest(struct watch *w)
{
	struct reading *r, *oldest = NULL;
	int64_t i, started = INT64_MAX;

	for (i = 0; i < w->n; i++) {
		r = &w->readings[i];
		pthread_mutex_lock(&r->lock);
		if (r->now && r->cut == CUT_NOT && r->started < started) {
			started = r->started;
			oldest = r;
		}
		pthread_mutex_unlock(&r->lock);
	}
	if (oldest == NULL)
		return;
	pthread_mutex_lock(&oldest->lock);
	if (oldest->now && oldest->started == started)
		cut(oldest, CUT_CROWDED);
	pthread_mutex_unlock(&oldest->lock);
}

/* False: nobody reads. */
static bool
look_at_all(struct watch *w)
{
	const int64_t may_be_slow = w->n / 2 > 0 ? w->n / 2 : 1;
	int64_t i, slow = 0;
	bool any = false;

	for (i = 0; i < w->n; i++) {
		const struct seen seen = look(&w->readings[i]);

		any = any || seen.reading;
		slow += seen.slow;
	}
	for (; slow > may_be_slow; slow--)
		cut_oldest(w);
	return any;
}

int
watch_look(struct watch *w)
{
	uint64_t ignored;

	/* Who woke us began just now, and can't be late yet: look at the next
	 * tick, however many requests are over by then. */
	if (read(w->wake, &ignored, sizeof(ignored)) > 0 || look_at_all(w))
		return WATCH_TICK;
	/* Who begins to read from here on wakes us; who began just before is
	 * seen by the second look. */
	atomic_store(&w->on, false);
	if (!look_at_all(w))
		return -1;
	atomic_store(&w->on, true);
	return WATCH_TICK;
}
