/* SPDX-License-Identifier: MIT */
/* json_of.h: JSON that a test expects to be read, or not. */
#ifndef JSON_OF_H
#define JSON_OF_H

#include "base/json.h"

/* The object, or NULL. */
static inline struct json_object *
json_of(const char *text, size_t n)
{
	struct json_object *o;

	(void)json_read(text, n, JSON_STRICT, &o);
	return o;
}

#endif
