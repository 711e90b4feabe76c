/* SPDX-License-Identifier: MIT */
/* serve_sandbox.h: one call to the stand-in, from a transport to a reply. */
#ifndef SERVE_SANDBOX_H
#define SERVE_SANDBOX_H

#include "base/log.h"
#include "cgi/io.h"
#include "store/store.h"

struct sandbox_worker {
	struct store_pool *pool;
	struct store	*store;		/* NULL: not open yet */
	struct log	 log;
	bool		 http;		/* a reset can be a real one */
};

/* The pool of the stand-in's store; NULL: no memory. */
struct store_pool *sandbox_pool(const char *database, bool one_shot);

void	sandbox_serve(struct sandbox_worker *, const struct io *);

#endif
