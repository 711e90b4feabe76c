/* SPDX-License-Identifier: MIT */
/* field.c: check one input against its declaration. */
#include <config.h>

#include <assert.h>
#include <string.h>

#include "field.h"
#include "text.h"

static bool
parse_int(const struct field *f, const char *s, struct val *v)
{
	const bool minus = *s == '-';
	int64_t n;

	if (!digits_parse(s + minus, &n))
		return false;
	if (minus)
		n = -n;
	if (n < f->min || n > f->max)
		return false;
	*v = (struct val){ .set = true, .i = n };
	return true;
}

static bool
parse_choice(const struct field *f, const char *s, struct val *v)
{
	int64_t i;

	for (i = 0; f->choices[i] != NULL; i++)
		if (strcmp(f->choices[i], s) == 0) {
			*v = (struct val){ .set = true, .i = i };
			return true;
		}
	return false;
}

/* C0, DEL and C1 (two bytes in UTF-8, the first being 0xc2). */
static bool
has_control(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c == 0x7f)
			return true;
		if (c == 0xc2 && i + 1 < len && (unsigned char)s[i + 1] < 0xa0)
			return true;
	}
	return false;
}

bool
field_parse(const struct field *f, const char *text, size_t len,
    struct val *v)
{
	size_t chars;

	assert(text[len] == '\0');
	if (strlen(text) != len)		/* a NUL inside */
		return false;
	if (!utf8_valid(text, len, &chars))
		return false;
	switch (f->type) {
	case FIELD_INT:
		return parse_int(f, text, v);
	case FIELD_CHOICE:
		return parse_choice(f, text, v);
	case FIELD_WORD:
		if (!all_alnum_or(text, len, "_-"))
			return false;
		break;
	case FIELD_LABEL:
		if (has_control(text, len))
			return false;
		break;
	case FIELD_TEXT:
		break;
	}
	if ((int64_t)chars < f->min || (int64_t)chars > f->max)
		return false;
	*v = (struct val){ .set = true, .s = text, .len = len };
	return true;
}
