/* SPDX-License-Identifier: MIT */
/* json.c: fuzz the strict reader of JSON.  What it accepts has to be UTF-8, an
 * object, and acceptable once more when it is written out again. */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/json.h"
#include "base/text.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "a", "code", "errcode", "" };
	const char *text = (const char *)data, *out;
	struct json_object *o = json_parse_object(text, size), *again;
	int64_t number;
	size_t i, len;

	if (o == NULL)
		return 0;
	if (!utf8_valid(text, size, NULL) ||
	    memchr(text, '\0', size) != NULL)
		abort();
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *s = json_text(o, names[i], &len);

		if (s != NULL && (s[len] != '\0' || !utf8_valid(s, len, NULL)))
			abort();
		if ((s != NULL || json_number(o, names[i], &number) ||
		    json_child(o, names[i]) != NULL) && !json_has(o, names[i]))
			abort();
	}
	out = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN,
	    &len);
	again = json_parse_object(out, len);
	if (again == NULL)
		abort();
	json_done(again);
	json_done(o);
	return 0;
}
