/* SPDX-License-Identifier: MIT */
/* tap.h: our test framework: numbered lines on stdout (TAP), a comment with
 * the place for each that failed, the plan at the end. */
#ifndef TAP_H
#define TAP_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int tap_n, tap_bad;

/* ok(condition, "why %s", ...): one test */
#define ok(c, ...) do {							\
	const int ok_ = !!(c);						\
	tap_bad += !ok_;						\
	printf("%sok %d - ", ok_ ? "" : "not ", ++tap_n);		\
	printf(__VA_ARGS__);						\
	printf("\n");							\
	if (!ok_)							\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #c);	\
} while (0)

/* is_int(got, want, ...), is_str(got, want, ...): tell what they got, too */
#define is_int(got, want, ...) do {					\
	const int64_t got_ = (int64_t)(got), want_ = (int64_t)(want);	\
	ok(got_ == want_, __VA_ARGS__);					\
	if (got_ != want_)						\
		printf("# got %lld, want %lld\n", (long long)got_,	\
		    (long long)want_);					\
} while (0)
#define is_str(got, want, ...) do {					\
	const char *const gs_ = (got), *const ws_ = (want);		\
	const int same_ = gs_ == NULL || ws_ == NULL ? gs_ == ws_ :	\
	    strcmp(gs_, ws_) == 0;					\
	ok(same_, __VA_ARGS__);						\
	if (!same_)							\
		printf("# got  %s\n# want %s\n", gs_ == NULL ? "(null)" : \
		    gs_, ws_ == NULL ? "(null)" : ws_);			\
} while (0)

static inline int
done(void)
{
	printf("1..%d\n", tap_n);
	return tap_bad != 0;
}

#endif
