/* SPDX-License-Identifier: MIT */
/* field.c: check one input against its declaration. */
#include <config.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cgi/field.h"

static bool
parse_int(const struct field *f, const char *s, struct val *v)
{
	const bool minus = *s == '-';
	int64_t n = 0;

	if ((*s != '\0' || !f->empty) && !digits_parse(s + minus, &n))
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

/* C1 is two bytes in UTF-8, the first being 0xc2. */
bool
field_has_control(const char *s, size_t len)
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

/* Bytes of white space at the start of s, 0 when there is none. */
static size_t
space_at(const char *s)
{
	if (*s != '\0' && strchr(" \t\r\n\v\f", *s) != NULL)
		return 1;
	if (strncmp(s, "\xc2\xa0", 2) == 0)
		return 2;
	return strncmp(s, "\xe3\x80\x80", 3) == 0 ? 3 : 0;
}

char *
field_trim(char *text)
{
	char *s, *end;
	size_t n;

	while ((n = space_at(text)) > 0)
		text += n;
	for (s = end = text; *s != '\0'; s += n) {
		if ((n = space_at(s)) == 0) {
			n = 1;
			end = s + 1;
		}
	}
	*end = '\0';
	return text;
}

/* A form that was not percent-encoded turns "+" into a space. */
static bool
parse_base64(const struct field *f, char *text, struct val *v)
{
	uint8_t *bytes;
	size_t len, n;
	char *s;
	bool ok;

	text = field_trim(text);
	for (s = text; *s != '\0'; s++)
		if (*s == ' ')
			*s = '+';
	len = (size_t)(s - text);
	if ((int64_t)len < f->min || (int64_t)len > f->max ||
	    (bytes = malloc(len)) == NULL)
		return false;
	ok = base64_parse(text, len, bytes, len, &n);
	free(bytes);
	if (ok)
		*v = (struct val){ .set = true, .s = text, .len = len };
	return ok;
}

bool
field_parse(const struct field *f, char *text, size_t len, struct val *v)
{
	size_t chars, i;

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
		if (field_has_control(text, len))
			return false;
		break;
	case FIELD_BASE64:
		return parse_base64(f, text, v);
	case FIELD_PRINT:
		for (i = 0; i < len; i++)
			if (text[i] <= 0x20 || text[i] >= 0x7f)
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
