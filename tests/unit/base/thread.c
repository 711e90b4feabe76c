/* SPDX-License-Identifier: MIT */
/* thread.c: a mutex is waited for no longer than said. */
#include <config.h>

#include "base/clock.h"
#include "base/thread.h"
#include "tests/unit/tap.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *
try_it(void *arg)
{
	const int64_t *ms = arg;
	const bool had = mutex_lock_for(&mutex, *ms);

	if (had)
		pthread_mutex_unlock(&mutex);
	return had ? arg : NULL;
}

/* Could another thread have it within `ms`? */
static bool
another_has(int64_t ms)
{
	pthread_t thread;
	void *had = NULL;

	if (pthread_create(&thread, NULL, try_it, &ms) != 0 ||
	    pthread_join(thread, &had) != 0)
		return false;
	return had != NULL;
}

int
main(void)
{
	int64_t start;

	ok(mutex_lock_for(&mutex, 0), "a free mutex is had at once");
	ok(!another_has(0), "a held one is not");
	start = clock_ms();
	ok(!another_has(1200), "nor after a wait");
	/* The deadline may be on a clock of another resolution. */
	ok(clock_ms() - start >= 1190, "the wait was as long as said");
	pthread_mutex_unlock(&mutex);
	ok(another_has(60000), "when it is free again, it is had");
	return done();
}
