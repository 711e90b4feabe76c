/* SPDX-License-Identifier: MIT */
/* input.c: JSON, forms and queries, down to declared fields. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "cgi/input.h"

enum body_type
input_type(const char *content_type, const char *body, size_t n)
{
	static const struct { const char *name; enum body_type type; } t[] = {
		{ "application/json", BODY_JSON },
		{ "application/x-www-form-urlencoded", BODY_FORM },
	};
	size_t i, len;

	if (content_type == NULL) {
		for (i = 0; i < n && strchr(" \t\r\n", body[i]) != NULL &&
		    body[i] != '\0'; i++)
			;
		return i < n && body[i] == '{' ? BODY_JSON : BODY_FORM;
	}
	content_type += strspn(content_type, " \t");
	len = strcspn(content_type, "; \t,");
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (len == strlen(t[i].name) &&
		    strncasecmp(content_type, t[i].name, len) == 0)
			return t[i].type;
	return BODY_OTHER;
}

enum outcome
input_json(struct input *in, const char *body, size_t n)
{
	switch (json_read(body, n, JSON_STRICT, &in->json)) {
	case JSON_OK:
		return OK;
	case JSON_NO_MEMORY:
		return NO_MEMORY;
	case JSON_MALFORMED:
		break;
	}
	return PARAM_INVALID;
}

/* ---- forms (WHATWG URL, application/x-www-form-urlencoded) */

/* Decode n bytes at s in place and put a NUL behind; the length, and whether
 * the encoding and the UTF-8 are whole. */
static size_t
decode(char *s, size_t n, bool *broken)
{
	size_t from, to = 0;

	for (from = 0; from < n; from++) {
		if (s[from] == '+') {
			s[to++] = ' ';
		} else if (s[from] != '%') {
			s[to++] = s[from];
		} else if (n - from < 3 || hex_digit(s[from + 1]) < 0 ||
		    hex_digit(s[from + 2]) < 0) {
			*broken = true;
			s[to++] = s[from];
		} else {
			s[to++] = (char)(hex_digit(s[from + 1]) << 4 |
			    hex_digit(s[from + 2]));
			from += 2;
		}
	}
	s[to] = '\0';
	if (!utf8_valid(s, to, NULL))
		*broken = true;
	return to;
}

static bool
is_known(const char *name, const struct field *known, size_t nknown)
{
	size_t i;

	for (i = 0; i < nknown; i++)
		if (strcmp(known[i].name, name) == 0)
			return true;
	return false;
}

/* One "name=value" of n bytes, in our own copy of the text. */
static void
take_pair(struct pair *p, char *s, size_t n)
{
	char *eq = memchr(s, '=', n);
	const size_t name_len = eq == NULL ? n : (size_t)(eq - s);
	size_t len;

	/* a name without "=" has an empty value: the NUL behind it */
	*p = (struct pair){ .name = s, .value = eq == NULL ? s + n : eq + 1 };
	p->len = decode(p->value, eq == NULL ? 0 : n - name_len - 1,
	    &p->broken);
	len = decode(s, name_len, &p->broken);
	if (strlen(s) != len)
		p->broken = true;
}

enum outcome
input_form(struct input *in, const char *text, size_t n,
    const struct field *known, size_t nknown, struct arena *a)
{
	char *copy = arena_copy(a, text, n), *at, *end;
	size_t i, most = 1;

	for (i = 0; i < n; i++)
		most += text[i] == '&';
	in->pairs = arena_alloc(a, most * sizeof(*in->pairs));
	if (copy == NULL || in->pairs == NULL)
		return NO_MEMORY;
	for (at = copy; at <= copy + n; at = end + 1) {
		struct pair *p = &in->pairs[in->npairs];

		end = memchr(at, '&', (size_t)(copy + n - at));
		if (end == NULL)
			end = copy + n;
		if (end == at)
			continue;
		take_pair(p, at, (size_t)(end - at));
		if (p->broken && !is_known(p->name, known, nknown))
			return PARAM_INVALID;
		in->npairs++;
	}
	return OK;
}

/* ---- fields */

static enum outcome
judge(bool right)
{
	return right ? OK : PARAM_INVALID;
}

static enum outcome
json_field(const struct json_object *o, const struct field *f,
    struct arena *a, struct val *v)
{
	const enum json_kind kind = json_kind(o, f->name);
	char digits[24], *copy;
	const char *s;
	int64_t number;
	size_t len;

	if (kind == JSON_ABSENT)
		return OK;
	if (f->type == FIELD_INT && kind == JSON_INTEGER) {
		(void)json_number(o, f->name, &number);
		snprintf(digits, sizeof(digits), "%" PRId64, number);
		return judge(field_parse(f, digits, strlen(digits), v));
	}
	if ((s = json_text(o, f->name, &len)) == NULL ||
	    (f->type == FIELD_INT && !(f->empty && len == 0)))
		return PARAM_INVALID;
	if ((copy = arena_copy(a, s, len)) == NULL)
		return NO_MEMORY;
	return judge(field_parse(f, copy, len, v));
}

enum outcome
input_field(const struct input *in, const struct field *f, struct arena *a,
    struct val *v)
{
	const struct pair *found = NULL;
	size_t i;

	if (in->json != NULL)
		return json_field(in->json, f, a, v);
	for (i = 0; i < in->npairs; i++)
		if (strcmp(in->pairs[i].name, f->name) == 0) {
			if (found != NULL || in->pairs[i].broken)
				return PARAM_INVALID;
			found = &in->pairs[i];
		}
	return judge(found == NULL ||
	    field_parse(f, found->value, found->len, v));
}

const char *
input_text(const struct input *in, const char *name, size_t *len, bool *given)
{
	const struct pair *found = NULL;
	size_t i;

	if (in->json != NULL) {
		*given = json_has(in->json, name);
		return json_text(in->json, name, len);
	}
	*given = false;
	for (i = 0; i < in->npairs; i++)
		if (strcmp(in->pairs[i].name, name) == 0) {
			if (*given)
				return NULL;	/* twice: which one? */
			*given = true;
			if (!in->pairs[i].broken)
				found = &in->pairs[i];
		}
	if (found == NULL)
		return NULL;
	*len = found->len;
	return found->value;
}

void
input_done(struct input *in)
{
	json_done(in->json);
	*in = (struct input){ .json = NULL };
}
