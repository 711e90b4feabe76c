/* SPDX-License-Identifier: MIT */
/* input.h: a body or a query string, parsed but not yet judged field by field.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "cgi/field.h"

struct arena;
struct json_object;

/* One name=value of a form or query. */
struct pair {
	const char	*name;		/* decoded, NUL behind */
	char		*value;		/* the same; a field may repair it */
	size_t		 len;		/* of value */
	bool		 broken;	/* percent-encoding or UTF-8 */
};

struct input {
	struct json_object	*json;		/* a JSON body, or NULL */
	struct pair		*pairs;		/* a form or query, or NULL */
	size_t			 npairs;
};

enum body_type { BODY_JSON, BODY_FORM, BODY_OTHER };

/* What kind of body is it?  By CONTENT_TYPE (may be NULL), else by its first
 * byte that is not blank. */
enum body_type	input_type(const char *content_type, const char *body,
		    size_t n);

/* Parse a JSON body; false: malformed. */
bool	input_json(struct input *, const char *body, size_t n);

/* Parse a form or a query.  What the `known` fields of a program hold is
 * judged later, by input_field(); false: something else in it is malformed, or
 * no memory is left. */
bool	input_form(struct input *, const char *text, size_t n,
	    const struct field *known, size_t nknown, struct arena *);

/* Take a declared field: false when it was given and is not as declared, or
 * given twice in a form.  *v is written when it was given and is right. */
bool	input_field(const struct input *, const struct field *,
	    struct arena *, struct val *v);

/* The text of a member, whatever it may be good for: NULL when absent.
 * *given tells whether there was one, of any kind. */
const char	*input_text(const struct input *, const char *name,
		    size_t *len, bool *given);

void	input_done(struct input *);

#endif
