/* SPDX-License-Identifier: MIT */
/* watch.h: a deadline for reading a FastCGI request.
 *
 * libfcgi reads with plain read() and has no deadline.  So each worker says
 * when it waits for its peer, and the main thread sends a signal to a worker
 * that has waited for too long: read() then fails with EINTR, which libfcgi
 * takes for the end of the request.  No signal is ever sent to a worker that
 * does something else. */
#ifndef WATCH_H
#define WATCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define WATCH_TICK	250	/* ms between two looks at the workers */
#define WATCH_SLOW	1000	/* ms; who reads for longer counts as slow */

enum cut {
	CUT_NOT,
	CUT_LATE,	/* the deadline has passed */
	CUT_CROWDED,	/* slow, and too many others are slow as well */
};

struct watch;

/* What one worker waits for. */
struct reading {
	struct watch	*watch;
	pthread_mutex_t	 lock;
	pthread_t	 thread;
	int64_t		 started, deadline;	/* clock_ms() */
	bool		 now;		/* it is within a call that may wait */
	enum cut	 cut;
};

struct watch {
	struct reading	*readings;
	int64_t		 n;
	int		 wake;		/* eventfd: somebody began to read */
	atomic_bool	 on;		/* watch_look() is called in time */
};

/* Room for n workers; false: memory or descriptors are out.  watch_free()
 * takes it back when no worker is left. */
bool	watch_init(struct watch *, int64_t n);
void	watch_free(struct watch *);

/* Cut those who are late.  Of those who are slow, half of the workers may go
 * on, and at least one; the others are cut, the oldest first.  To be called by
 * one thread, when `wake` is readable and then after as many ms as it returns;
 * -1: when `wake` is readable. */
int	watch_look(struct watch *);

/* The calling thread is the worker of this reading from now on. */
void	reading_join(struct reading *);

/* Something new is to be waited for, for `ms` at most from now on. */
void	reading_new(struct reading *, int64_t ms);

/* Around all calls that may wait for the peer. */
void	reading_begin(struct reading *);
void	reading_end(struct reading *);

/* Why the peer was not waited for any longer; CUT_NOT: it was. */
enum cut reading_cut(struct reading *);

#endif
