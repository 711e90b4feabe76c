/* SPDX-License-Identifier: MIT */
/* watch.c: when the main thread looks at who reads, and when it sleeps. */
#include <config.h>

#include <poll.h>
#include <stdlib.h>

#include "cgi/watch.h"
#include "tests/unit/tap.h"

#define FAR	60000		/* ms; nobody is late */

static bool
woken(const struct watch *w)
{
	struct pollfd p = { .fd = w->wake, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

int
main(void)
{
	struct watch w;
	int i;

	if (!watch_init(&w, 4))
		abort();
	for (i = 0; i < 4; i++) {
		w.readings[i].thread = pthread_self();
		reading_new(&w.readings[i], FAR);
	}
	ok(!woken(&w), "nobody wakes the main thread at first");
	is_int(watch_look(&w), -1, "with nobody who reads it may sleep");

	reading_begin(&w.readings[0]);
	ok(woken(&w), "who begins to read wakes it");
	is_int(watch_look(&w), WATCH_TICK, "it looks again after a tick");
	ok(!woken(&w), "and sleeps until then");
	reading_begin(&w.readings[1]);
	ok(!woken(&w), "who begins meanwhile does not wake it");
	is_int(watch_look(&w), WATCH_TICK, "two read: again after a tick");
	ok(!woken(&w), "and it sleeps until then");

	reading_end(&w.readings[0]);
	is_int(watch_look(&w), WATCH_TICK, "one still reads");
	reading_end(&w.readings[1]);
	reading_begin(&w.readings[2]);
	reading_end(&w.readings[2]);
	is_int(watch_look(&w), -1, "nobody reads any more: it may sleep");
	ok(!woken(&w), "and nothing wakes it");

	for (i = 0; i < 3; i++) {
		reading_begin(&w.readings[3]);
		ok(woken(&w), "time %d: who begins wakes it again", i);
		reading_end(&w.readings[3]);
		while (watch_look(&w) != -1)
			;
		ok(!woken(&w), "time %d: and then it sleeps", i);
	}
	for (i = 0; i < 4; i++)
		is_int(reading_cut(&w.readings[i]), CUT_NOT,
		    "%d was not cut", i);
	watch_free(&w);
	return done();
}
