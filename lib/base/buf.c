/* SPDX-License-Identifier: MIT */
/* buf.c: growing text with a ceiling, and JSON written into it. */
#include <config.h>

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

static void
fail(struct buf *b)
{
	buf_free(b);
	b->bad = true;
}

/* Make room for `n` more bytes and a NUL.  Not realloc(): the old copy of a
 * secret has to be wiped. */
static bool
reserve(struct buf *b, size_t n)
{
	size_t size = b->size == 0 ? 512 : b->size;
	char *p;

	assert(b->max > 0);
	if (b->bad)
		return false;
	if (n >= b->max || b->len >= b->max - n) {
		fail(b);
		return false;
	}
	if (b->len + n < b->size)
		return true;
	while (size <= b->len + n)
		size *= 2;
	if ((p = malloc(size)) == NULL) {
		fail(b);
		return false;
	}
	if (b->p != NULL) {
		memcpy(p, b->p, b->len + 1);
		explicit_bzero(b->p, b->size);
		free(b->p);
	}
	b->p = p;
	b->size = size;
	return true;
}

void
buf_add(struct buf *b, const void *data, size_t n)
{
	if (!reserve(b, n))
		return;
	if (n > 0)
		memcpy(b->p + b->len, data, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void
buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	if (!reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

/* RFC 3986, 2.3: all but the unreserved characters. */
void
buf_url(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		if (all_alnum_or(s, 1, "-._~"))
			buf_add(b, s, 1);
		else
			buf_fmt(b, "%%%02X", (unsigned char)*s);
}

void
buf_free(struct buf *b)
{
	if (b->p != NULL) {
		explicit_bzero(b->p, b->size);
		free(b->p);
	}
	*b = (struct buf){ .max = b->max };
}

/* ---- JSON */

static void
json_key(struct buf *b, const char *key)
{
	if (b->len > 0 && b->p[b->len - 1] != '{')
		buf_add(b, ",", 1);
	if (key != NULL) {
		buf_add(b, "\"", 1);
		buf_str(b, key);
		buf_add(b, "\":", 2);
	}
}

void
json_open(struct buf *b, const char *key)
{
	json_key(b, key);
	buf_add(b, "{", 1);
}

void
json_close(struct buf *b)
{
	buf_add(b, "}", 1);
}

void
json_str(struct buf *b, const char *key, const char *text)
{
	json_strn(b, key, text, text == NULL ? 0 : strlen(text));
}

/* RFC 8259, 7: quotation mark, reverse solidus and U+0000-U+001F are escaped.
 * DEL and the line separators U+2028/9 are legal and pass. */
void
json_strn(struct buf *b, const char *key, const char *text, size_t n)
{
	size_t i, from = 0;

	json_key(b, key);
	buf_add(b, "\"", 1);
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, text + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\')
			buf_fmt(b, "\\%c", c);
		else if (c == '\n')
			buf_add(b, "\\n", 2);
		else
			buf_fmt(b, "\\u%04x", c);
	}
	if (n > from)
		buf_add(b, text + from, n - from);
	buf_add(b, "\"", 1);
}

void
json_int(struct buf *b, const char *key, int64_t n)
{
	json_key(b, key);
	buf_fmt(b, "%" PRId64, n);
}

void
json_boolean(struct buf *b, const char *key, bool v)
{
	json_key(b, key);
	buf_str(b, v ? "true" : "false");
}
