/* SPDX-License-Identifier: MIT */
/* json_int.h: what a tree of JSON is made of. */
#ifndef JSON_INT_H
#define JSON_INT_H

#include "base/json.h"

/* A member of an object, or the object that was read (node 0, whose len is the
 * size of the block).  What arrays hold is checked and not kept. */
struct json_object {
	enum json_kind		 kind;
	const char		*name;
	const char		*text;		/* JSON_TEXT: NUL behind it */
	size_t			 len;		/* of text */
	int64_t			 number;	/* JSON_INTEGER */
	struct json_object	*first, *last;	/* members of an object */
	struct json_object	*next;		/* member of the same one */
};

#endif
