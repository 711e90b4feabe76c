/* SPDX-License-Identifier: MIT */
/* text.h: the few questions about text that more than one file asks. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is it UTF-8 (RFC 3629: no overlong form, no surrogate, at most U+10FFFF)?
 * If so and `chars` is not NULL, *chars is the number of code points. */
bool	utf8_valid(const char *s, size_t n, size_t *chars);

/* Decimal digits only, at least one; saturates at INT64_MAX.  `n` is written
 * only when true is returned. */
bool	digits_parse(const char *s, int64_t *n);

/* Are all `n` characters letters, digits or one of `more`?  ASCII only. */
bool	all_alnum_or(const char *s, size_t n, const char *more);

/* The standard alphabet of base64, padding required, no white space (RFC 4648,
 * 4).  Writes up to `max` bytes to `out` and the count to *len; false when it
 * is not base64 or does not fit. */
bool	base64_parse(const char *s, size_t n, uint8_t *out, size_t max,
	    size_t *len);

/* The value of a hexadecimal digit of either case, -1 for other characters. */
int	hex_digit(char c);

/* n bytes from 2n hexadecimal digits of either case, and nothing else. */
bool	hex_parse(const char *s, uint8_t *out, size_t n);

/* Write 2n hexadecimal digits (lower case) and a NUL to `out`. */
void	hex_write(const uint8_t *p, size_t n, char *out);

#endif
