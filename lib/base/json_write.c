/* SPDX-License-Identifier: MIT */
/* json_write.c: JSON out into a buffer. */
#include <config.h>

#include <stdint.h>
#include <string.h>

#include "base/json.h"

static void
json_key(struct buf *b, const char *key)
{
	if (b->len > 0 && b->p[b->len - 1] != '{' &&
	    b->p[b->len - 1] != '[')
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
json_open_list(struct buf *b, const char *key)
{
	json_key(b, key);
	buf_add(b, "[", 1);
}

void
json_close_list(struct buf *b)
{
	buf_add(b, "]", 1);
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
	char text[sizeof("-9223372036854775808") - 1], *p;
	uint64_t u = n < 0 ? -(uint64_t)n : (uint64_t)n;

	json_key(b, key);
	p = text + sizeof(text);
	do
		*--p = (char)('0' + u % 10);
	while ((u /= 10) != 0);
	if (n < 0)
		*--p = '-';
	buf_add(b, p, (size_t)(text + sizeof(text) - p));
}

void
json_boolean(struct buf *b, const char *key, bool v)
{
	json_key(b, key);
	buf_str(b, v ? "true" : "false");
}
