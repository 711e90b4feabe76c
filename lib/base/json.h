/* SPDX-License-Identifier: MIT */
/* json.h: strict JSON in, and JSON out into a buffer.
 *
 * The reader takes RFC 8259 and no more: no comments, no lone surrogates, no
 * control characters in strings, nothing that is not UTF-8, at most JSON_DEPTH
 * containers in one another, no NUL in a name, nothing behind the object. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct json_object;

/* ---- in */

enum json_result { JSON_OK, JSON_MALFORMED, JSON_NO_MEMORY };

/* JSON_MEND is for text that WeChat made, behind a check that WeChat made it:
 * in strings, control characters that are not escaped go, and NULs in any
 * case; what is broken in UTF-8 and half a pair of surrogates become U+FFFD;
 * control characters around the object are allowed.  Names are not mended. */
enum json_care { JSON_STRICT, JSON_MEND };

/* Read n bytes, one JSON object and nothing else (JSON_MALFORMED; also when n
 * is above JSON_TEXT_MAX).  The caller ends *out with json_done(); it is NULL
 * unless the result is JSON_OK. */
enum json_result json_read(const char *text, size_t n, enum json_care,
		    struct json_object **out);

/* Wipe and free a tree; NULL is allowed. */
void	 json_done(struct json_object *);

/* Of several members of a name the last one counts, here and below. */
enum json_kind {
	JSON_ABSENT, JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_INTEGER,
	JSON_REAL,		/* with a fraction or an exponent */
	JSON_TEXT, JSON_OBJECT, JSON_ARRAY
};
enum json_kind json_kind(const struct json_object *, const char *name);

/* Is there a member `name`, of whatever kind? */
bool	 json_has(const struct json_object *, const char *name);

/* The member `name` when it is a string without NUL in it: its text (the
 * tree's) and length in bytes; else NULL. */
const char *json_text(const struct json_object *, const char *name,
	    size_t *len);

/* The member `name` when it is an object; else NULL.  The tree's. */
const struct json_object *json_child(const struct json_object *,
	    const char *name);

/* The member `name` when it is an integer (beyond 64 bits: the nearest one),
 * or a string of digits with an optional minus and blanks around them: WeChat
 * writes numbers either way.
 * *n is written only when true is returned. */
bool	 json_number(const struct json_object *, const char *name, int64_t *n);

/* ---- out.  A member's comma is written when something stands before it;
 * `key` is one of our own words and needs no escaping; text is escaped here,
 * and must be UTF-8.  NULL text is written as "". */
void	json_open(struct buf *, const char *key);	/* key NULL: no name */
void	json_close(struct buf *);
void	json_open_list(struct buf *, const char *key);
void	json_close_list(struct buf *);
void	json_str(struct buf *, const char *key, const char *text);
void	json_strn(struct buf *, const char *key, const char *, size_t);
void	json_int(struct buf *, const char *key, int64_t);
void	json_boolean(struct buf *, const char *key, bool);

#endif
