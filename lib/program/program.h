/* SPDX-License-Identifier: MIT */
/* program.h: what a program in cgi-bin/ is, and what a worker of it holds.
 *
 * A program defines one object, `program`, and a function; lib/program/main.c has
 * main().  See request.h for what the function works with. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"
#include "base/outcome.h"
#include "cgi/field.h"
#include "store/seal.h"
#include "store/store.h"

struct conf;
struct io;
struct req;
struct worker;
struct wechat;

enum method { METHOD_GET = 1, METHOD_POST = 2 };

enum auth {
	AUTH_NONE,	/* no token is looked for */
	AUTH_OPTIONAL,	/* req.session is set when the token is live */
	AUTH_REQUIRED,	/* 401 unless it is */
};

/* How a program reaches WeChat.  Only programs that name wechat_upstream are
 * linked with libcurl, which costs a CGI start more than all else. */
struct upstream {
	struct wechat	*(*open)(const struct conf *);
	void		 (*close)(struct wechat *);
	/* Can the host be connected to, and does its certificate verify? */
	bool		 (*check)(struct wechat *, const struct conf *,
			    struct log *);
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
	enum outcome		 (*run)(struct req *);
	/* Instead of all of the above: a program that is no endpoint of the
	 * contract.  NULL: serve() of serve.h. */
	void			 (*serve)(struct worker *, const struct io *);
	/* Before the fields are judged: may this caller ask at all?  And: told
	 * of every outcome but OK, fields included.  Either may be NULL. */
	enum outcome		 (*admit)(struct req *);
	void			 (*refused)(struct req *, enum outcome);
};
extern const struct program program;

/* One thread's own things, kept from request to request. */
struct worker {
	const struct program	*program;
	const struct conf	*conf;		/* NULL: broken; INTERNAL */
	bool			 one_shot;	/* a CGI run */
	struct log		 log;
	struct store		*store;		/* NULL: not open yet */
	struct seal		 seal;
	struct wechat		*wechat;
};

/* Open what the worker lacks: the store, the seal keys (checked against the
 * store), the way to WeChat. */
enum outcome	worker_ready(struct worker *);
void		worker_close(struct worker *);

#endif
