/* SPDX-License-Identifier: MIT */
/* program.h: what a program in cgi-bin/ is.
 *
 * A program defines one object, `program`, and a function; lib/program/main.c
 * has main().  See request.h for what the function works with. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "cgi/field.h"

struct io;
struct request;
struct upstream;
struct worker;

enum method { METHOD_GET = 1, METHOD_POST = 2 };

enum auth {
	AUTH_NONE,	/* no token is looked for */
	AUTH_OPTIONAL,	/* rq->session is set when the token is live */
	AUTH_REQUIRED,	/* 401 unless it is */
};

struct program {
	const char		*name, *summary;
	unsigned		 methods;	/* enum method, ored */
	bool			 head;		/* HEAD is answered like GET */
	enum auth		 auth;
	bool			 authorizer;	/* has the FastCGI role too */
	const struct field	*fields;
	size_t			 nfields;
	const struct upstream	*upstream;	/* NULL: never calls WeChat */
	enum outcome		 (*run)(struct request *);
	/* Instead of all of the above: a program that is no endpoint of the
	 * contract.  NULL: serve() of serve.h. */
	void			 (*serve)(struct worker *, const struct io *);
	/* Before the fields are judged: may this caller ask at all?  And: told
	 * of every outcome but OK, fields included; gives the one that the
	 * client sees.  Either may be NULL. */
	enum outcome		 (*admit)(struct request *);
	enum outcome		 (*refused)(struct request *, enum outcome);
};
extern const struct program program;

#endif
