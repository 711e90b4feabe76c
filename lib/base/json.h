/* SPDX-License-Identifier: MIT */
/* json.h: strict JSON in, and JSON out into a buffer.
 *
 * json-c reads it; what json-c would let pass is refused first: comments,
 * NaN, single quotes, control characters, lone surrogates, text that is not
 * UTF-8, more than JSON_DEPTH containers in one another, bytes behind the
 * value. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct json_object;

/* ---- in */

/* One JSON object and nothing else; NULL when it is not that, or memory is
 * out.  The caller ends it with json_done(). */
struct json_object *json_parse_object(const char *text, size_t n);

/* Wipe the strings of a tree and free it; NULL is allowed. */
void	 json_done(struct json_object *);

/* Is there a member `name`, of whatever kind? */
bool	 json_has(struct json_object *, const char *name);

/* The member `name` when it is a string without NUL in it: its text (the
 * tree's) and length in bytes; else NULL. */
const char *json_text(struct json_object *, const char *name, size_t *len);

/* The member `name` when it is an object; else NULL.  The tree's. */
struct json_object *json_child(struct json_object *, const char *name);

/* The member `name` when it is an integer, or a string of digits with an
 * optional minus: WeChat writes numbers either way.  *n is written only when
 * true is returned. */
bool	 json_number(struct json_object *, const char *name, int64_t *n);

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
