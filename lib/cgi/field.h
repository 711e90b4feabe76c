/* SPDX-License-Identifier: MIT */
/* field.h: a declared input and its typed value.
 *
 * A program declares its fields in a table; the library parses what came into
 * a `struct val` each, by the same index.  A handler never sees text that was
 * not asked for. */
#ifndef FIELD_H
#define FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
	FIELD_TEXT,	/* UTF-8, no NUL; bounds in characters */
	FIELD_LABEL,	/* the same, and no control characters */
	FIELD_WORD,	/* [0-9A-Za-z_-]; bounds in characters */
	FIELD_CHOICE,	/* one of `choices`; val.i is its index */
	FIELD_PRINT,	/* printable ASCII, no space; bounds in characters */
	FIELD_BASE64,	/* standard base64; "+" that a form lost is put back */
	FIELD_INT,	/* a JSON integer, or digits; bounds are its value */
};

struct field {
	const char		*name;
	enum field_type		 type;
	int64_t			 min, max;
	bool			 required;
	bool			 empty;		/* FIELD_INT: "" is 0 */
	const char *const	*choices;	/* FIELD_CHOICE: NULL-ended */
};

struct val {
	bool		 set;
	int64_t		 i;	/* FIELD_INT, FIELD_CHOICE */
	const char	*s;	/* text: NUL-terminated, the request's */
	size_t		 len;	/* bytes */
};

/* Check `len` bytes of text (NUL behind them) against `f`.  *v is written
 * only when true is returned; v->s then points into `text`, which FIELD_BASE64
 * repairs in place. */
bool	field_parse(const struct field *f, char *text, size_t len,
	    struct val *v);

/* Cut white space off both ends of `text`, in place, and NUL-terminate it:
 * ASCII blanks, U+00A0, U+3000 (the wide space of Chinese keyboards). */
char	*field_trim(char *text);

/* Has it control characters (C0, DEL, C1)?  And: take them out, in place. */
bool	field_has_control(const char *s, size_t len);
void	field_drop_control(char *text);

#endif
