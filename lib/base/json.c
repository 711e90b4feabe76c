/* SPDX-License-Identifier: MIT */
/* json.c: what a tree of JSON holds, and its end. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/json_int.h"
#include "base/text.h"

void
json_done(struct json_object *o)
{
	if (o == NULL)
		return;
	explicit_bzero(o, o->len);
	free(o);
}

/* The last one of a repeated member counts. */
static const struct json_object *
member(const struct json_object *o, const char *name)
{
	const struct json_object *m, *found = NULL;

	for (m = o->first; m != NULL; m = m->next)
		if (strcmp(m->name, name) == 0)
			found = m;
	return found;
}

enum json_kind
json_kind(const struct json_object *o, const char *name)
{
	const struct json_object *m = member(o, name);

	return m == NULL ? JSON_ABSENT : m->kind;
}

bool
json_has(const struct json_object *o, const char *name)
{
	return member(o, name) != NULL;
}

const char *
json_text(const struct json_object *o, const char *name, size_t *len)
{
	const struct json_object *m = member(o, name);

	if (m == NULL || m->kind != JSON_TEXT || strlen(m->text) != m->len)
		return NULL;
	*len = m->len;
	return m->text;
}

const struct json_object *
json_child(const struct json_object *o, const char *name)
{
	const struct json_object *m = member(o, name);

	return m != NULL && m->kind == JSON_OBJECT ? m : NULL;
}

/* Digits with an optional minus, and blanks around them. */
static bool
text_number(const char *s, size_t len, int64_t *n)
{
	char digits[32];
	const char *end = s + len;
	bool minus;

	while (s < end && *s == ' ')
		s++;
	while (s < end && end[-1] == ' ')
		end--;
	minus = s < end && *s == '-';
	s += minus;
	len = (size_t)(end - s);
	if (len >= sizeof(digits) || memchr(s, '\0', len) != NULL)
		return false;
	memcpy(digits, s, len);
	digits[len] = '\0';
	if (!digits_parse(digits, n))
		return false;
	if (minus)
		*n = -*n;
	return true;
}

bool
json_number(const struct json_object *o, const char *name, int64_t *n)
{
	const struct json_object *m = member(o, name);

	if (m == NULL || (m->kind != JSON_INTEGER && m->kind != JSON_TEXT))
		return false;
	if (m->kind == JSON_INTEGER) {
		*n = m->number;
		return true;
	}
	return text_number(m->text, m->len, n);
}
