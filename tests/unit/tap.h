/* SPDX-License-Identifier: MIT */
/* tap.h: our test framework: numbered lines on stdout (TAP), comments with
 * place, values and input for each that failed, the plan at the end. */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static struct {
	int		 n, bad;
	const char	*input;		/* of the tests that follow, or NULL */
	size_t		 input_len;
} tap;

/* ok(condition, "what is claimed, %s", ...): one test; is_int() and is_str()
 * tell what they got, too. */
#define ok(c, ...)							\
	tap_ok(__FILE__, __LINE__, #c, !!(c), __VA_ARGS__)
#define is_int(got, want, ...)						\
	tap_int(__FILE__, __LINE__, #got, (int64_t)(got),		\
	    (int64_t)(want), __VA_ARGS__)
#define is_str(got, want, ...)						\
	tap_str(__FILE__, __LINE__, #got, (got), (want), __VA_ARGS__)

/* The tests that follow are about these n bytes at s, which stay: those that
 * fail print them.  NULL, 0: about none. */
static inline void
about(const char *s, size_t n)
{
	tap.input = s;
	tap.input_len = n;
}

/* The input in C's spelling, the first 400 bytes of it. */
static inline void
tap_show_input(void)
{
	const size_t n = tap.input_len < 400 ? tap.input_len : 400;

	if (tap.input == NULL)
		return;
	printf("# input, %zu bytes: \"", tap.input_len);
	for (size_t i = 0; i < n; i++) {
		const unsigned char c = (unsigned char)tap.input[i];

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c == '\n')
			printf("\\n");
		else if (c < 0x20 || c >= 0x7f)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	printf("\"%s\n", n < tap.input_len ? "..." : "");
}

static inline bool
tap_line(const char *file, int line, const char *text, bool good,
    const char *why, va_list ap)
{
	printf("%sok %d - ", good ? "" : "not ", ++tap.n);
	vprintf(why, ap);
	printf("\n");
	if (!good) {
		tap.bad++;
		printf("# %s:%d: %s\n", file, line, text);
		tap_show_input();
	}
	return good;
}

__attribute__((format(printf, 5, 6))) static inline void
tap_ok(const char *file, int line, const char *text, bool good,
    const char *why, ...)
{
	va_list ap;

	va_start(ap, why);
	tap_line(file, line, text, good, why, ap);
	va_end(ap);
}

__attribute__((format(printf, 6, 7))) static inline void
tap_int(const char *file, int line, const char *text, int64_t got,
    int64_t want, const char *why, ...)
{
	va_list ap;

	va_start(ap, why);
	if (!tap_line(file, line, text, got == want, why, ap))
		printf("# got %lld, want %lld\n", (long long)got,
		    (long long)want);
	va_end(ap);
}

__attribute__((format(printf, 6, 7))) static inline void
tap_str(const char *file, int line, const char *text, const char *got,
    const char *want, const char *why, ...)
{
	const bool same = got == NULL || want == NULL ? got == want :
	    strcmp(got, want) == 0;
	va_list ap;

	va_start(ap, why);
	if (!tap_line(file, line, text, same, why, ap))
		printf("# got  %s\n# want %s\n", got == NULL ? "(null)" : got,
		    want == NULL ? "(null)" : want);
	va_end(ap);
}

static inline int
done(void)
{
	printf("1..%d\n", tap.n);
	return tap.bad != 0;
}

#endif
