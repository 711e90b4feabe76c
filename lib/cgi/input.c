/* SPDX-License-Identifier: MIT */
/* input.c: JSON, forms and queries, down to declared fields. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <json-c/json.h>

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

bool
input_json(struct input *in, const char *body, size_t n)
{
	in->json = json_parse_object(body, n);
	return in->json != NULL;
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

bool
input_form(struct input *in, const char *text, size_t n,
    const struct field *known, size_t nknown, struct arena *a)
{
	char *copy = arena_copy(a, text, n), *at, *end;
	size_t i, most = 1;

	for (i = 0; i < n; i++)
		most += text[i] == '&';
	in->pairs = arena_alloc(a, most * sizeof(*in->pairs));
	if (copy == NULL || in->pairs == NULL)
		return false;
	for (at = copy; at <= copy + n; at = end + 1) {
		struct pair *p = &in->pairs[in->npairs];

		end = memchr(at, '&', (size_t)(copy + n - at));
		if (end == NULL)
			end = copy + n;
		if (end == at)
			continue;
		take_pair(p, at, (size_t)(end - at));
		if (p->broken && !is_known(p->name, known, nknown))
			return false;
		in->npairs++;
	}
	return true;
}

/* ---- fields */

static bool
json_field(struct json_object *o, const struct field *f, struct arena *a,
    struct val *v)
{
	struct json_object *m;
	char number[24], *s;
	size_t len;

	if (!json_object_object_get_ex(o, f->name, &m))
		return true;
	if (f->type == FIELD_INT && !(f->empty &&
	    json_object_is_type(m, json_type_string) &&
	    json_object_get_string_len(m) == 0)) {
		if (!json_object_is_type(m, json_type_int))
			return false;
		snprintf(number, sizeof(number), "%" PRId64,
		    json_object_get_int64(m));
		return field_parse(f, number, strlen(number), v);
	}
	if (!json_object_is_type(m, json_type_string))
		return false;
	len = (size_t)json_object_get_string_len(m);
	s = arena_copy(a, json_object_get_string(m), len);
	return s != NULL && field_parse(f, s, len, v);
}

bool
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
				return false;
			found = &in->pairs[i];
		}
	return found == NULL || field_parse(f, found->value, found->len, v);
}

const char *
input_text(const struct input *in, const char *name, size_t *len, bool *given)
{
	struct json_object *m;
	const struct pair *found = NULL;
	size_t i;

	if (in->json != NULL) {
		*given = json_object_object_get_ex(in->json, name, &m);
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
