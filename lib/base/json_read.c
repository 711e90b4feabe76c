/* SPDX-License-Identifier: MIT */
/* json_read.c: strict JSON in.
 *
 * Reading takes one block of memory, whose size is known before: a node for
 * each member of an object, and room for all decoded text.  So reading can't
 * run out of memory half-way, and one wipe ends the tree. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/json_int.h"
#include "base/text.h"

struct reader {
	const char		*at, *end;	/* not read yet */
	char			*text;		/* where decoded text goes */
	struct json_object	*node;		/* the next one to use */
	bool			 mend;
	int			 depth;
};

static bool	read_value(struct reader *, struct json_object *);

static void
skip_blanks(struct reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' ||
	    *r->at == '\r' || *r->at == '\n' ||
	    (r->mend && (unsigned char)*r->at < 0x20)))
		r->at++;
}

static bool
take(struct reader *r, const char *word)
{
	const size_t n = strlen(word);

	if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
		return false;
	r->at += n;
	return true;
}

/* ---- strings */

#define REPLACEMENT	0xfffd		/* U+FFFD */

/* The code unit of "\uXXXX" at r->at, -1 when it is none. */
static long
code_unit(const struct reader *r)
{
	long u = 0;
	int i, d;

	if (r->end - r->at < 6 || r->at[0] != '\\' || r->at[1] != 'u')
		return -1;
	for (i = 2; i < 6; i++) {
		if ((d = hex_digit(r->at[i])) < 0)
			return -1;
		u = u << 4 | d;
	}
	return u;
}

/* Put a code point; a NUL goes when the text is mended. */
static void
put(struct reader *r, long u)
{
	if (r->mend && u == 0)
		return;
	if (u < 0x80) {
		*r->text++ = (char)u;
		return;
	}
	if (u < 0x800) {
		*r->text++ = (char)(0xc0 | u >> 6);
	} else {
		if (u < 0x10000) {
			*r->text++ = (char)(0xe0 | u >> 12);
		} else {
			*r->text++ = (char)(0xf0 | u >> 18);
			*r->text++ = (char)(0x80 | (u >> 12 & 0x3f));
		}
		*r->text++ = (char)(0x80 | (u >> 6 & 0x3f));
	}
	*r->text++ = (char)(0x80 | (u & 0x3f));
}

/* A high surrogate wants a low one behind it, and a low one is wrong elsewhere
 * (RFC 8259, 8.2). */
static bool
read_unicode(struct reader *r)
{
	long u = code_unit(r), low;

	if (u < 0)
		return false;
	r->at += 6;
	if (u >= 0xd800 && u <= 0xdbff && (low = code_unit(r)) >= 0xdc00 &&
	    low <= 0xdfff) {
		r->at += 6;
		u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
	} else if (u >= 0xd800 && u <= 0xdfff) {
		if (!r->mend)
			return false;
		u = REPLACEMENT;
	}
	put(r, u);
	return true;
}

static bool
read_escape(struct reader *r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *c;

	if (r->end - r->at < 2)
		return false;
	if (r->at[1] == 'u')
		return read_unicode(r);
	if (r->at[1] == '\0' || (c = strchr(from, r->at[1])) == NULL)
		return false;
	put(r, to[c - from]);
	r->at += 2;
	return true;
}

/* One code point as it stands.  What is broken, up to the next whole code
 * point, is replaced by one U+FFFD when the text is mended. */
static bool
read_plain(struct reader *r)
{
	size_t n = utf8_length(r->at, (size_t)(r->end - r->at));

	if (n == 0) {
		if (!r->mend)
			return false;
		put(r, REPLACEMENT);
		while (r->at < r->end && utf8_length(r->at,
		    (size_t)(r->end - r->at)) == 0)
			r->at++;
		return true;
	}
	if ((unsigned char)*r->at < 0x20) {
		r->at++;
		return r->mend;
	}
	for (; n > 0; n--)
		*r->text++ = *r->at++;
	return true;
}

/* A string, whose quotation mark is next. */
static bool
read_string(struct reader *r, const char **s, size_t *len)
{
	char *const start = r->text;

	if (!take(r, "\""))
		return false;
	while (r->at < r->end && *r->at != '"')
		if (!(*r->at == '\\' ? read_escape(r) : read_plain(r)))
			return false;
	if (!take(r, "\""))
		return false;
	*s = start;
	*len = (size_t)(r->text - start);
	*r->text++ = '\0';
	return true;
}

/* ---- other values */

static size_t
read_digits(struct reader *r)
{
	const char *const start = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return (size_t)(r->at - start);
}

/* Its digits as a number; beyond 64 bits the nearest one. */
static int64_t
integer(const char *s, const char *end, bool minus)
{
	int64_t n = 0;

	for (; s < end; s++)
		n = n > (INT64_MAX - (*s - '0')) / 10 ? INT64_MAX :
		    n * 10 + (*s - '0');
	return minus ? -n : n;
}

static bool
read_number(struct reader *r, struct json_object *o)
{
	const bool minus = take(r, "-");
	const char *const digits = r->at;

	if (!take(r, "0") && read_digits(r) == 0)
		return false;
	o->kind = JSON_INTEGER;
	o->number = integer(digits, r->at, minus);
	if (take(r, ".")) {
		o->kind = JSON_REAL;
		if (read_digits(r) == 0)
			return false;
	}
	if (take(r, "e") || take(r, "E")) {
		o->kind = JSON_REAL;
		if (!take(r, "+"))
			(void)take(r, "-");
		return read_digits(r) > 0;
	}
	return true;
}

static bool
read_member(struct reader *r, struct json_object *o)
{
	struct json_object *m = r->node++;
	const bool mend = r->mend;
	size_t len;

	/* Nothing makes one name of another: names are not mended, and a NUL
	 * would make "code\u0000x" the name "code". */
	r->mend = false;
	if (!read_string(r, &m->name, &len) || strlen(m->name) != len)
		return false;
	r->mend = mend;
	skip_blanks(r);
	if (!take(r, ":") || !read_value(r, m))
		return false;
	if (o->last == NULL)
		o->first = m;
	else
		o->last->next = m;
	o->last = m;
	return true;
}

/* An object or, without `o`, an array, whose bracket has been read. */
static bool
read_container(struct reader *r, struct json_object *o)
{
	const char *const close = o != NULL ? "}" : "]";
	struct json_object ignored;

	if (++r->depth > JSON_DEPTH)
		return false;
	skip_blanks(r);
	if (take(r, close)) {
		r->depth--;
		return true;
	}
	do {
		skip_blanks(r);
		ignored = (struct json_object){ .kind = JSON_ABSENT };
		if (!(o != NULL ? read_member(r, o) : read_value(r, &ignored)))
			return false;
	} while (take(r, ","));
	r->depth--;
	return take(r, close);
}

/* A value, and the blanks around it. */
static bool
read_value(struct reader *r, struct json_object *o)
{
	bool ok;

	skip_blanks(r);
	if (r->at == r->end)
		return false;
	if (*r->at == '"') {
		o->kind = JSON_TEXT;
		ok = read_string(r, &o->text, &o->len);
	} else if (take(r, "{")) {
		o->kind = JSON_OBJECT;
		ok = read_container(r, o);
	} else if (take(r, "[")) {
		o->kind = JSON_ARRAY;
		ok = read_container(r, NULL);
	} else if (take(r, "true")) {
		o->kind = JSON_TRUE;
		ok = true;
	} else if (take(r, "false")) {
		o->kind = JSON_FALSE;
		ok = true;
	} else if (take(r, "null")) {
		o->kind = JSON_NULL;
		ok = true;
	} else
		ok = read_number(r, o);
	skip_blanks(r);
	return ok;
}

/* ---- all of it */

/* Nodes that the text can need: one for each colon outside of a string.  In
 * text that is no JSON strings may be cut otherwise than here, but not before
 * the place where reading stops. */
static size_t
count_nodes(const char *s, size_t n)
{
	size_t i, nodes = 1;
	bool in = false;

	for (i = 0; i < n; i++)
		if (s[i] == '"')
			in = !in;
		else if (in && s[i] == '\\')
			i++;
		else if (!in && s[i] == ':')
			nodes++;
	/* A member takes four bytes at least, '"":{': what is all colons must
	 * not make us reserve a node for each. */
	return nodes < n / 4 + 2 ? nodes : n / 4 + 2;
}

enum json_result
json_read(const char *text, size_t n, enum json_care care,
    struct json_object **out)
{
	struct reader r = { .at = text, .end = text + n,
	    .mend = care == JSON_MEND };
	const size_t nodes = count_nodes(text, n) + 1;
	/* Mended, one odd byte may become the three of U+FFFD. */
	const size_t room = nodes * sizeof(*r.node) + (r.mend ? 3 * n : n);
	struct json_object *o;

	*out = NULL;
	if (n > JSON_TEXT_MAX)
		return JSON_MALFORMED;
	if ((o = calloc(1, room)) == NULL)
		return JSON_NO_MEMORY;
	r.node = o + 1;
	r.text = (char *)(o + nodes);
	if (read_value(&r, o) && o->kind == JSON_OBJECT && r.at == r.end)
		*out = o;
	o->len = room;
	if (*out == NULL)
		json_done(o);
	return *out == NULL ? JSON_MALFORMED : JSON_OK;
}
