/* SPDX-License-Identifier: MIT */
/* json.c: strict JSON in, and JSON out into a buffer. */
#include <config.h>

#include <limits.h>
#include <string.h>

#include <json-c/json.h>

#include "base/bounds.h"
#include "base/json.h"
#include "base/text.h"

/* The code unit of "\uXXXX" at s, -1 when it is none. */
static long
code_unit(const char *s, const char *end)
{
	long u = 0;
	int i, d;

	if (end - s < 6 || s[0] != '\\' || s[1] != 'u')
		return -1;
	for (i = 2; i < 6; i++) {
		if ((d = hex_digit(s[i])) < 0)
			return -1;
		u = u << 4 | d;
	}
	return u;
}

/* Behind the closing quotation mark of the string whose first character is
 * at s; NULL when the string is broken.  A high surrogate wants a low one
 * behind it, and a low one is wrong elsewhere (RFC 8259, 8.2). */
static const char *
skip_string(const char *s, const char *end)
{
	while (s < end) {
		long u;

		if (*s == '"')
			return s + 1;
		if ((unsigned char)*s < 0x20)
			return NULL;
		if (*s != '\\') {
			s++;
			continue;
		}
		if (end - s < 2)
			return NULL;
		if (s[1] != 'u') {
			if (strchr("\"\\/bfnrt", s[1]) == NULL || s[1] == '\0')
				return NULL;
			s += 2;
			continue;
		}
		if ((u = code_unit(s, end)) < 0 ||
		    (u >= 0xdc00 && u <= 0xdfff))
			return NULL;
		s += 6;
		if (u >= 0xd800 && u <= 0xdbff) {
			u = code_unit(s, end);
			if (u < 0xdc00 || u > 0xdfff)
				return NULL;
			s += 6;
		}
	}
	return NULL;
}

/* json-c cuts a name at NUL, so that "code\u0000x" would be "code". */
static bool
has_nul(const char *s, const char *end)
{
	return memmem(s, (size_t)(end - s), "\\u0000", 6) != NULL;
}

/* Is the string that ends at s a member's name? */
static bool
is_name(const char *s, const char *end)
{
	while (s < end && *s != '\0' && strchr(" \t\r\n", *s) != NULL)
		s++;
	return s < end && *s == ':';
}

/* The checks that json-c does not make.  Outside of strings only the letters
 * of true, false, null and of an exponent can stand. */
static bool
lexically_sound(const char *s, size_t n)
{
	const char *const end = s + n, *name;
	char before = '\0';
	int depth = 0;

	for (; s < end; before = s[-1]) {
		const char c = *s++;

		switch (c) {
		case '"':
			name = s;
			if ((s = skip_string(s, end)) == NULL ||
			    (has_nul(name, s) && is_name(s, end)))
				return false;
			break;
		case '.':		/* json-c takes "1." */
			if (s == end || *s < '0' || *s > '9')
				return false;
			break;
		case '-':		/* and "-01" */
			if ((before | 0x20) != 'e' && end - s >= 2 &&
			    *s == '0' && s[1] >= '0' && s[1] <= '9')
				return false;
			break;
		case '{': case '[':
			if (++depth > JSON_DEPTH)
				return false;
			break;
		case '}': case ']':
			depth--;
			break;
		default:
			if (c == '\0' ||
			    strchr(" \t\r\n:,+-.0123456789Etruefalsn",
			    c) == NULL)
				return false;
		}
	}
	return true;
}

struct json_object *
json_parse_object(const char *text, size_t n)
{
	struct json_tokener *tok;
	struct json_object *o = NULL;

	if (n == 0 || n > INT_MAX || !utf8_valid(text, n, NULL) ||
	    !lexically_sound(text, n))
		return NULL;
	/* White space may follow; json-c would count it as a second value. */
	while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
		n--;
	/* A scalar counts as a level in json-c; the depth is checked above. */
	if (n == 0 || (tok = json_tokener_new_ex(JSON_DEPTH + 2)) == NULL)
		return NULL;
	json_tokener_set_flags(tok,
	    JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, text, (int)n);
	if (o != NULL &&
	    (json_tokener_get_error(tok) != json_tokener_success ||
	    json_tokener_get_parse_end(tok) != n ||
	    !json_object_is_type(o, json_type_object))) {
		json_done(o);
		o = NULL;
	}
	json_tokener_free(tok);
	return o;
}

static void
wipe(struct json_object *o)
{
	size_t i;

	switch (json_object_get_type(o)) {
	case json_type_string:
		/* json-c's own memory, which it says is constant */
		explicit_bzero((void *)(uintptr_t)json_object_get_string(o),
		    (size_t)json_object_get_string_len(o));
		break;
	case json_type_object: {
		json_object_object_foreach(o, key, member) {
			(void)key;
			wipe(member);
		}
		break;
	}
	case json_type_array:
		for (i = 0; i < json_object_array_length(o); i++)
			wipe(json_object_array_get_idx(o, i));
		break;
	default:
		break;
	}
}

void
json_done(struct json_object *o)
{
	if (o == NULL)
		return;
	wipe(o);
	json_object_put(o);
}

bool
json_has(struct json_object *o, const char *name)
{
	return json_object_object_get_ex(o, name, NULL) != 0;
}

const char *
json_text(struct json_object *o, const char *name, size_t *len)
{
	struct json_object *v;
	const char *s;

	if (!json_object_object_get_ex(o, name, &v) ||
	    !json_object_is_type(v, json_type_string))
		return NULL;
	*len = (size_t)json_object_get_string_len(v);
	s = json_object_get_string(v);
	return strlen(s) == *len ? s : NULL;
}

struct json_object *
json_child(struct json_object *o, const char *name)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, name, &v) ||
	    !json_object_is_type(v, json_type_object))
		return NULL;
	return v;
}

bool
json_number(struct json_object *o, const char *name, int64_t *n)
{
	struct json_object *v;
	const char *s;
	int64_t value;

	if (!json_object_object_get_ex(o, name, &v))
		return false;
	if (json_object_is_type(v, json_type_int)) {
		*n = json_object_get_int64(v);
		return true;
	}
	if (!json_object_is_type(v, json_type_string))
		return false;
	s = json_object_get_string(v);
	if (!digits_parse(s + (*s == '-'), &value))
		return false;
	*n = *s == '-' ? -value : value;
	return true;
}

/* ---- out */

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
