/* SPDX-License-Identifier: MIT */
/* json.c: fuzz the reader of JSON.  What it accepts has to be UTF-8; mended it
 * has to be accepted too, with the same members; what mending gives is UTF-8
 * without NUL. */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* What the getters give has to fit together. */
static void
look(const struct json_object *o, const char *name, bool mended)
{
	int64_t number;
	size_t len, i;
	const char *s = json_text(o, name, &len);

	if (s != NULL && (s[len] != '\0' || !utf8_valid(s, len, NULL) ||
	    json_kind(o, name) != JSON_TEXT))
		abort();
	for (i = 0; mended && s != NULL && i < len; i++)
		if (s[i] == '\0')
			abort();
	if ((s != NULL || json_number(o, name, &number) ||
	    json_child(o, name) != NULL) && !json_has(o, name))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "a", "code", "errcode", "" };
	const char *text = (const char *)data;
	struct json_object *strict, *mended;
	size_t i;

	(void)json_read(text, size, JSON_STRICT, &strict);
	(void)json_read(text, size, JSON_MEND, &mended);
	if (strict != NULL && (mended == NULL ||
	    !utf8_valid(text, size, NULL) ||
	    memchr(text, '\0', size) != NULL))
		abort();
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strict != NULL)
			look(strict, names[i], false);
		if (mended != NULL)
			look(mended, names[i], true);
		if (strict != NULL && json_kind(strict, names[i]) !=
		    json_kind(mended, names[i]))
			abort();
	}
	json_done(strict);
	json_done(mended);
	return 0;
}
