/* SPDX-License-Identifier: MIT */
/* intake.h: what a request brings: body, query, and the declared fields. */
#ifndef INTAKE_H
#define INTAKE_H

#include <stdbool.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/outcome.h"
#include "cgi/field.h"
#include "cgi/input.h"

struct io;
struct params;
struct program;
struct request;

struct intake {
	const struct program	*program;
	const struct params	*p;
	const struct io		*io;
	bool			 get;		/* fields in the query */
	struct buf		 body;		/* born with BODY_MAX + 2 */
	struct input		 input;		/* the fields */
	struct input		 query;		/* a POST's, for the token */
	struct val		 vals[FIELD_MAX];
};

/* Read the body and parse it, and the query: OK, PARAM_INVALID (field body),
 * BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, NO_MEMORY. */
enum outcome	intake_read(struct intake *, struct request *);

/* Judge the program's fields, into vals: OK, PARAM_INVALID, NO_MEMORY. */
enum outcome	intake_fields(struct intake *, struct request *);

void		intake_done(struct intake *);

#endif
