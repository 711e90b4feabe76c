/* SPDX-License-Identifier: MIT */
/* text.c: the few questions about text that more than one file asks. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include <nettle/base64.h>

#include "base/text.h"

/* Length of the code point at `s` (n > 0 bytes left), 0 when it is broken.
 * The table of RFC 3629, 4. */
static size_t
utf8_one(const unsigned char *s, size_t n)
{
	size_t len, i;
	unsigned char lo = 0x80, hi = 0xbf;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf) {
		len = 2;
	} else if (s[0] >= 0xe0 && s[0] <= 0xef) {
		len = 3;
		if (s[0] == 0xe0)
			lo = 0xa0;	/* no overlong form */
		else if (s[0] == 0xed)
			hi = 0x9f;	/* no surrogates */
	} else if (s[0] >= 0xf0 && s[0] <= 0xf4) {
		len = 4;
		if (s[0] == 0xf0)
			lo = 0x90;
		else if (s[0] == 0xf4)
			hi = 0x8f;	/* at most U+10FFFF */
	} else
		return 0;
	if (n < len || s[1] < lo || s[1] > hi)
		return 0;
	for (i = 2; i < len; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return len;
}

bool
utf8_valid(const char *s, size_t n, size_t *chars)
{
	size_t i = 0, count = 0, step;

	while (i < n) {
		step = utf8_one((const unsigned char *)s + i, n - i);
		if (step == 0)
			return false;
		i += step;
		count++;
	}
	if (chars != NULL)
		*chars = count;
	return true;
}

bool
digits_parse(const char *s, int64_t *n)
{
	int64_t v = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		if (v > (INT64_MAX - (*s - '0')) / 10)
			v = INT64_MAX;
		else
			v = v * 10 + (*s - '0');
	}
	*n = v;
	return true;
}

bool
all_alnum_or(const char *s, size_t n, const char *more)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const char c = s[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') ||
		    (c != '\0' && strchr(more, c) != NULL))
			continue;
		return false;
	}
	return true;
}

bool
base64_parse(const char *s, size_t n, uint8_t *out, size_t max, size_t *len)
{
	struct base64_decode_ctx ctx;
	size_t got = BASE64_DECODE_LENGTH(n);
	uint8_t *tmp;
	bool ok = false;

	if (n == 0 || !all_alnum_or(s, n, "+/=")) /* nettle skips blanks */
		return false;
	if ((tmp = malloc(got)) == NULL)
		return false;
	base64_decode_init(&ctx);
	if (base64_decode_update(&ctx, &got, tmp, n, s) &&
	    base64_decode_final(&ctx) && got <= max) {
		memcpy(out, tmp, got);
		*len = got;
		ok = true;
	}
	explicit_bzero(tmp, BASE64_DECODE_LENGTH(n));
	explicit_bzero(&ctx, sizeof(ctx));
	free(tmp);
	return ok;
}

int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_parse(const char *s, uint8_t *out, size_t n)
{
	size_t i;

	if (strlen(s) != 2 * n)
		return false;
	for (i = 0; i < n; i++) {
		const int high = hex_digit(s[2 * i]);
		const int low = hex_digit(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

void
hex_write(const uint8_t *p, size_t n, char *out)
{
	static const char digit[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		*out++ = digit[p[i] >> 4];
		*out++ = digit[p[i] & 15];
	}
	*out = '\0';
}
