/* SPDX-License-Identifier: MIT */
/* buf.c: growing text with a ceiling. */
#include <config.h>

#include <assert.h>
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

/* Most text fits into what is there already; what does not is written a second
 * time, when its length is known. */
void
buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	size_t room;
	int n;

	if (!reserve(b, 0))
		return;
	room = b->size - b->len;
	va_start(ap, fmt);
	n = vsnprintf(b->p + b->len, room, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	if (!reserve(b, (size_t)n))
		return;
	if ((size_t)n >= room) {
		va_start(ap, fmt);
		vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
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
