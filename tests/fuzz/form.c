/* SPDX-License-Identifier: MIT */
/* form.c: fuzz forms, queries and JSON bodies down to declared fields.  What
 * a field takes has to be as it was declared. */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "cgi/input.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char *const choices[] = { "this", "others", "all", NULL };
static const struct field fields[] = {
	{ .name = "w", .type = FIELD_WORD, .min = 1, .max = 8 },
	{ .name = "t", .type = FIELD_TEXT, .max = 8 },
	{ .name = "l", .type = FIELD_LABEL, .min = 1, .max = 8 },
	{ .name = "c", .type = FIELD_CHOICE, .choices = choices },
	{ .name = "p", .type = FIELD_PRINT, .min = 1, .max = 8 },
	{ .name = "b", .type = FIELD_BASE64, .min = 1, .max = 64 },
	{ .name = "n", .type = FIELD_INT, .min = -5, .max = 9 },
};

static void
judge(const struct field *f, const struct val *v)
{
	uint8_t bytes[64];
	size_t chars, n;

	if (f->type == FIELD_INT || f->type == FIELD_CHOICE) {
		if (v->s != NULL ||
		    v->i < (f->type == FIELD_INT ? f->min : 0) ||
		    v->i > (f->type == FIELD_INT ? f->max : 2))
			abort();
		return;
	}
	if (strlen(v->s) != v->len || !utf8_valid(v->s, v->len, &chars) ||
	    (int64_t)chars < f->min || (int64_t)chars > f->max)
		abort();
	if (f->type == FIELD_WORD && !all_alnum_or(v->s, v->len, "_-"))
		abort();
	if (f->type == FIELD_LABEL && field_has_control(v->s, v->len))
		abort();
	if (f->type == FIELD_BASE64 &&
	    !base64_parse(v->s, v->len, bytes, sizeof(bytes), &n))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct input in = { .json = NULL };
	struct arena a = { NULL };
	size_t i, len;
	bool parsed, given;

	if (input_type(NULL, text, size) == BODY_JSON)
		parsed = input_json(&in, text, size);
	else
		parsed = input_form(&in, text, size, fields, COUNT(fields),
		    &a);
	for (i = 0; parsed && i < COUNT(fields); i++) {
		struct val v = { .set = false };
		const char *s = input_text(&in, fields[i].name, &len, &given);

		if (s != NULL && (!given || s[len] != '\0'))
			abort();
		if (input_field(&in, &fields[i], &a, &v) && v.set) {
			if (!given)
				abort();
			judge(&fields[i], &v);
		}
	}
	input_done(&in);
	arena_free(&a);
	return 0;
}
