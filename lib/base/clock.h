/* SPDX-License-Identifier: MIT */
/* clock.h: the two clocks: wall time for what is stored, steady time for what
 * is measured. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

/* Unix seconds.  time() reads a coarser clock that may lag behind. */
static inline int64_t
clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

/* Unix milliseconds. */
static inline int64_t
clock_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Milliseconds since some start; never goes back. */
static inline int64_t
clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* The time `ms` milliseconds from now, of the clock that clock_ms() reads
 * (CLOCK_MONOTONIC), as pthread's timed waits want it. */
static inline void
clock_deadline(int64_t ms, struct timespec *until)
{
	clock_gettime(CLOCK_MONOTONIC, until);
	until->tv_sec += ms / 1000;
	until->tv_nsec += ms % 1000 * 1000000;
	if (until->tv_nsec >= 1000000000) {
		until->tv_sec++;
		until->tv_nsec -= 1000000000;
	}
}

/* Sleep for `ms` milliseconds, if no signal comes; 0 and less: not at all. */
static inline void
clock_sleep_ms(int64_t ms)
{
	if (ms > 0)
		nanosleep(&(struct timespec){ .tv_sec = ms / 1000,
		    .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

#endif
