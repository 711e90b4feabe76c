/* SPDX-License-Identifier: MIT */
/* thread.h: what POSIX threads leave to each C library. */
#ifndef THREAD_H
#define THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Lock the mutex, waiting at most `ms` milliseconds (0 or more); false when it
 * could not be had in that time.  musl knows deadlines on the wall clock only:
 * there, a clock that is set during the wait makes it longer or shorter. */
static inline bool
mutex_lock_for(pthread_mutex_t *mutex, int64_t ms)
{
#ifdef HAVE_PTHREAD_MUTEX_CLOCKLOCK
	const clockid_t clock = CLOCK_MONOTONIC;
#else
	const clockid_t clock = CLOCK_REALTIME;
#endif
	struct timespec until;

	clock_gettime(clock, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
#ifdef HAVE_PTHREAD_MUTEX_CLOCKLOCK
	return pthread_mutex_clocklock(mutex, clock, &until) == 0;
#else
	return pthread_mutex_timedlock(mutex, &until) == 0;
#endif
}

#endif
